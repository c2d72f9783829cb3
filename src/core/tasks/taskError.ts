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

/** What can hold the start of a task's agent. */
export type HoldKind = 'depends-on' | 'wip' | 'budget';

/** A task could not be dispatched, started or waited for; `message` is one sentence: what is wrong and what to do. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly reason: TaskReason;
  /** Of `held`: what holds it. */
  readonly hold: HoldKind | null;

  constructor(reason: TaskReason, message: string, options?: { cause?: unknown; hold?: HoldKind }) {
    super(message, options);
    this.reason = reason;
    this.hold = options?.hold ?? null;
  }

  static is(e: unknown): e is TaskError {
    return e instanceof TaskError;
  }
}
