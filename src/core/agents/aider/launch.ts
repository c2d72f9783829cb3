import path from 'node:path';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';
import { cleanText } from '../prompt';
import { usageFileFor } from '../usageFiles';

/**
 * aider. Read from its documentation, not tried: it keeps no sessions, takes a first message only when it may end
 * after it (`--message-file`), and writes its histories into the worktree unless told where.
 */
export const aider: Agent = {
  name: 'aider',
  title: 'aider',
  program: 'aider',
  install: 'python -m pip install aider-install && aider-install',
  capabilities: {
    chooseSession: false,
    resume: false,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('aider'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  const folder = path.join(context.commonDir, 'switchyard', 'cache');
  const { session, worktree: cwd, env, platform } = context;
  const usageFile = usageFileFor('aider', { session, cwd, env, platform });
  const args = [
    '--no-gitignore',
    '--no-check-update',
    `--chat-history-file=${path.join(folder, `aider-${context.session}.md`)}`,
    `--input-history-file=${path.join(folder, `aider-${context.session}.history`)}`,
    // Into our file, and to nobody else.
    `--analytics-log=${usageFile.path}`,
    '--no-analytics',
    ...permissionRow('aider', context.permissions).args,
  ];
  if (context.model !== null) args.push(`--model=${context.model}`);
  args.push(context.headless ? `--message-file=${context.briefFile}` : `--read=${context.briefFile}`);
  return {
    command: context.program ?? 'aider',
    args,
    env: context.env,
    usageFile,
    session: null,
    input: null,
    // In its chat aider waits for a first message: the brief is at hand as a read-only file.
    banner: context.headless ? null : `${cleanText(context.brief)}\nSay "do what the brief says" to start aider.`,
  };
}
