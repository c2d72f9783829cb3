/** Exit codes of the command line; the contract names them. */
export const exitCodes = {
  done: 0,
  /** Done, and the answer is "no": only with `--exit-code`, and for `wait` whose time is up. */
  no: 1,
  usage: 2,
  environment: 3,
  needsHuman: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Wrong usage found by a command itself. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly reason = 'usage';
}

/** Reasons of the rooms' errors, by exit code. A reason that is not listed is the environment's. */
const byReason: Readonly<Record<string, ExitCode>> = {
  // what was asked for is wrong
  usage: exitCodes.usage,
  'bad-ref': exitCodes.usage,
  'no-task': exitCodes.usage,
  'bad-task': exitCodes.usage,
  'bad-name': exitCodes.usage,
  'bad-id': exitCodes.usage,
  'no-plan': exitCodes.usage,
  'plan-exists': exitCodes.usage,
  'base-missing': exitCodes.usage,
  'branch-taken': exitCodes.usage,
  exists: exitCodes.usage,
  'unknown-agent': exitCodes.usage,
  'bad-settings': exitCodes.usage,
  'bad-adoption': exitCodes.usage,
  'bad-hazard': exitCodes.usage,
  'no-app': exitCodes.usage,
  'unknown-item': exitCodes.usage,
  'bad-answer': exitCodes.usage,
  'no-note': exitCodes.usage,
  // a human has to look
  held: exitCodes.needsHuman,
  running: exitCodes.needsHuman,
  ended: exitCodes.needsHuman,
  vanished: exitCodes.needsHuman,
  'no-worktree': exitCodes.needsHuman,
  'worktree-failed': exitCodes.needsHuman,
  'not-the-worktree': exitCodes.needsHuman,
  'git-failed': exitCodes.needsHuman,
  'in-use': exitCodes.needsHuman,
  'locked-worktree': exitCodes.needsHuman,
  'operation-in-progress': exitCodes.needsHuman,
  'changed-meanwhile': exitCodes.needsHuman,
  'nothing-to-restore': exitCodes.needsHuman,
  'cannot-move': exitCodes.needsHuman,
  conflicting: exitCodes.needsHuman,
  'setup-failed': exitCodes.needsHuman,
  'app-failed': exitCodes.needsHuman,
  'no-archive': exitCodes.needsHuman,
  'nothing-to-answer': exitCodes.needsHuman,
  'not-known': exitCodes.needsHuman,
  'answered-meanwhile': exitCodes.needsHuman,
  'cannot-edit': exitCodes.needsHuman,
  // wait
  timeout: exitCodes.no,
  cancelled: exitCodes.interrupted,
};

/** The exit code for an error that a command let through. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Error) {
    if (error.name === 'AbortError') return exitCodes.interrupted;
    // git's own time-out is the environment's; only `wait` may answer "not in time".
    if (error.name === 'GitError' && 'reason' in error && error.reason === 'timeout') return exitCodes.environment;
    if ('reason' in error && typeof error.reason === 'string') return byReason[error.reason] ?? exitCodes.environment;
  }
  return exitCodes.environment;
}
