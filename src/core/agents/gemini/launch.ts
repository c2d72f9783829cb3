import path from 'node:path';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';
import { promptForArgument, promptForInput } from '../prompt';

/** Gemini CLI (flags as of 0.61.0). */
export const gemini: Agent = {
  name: 'gemini',
  title: 'Gemini CLI',
  program: 'gemini',
  install: 'npm install -g @google/gemini-cli',
  capabilities: {
    chooseSession: true,
    resume: true,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('gemini'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  const session = context.resume ?? context.session;
  // Its trust dialog restarts Gemini, which then refuses the session id as taken: the worktree counts as trusted for
  // this one session, as the other programs take over the main repository's trust.
  const args = ['--skip-trust', context.resume === null ? `--session-id=${session}` : `--resume=${session}`];
  if (context.model !== null) args.push(`--model=${context.model}`);
  args.push(...permissionRow('gemini', context.permissions).args);
  const spec = { command: context.program ?? 'gemini', env: context.env, session, banner: null };
  if (context.headless) return { ...spec, args, input: promptForInput(context) };
  if (context.resume !== null) return { ...spec, args, input: null };
  const prompt = promptForArgument(context);
  if (prompt.byFile) args.push(`--include-directories=${path.dirname(context.briefFile)}`);
  return { ...spec, args: [...args, `--prompt-interactive=${prompt.text}`], input: null };
}
