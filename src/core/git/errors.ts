export const gitReasons = [
  'no-git',
  'too-old',
  'no-repository',
  'dubious-ownership',
  'bare',
  'timeout',
  'cancelled',
  'failed',
  'locked',
  'bad-ref',
] as const;

/** Why git did not do it; hosts choose words and actions by it and never by the message. */
export type GitReason = (typeof gitReasons)[number];

/** What is known about the git process that failed; all optional, because some failures come before any process. */
export interface GitFailure {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly exitCode?: number | null;
  readonly stderr?: string;
  readonly cause?: unknown;
}

/** Every failure of the git room. `message` is one sentence: what is wrong and what to do. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly args: readonly string[];
  readonly cwd: string;
  /** null: the process did not start, or ended by a signal. */
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(
    readonly reason: GitReason,
    message: string,
    failure: GitFailure = {},
  ) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.args = failure.args ?? [];
    this.cwd = failure.cwd ?? '';
    this.exitCode = failure.exitCode ?? null;
    this.stderr = failure.stderr ?? '';
  }

  static is(error: unknown): error is GitError {
    return error instanceof GitError;
  }
}

/** The line of git's standard error that says most: the last `fatal:`, else the last `error:`, else the last line. */
export function tellingLine(stderr: string): string {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling =
    lines.findLast((line) => line.startsWith('fatal:')) ??
    lines.findLast((line) => line.startsWith('error:')) ??
    lines.at(-1) ??
    '';
  return telling.replace(/^(fatal|error): /, '');
}

/**
 * The error for a git process that ended with an exit code nobody expected. Git's words are matched in the C locale,
 * which the git door sets; they are those of git 2.39 to 2.51 (setup.c, lockfile.c, config.c).
 */
export function errorOfExit(args: readonly string[], cwd: string, exitCode: number | null, stderr: string): GitError {
  const failure = { args, cwd, exitCode, stderr };
  if (stderr.includes('detected dubious ownership')) {
    return new GitError(
      'dubious-ownership',
      `The repository at ${cwd} belongs to another user, so git refuses it; if you trust it, run: git config --global --add safe.directory "${safeDirectory(stderr) ?? cwd}"`,
      failure,
    );
  }
  if (/not a git repository/i.test(stderr)) {
    return new GitError(
      'no-repository',
      `${cwd} is not in a git repository; open a folder of one, or run git init there.`,
      failure,
    );
  }
  if (stderr.includes('cannot use bare repository') || stderr.includes('must be run in a work tree')) {
    return new GitError('bare', `${cwd} is a bare repository without files; open one of its worktrees.`, failure);
  }
  // The last: a `commondir` that the git which adds a worktree has opened and not written yet.
  if (/\.lock': File exists|could not lock config file .*: File exists|commondir: Success/.test(stderr)) {
    return new GitError(
      'locked',
      `Another git process is at work in ${cwd} or died there (${tellingLine(stderr.split('\n\n')[0] ?? stderr)}); try again when it has ended.`,
      failure,
    );
  }
  const ended = exitCode === null ? 'was ended by a signal' : `failed (exit ${exitCode})`;
  const why = tellingLine(stderr);
  return new GitError('failed', `git ${commandOf(args)} ${ended} in ${cwd}${why === '' ? '.' : `: ${why}`}`, failure);
}

/** The subcommand for messages: the first argument that is no option (`-c key=value` skipped). */
export function commandOf(args: readonly string[]): string {
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? '';
    if (arg === '-c' || arg === '-C') i += 1;
    else if (!arg.startsWith('-')) return arg;
  }
  return args[0] ?? '';
}

/** The folder that git itself names in its advice: in a linked worktree it is not the folder that was opened. */
function safeDirectory(stderr: string): string | null {
  return /safe\.directory\s+'?([^'\n]+?)'?\s*$/m.exec(stderr)?.[1] ?? null;
}
