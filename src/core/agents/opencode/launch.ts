import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';
import { promptForArgument, promptForInput } from '../prompt';

/** opencode (flags as of 1.18.33). It names its sessions itself; models are `provider/model`. */
export const opencode: Agent = {
  name: 'opencode',
  title: 'opencode',
  program: 'opencode',
  install: 'npm install -g opencode-ai',
  capabilities: {
    chooseSession: false,
    resume: true,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('opencode'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  const permission = permissionRow('opencode', context.permissions);
  const args = context.headless ? ['run'] : [];
  if (context.resume !== null) args.push(`--session=${context.resume}`);
  if (context.model !== null) args.push(`--model=${context.model}`);
  args.push(...permission.args);
  const env = { ...context.env, ...permission.env };
  const spec = { command: context.program ?? 'opencode', env, session: context.resume, banner: null };
  if (context.headless) return { ...spec, args, input: promptForInput(context) };
  if (context.resume !== null) return { ...spec, args, input: null };
  return { ...spec, args: [...args, `--prompt=${promptForArgument(context).text}`], input: null };
}
