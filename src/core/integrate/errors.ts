/** Why a checklist could not be read or answered. */
export type ChecklistReason =
  | 'no-plan'
  | 'unknown-item'
  | 'bad-answer'
  | 'no-note'
  | 'nothing-to-answer'
  | 'not-known'
  | 'answered-meanwhile';

/** A checklist could not be read or answered; `message` is one sentence: what is wrong and what to do. */
export class ChecklistError extends Error {
  override readonly name = 'ChecklistError';
  readonly reason: ChecklistReason;

  constructor(reason: ChecklistReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }

  static is(e: unknown): e is ChecklistError {
    return e instanceof ChecklistError;
  }
}
