import path from 'node:path';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';
import { promptForArgument, promptForInput } from '../prompt';

/** GitHub Copilot CLI (flags as of 1.0.102). */
export const copilot: Agent = {
  name: 'copilot',
  title: 'Copilot CLI',
  program: 'copilot',
  install: 'npm install -g @github/copilot',
  capabilities: {
    chooseSession: true,
    resume: true,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('copilot'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  const session = context.resume ?? context.session;
  const args = [context.resume === null ? `--session-id=${session}` : `--resume=${session}`];
  if (context.model !== null) args.push(`--model=${context.model}`);
  args.push(...permissionRow('copilot', context.permissions).args);
  const spec = { command: context.program ?? 'copilot', env: context.env, session, banner: null };
  if (context.headless) return { ...spec, args: [...args, '--no-ask-user'], input: promptForInput(context) };
  if (context.resume !== null) return { ...spec, args, input: null };
  const prompt = promptForArgument(context);
  if (prompt.byFile) args.push(`--add-dir=${path.dirname(context.briefFile)}`);
  return { ...spec, args: [...args, `--interactive=${prompt.text}`], input: null };
}
