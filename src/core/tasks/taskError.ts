/** Why something could not be done to a task. */
export type TaskReason =
  | 'no-task'
  | 'bad-task'
  | 'bad-ref'
  | 'held'
  | 'running'
  | 'ended'
  | 'branch-taken'
  | 'no-worktree'
  | 'missing-agent'
  | 'worktree-failed'
  | 'start-failed'
  | 'vanished'
  | 'setup-failed'
  | 'in-use'
  | 'no-archive'
  | 'bad-adoption'
  | 'bad-hazard'
  | 'no-app'
  | 'app-failed'
  | 'timeout'
  | 'cancelled';

/** A task could not be dispatched, started or waited for; `message` is one sentence: what is wrong and what to do. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly reason: TaskReason;

  constructor(reason: TaskReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }

  static is(e: unknown): e is TaskError {
    return e instanceof TaskError;
  }
}
