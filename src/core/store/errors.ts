/** Why the store could not do what was asked. */
export type StoreReason =
  | 'no-parent'
  | 'not-a-folder'
  | 'unwritable'
  | 'bad-name'
  | 'bad-event'
  | 'bad-document'
  | 'locked'
  | 'lock-lost'
  | 'lease-lost'
  | 'failed';

/** Every error the store throws. `message` is one sentence: what is wrong and what to do. */
export class StoreError extends Error {
  readonly reason: StoreReason;
  /** The file or folder concerned, or null. */
  readonly file: string | null;

  constructor(reason: StoreReason, message: string, o: { file?: string; cause?: unknown } = {}) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause });
    this.name = 'StoreError';
    this.reason = reason;
    this.file = o.file ?? null;
  }

  static is(e: unknown): e is StoreError {
    return e instanceof StoreError;
  }
}

/**
 * What is wrong with a file of the store. `newer` is no damage: a later version of the product wrote it, and this one
 * leaves it alone.
 */
export type DamageReason = 'unreadable' | 'not-utf8' | 'not-json' | 'wrong-shape' | 'wrong-content' | 'torn' | 'newer';

/** A line or file that was set aside; everything else still works. */
export interface Damage {
  /** Absolute. */
  readonly file: string;
  /** Counts from 1; null when the whole file is meant. */
  readonly line: number | null;
  readonly reason: DamageReason;
  /** One sentence. */
  readonly message: string;
}

/** The system's error code (`ENOENT` …), or null. */
export function errorCode(e: unknown): string | null {
  if (typeof e !== 'object' || e === null || !('code' in e)) return null;
  return typeof e.code === 'string' ? e.code : null;
}

/** True when a file or folder was not there: an answer, not a failure. */
export function isMissing(e: unknown): boolean {
  const code = errorCode(e);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What an error says, for a sentence of ours. */
export function errorText(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
