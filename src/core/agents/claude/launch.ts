import path from 'node:path';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';
import { promptForArgument, promptForInput } from '../prompt';

/**
 * Claude Code (flags as of 2.1.197). The session id is ours, so the session can be resumed and its transcript found;
 * settings go in as JSON on the command line, so nothing is written into the worktree.
 */
export const claude: Agent = {
  name: 'claude',
  title: 'Claude Code',
  program: 'claude',
  install: 'npm install -g @anthropic-ai/claude-code',
  capabilities: {
    chooseSession: true,
    resume: true,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('claude'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  const session = context.resume ?? context.session;
  const args = context.headless ? ['-p'] : [];
  args.push(context.resume === null ? '--session-id' : '--resume', session);
  if (context.model !== null) args.push('--model', context.model);
  args.push(...permissionRow('claude', context.permissions).args);
  const spec = { command: context.program ?? 'claude', env: context.env, session, banner: null };
  if (context.headless) return { ...spec, args, input: promptForInput(context) };
  if (context.resume !== null) return { ...spec, args, input: null };
  const prompt = promptForArgument(context);
  if (prompt.byFile) args.push('--settings', JSON.stringify({ permissions: { allow: [readRule(context.briefFile)] } }));
  // "--" ends the list that --allowedTools takes, and keeps a prompt from being read as an option.
  return { ...spec, args: [...args, '--', prompt.text], input: null };
}

/** A rule for one file outside the working directory; an absolute path begins with two slashes there. */
function readRule(file: string): string {
  const posix = file.split(path.sep).join('/');
  return `Read(//${posix.replace(/^([A-Za-z]):/, (_, drive: string) => drive.toLowerCase()).replace(/^\/+/, '')})`;
}
