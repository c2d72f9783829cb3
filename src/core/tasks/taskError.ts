import type { BudgetUse } from '../../contract/usage';

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

export interface HeldBy {
  /** `budget` as soon as one is among what holds it: that needs a human's own consent. */
  readonly kind: HoldKind;
  /** All that holds it, as clauses. */
  readonly reason: string;
  /** The budget among it that is used most, or would be. */
  readonly budget?: Pick<BudgetUse, 'scope' | 'plan' | 'task'> | undefined;
}

/** A task could not be dispatched, started or waited for; `message` is one sentence: what is wrong and what to do. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly reason: TaskReason;
  /** Of `held`: what holds it. */
  readonly hold: HeldBy | null;

  constructor(reason: TaskReason, message: string, options?: { cause?: unknown; hold?: HeldBy }) {
    super(message, options);
    this.reason = reason;
    this.hold = options?.hold ?? null;
  }

  static is(e: unknown): e is TaskError {
    return e instanceof TaskError;
  }
}
