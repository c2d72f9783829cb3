export type PlanReason = 'exists' | 'bad-id' | 'no-plan' | 'no-plans-dir' | 'unreadable' | 'cannot-edit';

/** Why a plan or a task file could not be made or read as asked. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly reason: PlanReason;
  /** The file or folder concerned, where there is one. */
  readonly file: string | null;

  constructor(reason: PlanReason, message: string, o: { file?: string; cause?: unknown } = {}) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause });
    this.reason = reason;
    this.file = o.file ?? null;
  }

  static is(error: unknown): error is PlanError {
    return error instanceof PlanError;
  }
}
