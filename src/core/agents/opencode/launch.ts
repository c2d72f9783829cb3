import path from 'node:path';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, type PermissionRow, permissionRow } from '../permissions';
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
  const spec = {
    command: context.program ?? 'opencode',
    env: { ...context.env, ...permission.env },
    session: context.resume,
    banner: null,
  };
  if (context.headless) return { ...spec, args, input: promptForInput(context) };
  if (context.resume !== null) return { ...spec, args, input: null };
  const prompt = promptForArgument(context);
  const env = prompt.byFile ? { ...spec.env, ...briefReadable(permission, context.briefFile) } : spec.env;
  return { ...spec, env, args: [...args, `--prompt=${prompt.text}`], input: null };
}

/** Lets the brief's folder, outside the worktree, be read without a question; with `--auto` it is anyway. */
function briefReadable({ env }: PermissionRow, briefFile: string): Record<string, string> {
  if (env.OPENCODE_PERMISSION === undefined) return {};
  const rules: object = JSON.parse(env.OPENCODE_PERMISSION);
  const allowed = { '*': 'ask', [path.join(path.dirname(briefFile), '*')]: 'allow' };
  return { OPENCODE_PERMISSION: JSON.stringify({ ...rules, external_directory: allowed }) };
}
