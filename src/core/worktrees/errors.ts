export const worktreeReasons = [
  'exists',
  'branch-taken',
  'bad-name',
  'base-missing',
  'git-failed',
  'root-refused',
  'not-the-worktree',
  'cancelled',
  // what a human has to see to first
  'in-use',
  'locked-worktree',
  'operation-in-progress',
  'changed-meanwhile',
  'nothing-to-restore',
  'cannot-move',
  'conflicting',
] as const;
export type WorktreeReason = (typeof worktreeReasons)[number];

/** Every failure of the worktrees room. `message` is one sentence: what is wrong and what to do. */
export class WorktreeError extends Error {
  override readonly name = 'WorktreeError';

  constructor(
    readonly reason: WorktreeReason,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  static is(error: unknown): error is WorktreeError {
    return error instanceof WorktreeError;
  }
}
