import type { PermissionMode } from '../../contract/plan';
import { AgentError } from './errors';

/**
 * What a permission mode means for one agent. The one declaration: command lines are made from it and users are
 * shown it. A mode is never mapped to more than it says; what an agent cannot keep is refused.
 */
export interface PermissionRow {
  readonly agent: string;
  readonly mode: PermissionMode;
  /** False: refused, with `means` as the reason. */
  readonly possible: boolean;
  /** Arguments that set it. */
  readonly args: readonly string[];
  /** Environment that sets it. */
  readonly env: Readonly<Record<string, string>>;
  /** For the user, one sentence. */
  readonly means: string;
}

const nobody = 'Without a terminal nobody can be asked, so whatever would ask is denied.';

const row = (
  agent: string,
  mode: PermissionMode,
  means: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): PermissionRow => ({ agent, mode, possible: true, args, env, means });

const refused = (agent: string, mode: PermissionMode, means: string): PermissionRow => ({
  agent,
  mode,
  possible: false,
  args: [],
  env: {},
  means,
});

/** opencode allows everything unless told otherwise, so `ask` and `edits` must say so; the last rule that fits counts. */
const opencodeRules = (edit: 'ask' | 'allow') =>
  JSON.stringify({
    edit,
    bash: {
      '*': 'ask',
      'git status*': 'allow',
      ...(edit === 'allow' ? { 'git add *': 'allow', 'git commit *': 'allow' } : {}),
    },
    webfetch: 'ask',
    external_directory: 'ask',
  });

export const permissionTable: readonly PermissionRow[] = [
  row('claude', 'ask', `Asks before each edit and each command that is not read-only. ${nobody}`, [
    '--permission-mode',
    'default',
  ]),
  row(
    'claude',
    'edits',
    `Edits files in its worktree and commits (git hooks run) without asking; asks before other commands. ${nobody}`,
    ['--permission-mode', 'acceptEdits', '--allowedTools', 'Bash(git add *),Bash(git commit *)'],
  ),
  row(
    'claude',
    'full',
    'Does everything without asking, outside the worktree too. Refused by Claude Code for the root user.',
    ['--permission-mode', 'bypassPermissions'],
  ),
  row(
    'codex',
    'ask',
    `Runs in a read-only sandbox and asks before each edit and each command that needs more. ${nobody}`,
    ['-c', 'sandbox_mode="read-only"', '-c', 'approval_policy="on-request"'],
  ),
  row(
    'codex',
    'edits',
    `Edits files and runs commands inside a sandbox that lets it write to its worktree and to what git needs for a commit, without network; asks to go beyond. ${nobody}`,
    ['-c', 'sandbox_mode="workspace-write"', '-c', 'approval_policy="on-request"'],
  ),
  row('codex', 'full', 'Does everything without asking and without a sandbox.', [
    '-c',
    'sandbox_mode="danger-full-access"',
    '-c',
    'approval_policy="never"',
  ]),
  row(
    'gemini',
    'ask',
    `Asks before each edit and each command; its worktree counts as a trusted folder for the session. ${nobody}`,
    ['--approval-mode', 'default'],
  ),
  row(
    'gemini',
    'edits',
    `Edits files in its worktree and commits (git hooks run) without asking; asks before other commands; its worktree counts as a trusted folder for the session. ${nobody}`,
    ['--approval-mode', 'auto_edit', '--allowed-tools=run_shell_command(git add),run_shell_command(git commit)'],
  ),
  row('gemini', 'full', 'Does everything without asking; its worktree counts as a trusted folder for the session.', [
    '--approval-mode',
    'yolo',
  ]),
  row('copilot', 'ask', `Asks before each edit and each command. ${nobody}`),
  row(
    'copilot',
    'edits',
    `Edits files in its worktree and commits (git hooks run) without asking; asks before other commands. ${nobody}`,
    ['--allow-tool=write', '--allow-tool=shell(git add:*)', '--allow-tool=shell(git commit:*)'],
  ),
  row('copilot', 'full', 'Does everything without asking, outside the worktree and on the network too.', [
    '--allow-all',
  ]),
  row('opencode', 'ask', `Asks before each edit and each command. ${nobody}`, [], {
    OPENCODE_PERMISSION: opencodeRules('ask'),
  }),
  row(
    'opencode',
    'edits',
    `Edits files in its worktree and commits (git hooks run) without asking; asks before other commands. ${nobody}`,
    [],
    { OPENCODE_PERMISSION: opencodeRules('allow') },
  ),
  row('opencode', 'full', 'Does everything without asking, except what your own opencode settings deny.', ['--auto']),
  refused('aider', 'ask', 'aider edits files without asking, so "ask" cannot be kept: use "edits".'),
  row('aider', 'edits', 'Edits files and commits without asking; suggests no commands.', [
    '--no-suggest-shell-commands',
  ]),
  row('aider', 'full', 'Edits files and commits, and answers yes to every question.', ['--yes-always']),
  refused('demo', 'ask', 'The demo agent asks no questions, so "ask" cannot be kept: use "edits".'),
  row('demo', 'edits', 'Writes small files inside its scope and commits; nothing else.'),
  row('demo', 'full', 'The same as "edits": the demo agent never does more.'),
  row('human', 'ask', 'You do the work yourself.'),
  row('human', 'edits', 'You do the work yourself.'),
  row('human', 'full', 'You do the work yourself.'),
];

const customMeans =
  'Your own command decides: the mode is handed to it as {permissions} and SWITCHYARD_PERMISSIONS, Switchyard cannot enforce it.';

/** The rows of one agent; an agent that is not built in gets rows that say what a custom command gets. */
export function permissionsOf(agent: string): readonly PermissionRow[] {
  const rows = permissionTable.filter((entry) => entry.agent === agent);
  if (rows.length > 0) return rows;
  return (['ask', 'edits', 'full'] as const).map((mode) => row(agent, mode, customMeans));
}

/** The modes that an agent accepts. */
export function acceptedPermissions(agent: string): readonly PermissionMode[] {
  return permissionsOf(agent)
    .filter((entry) => entry.possible)
    .map((entry) => entry.mode);
}

/** @throws AgentError `unsupported-permission`: refused rather than given more than asked for */
export function permissionRow(agent: string, mode: PermissionMode): PermissionRow {
  const found = permissionsOf(agent).find((entry) => entry.mode === mode);
  if (found?.possible === true) return found;
  throw new AgentError(
    'unsupported-permission',
    found?.means ?? `The agent "${agent}" knows no permissions ${JSON.stringify(mode)}.`,
    agent,
  );
}
