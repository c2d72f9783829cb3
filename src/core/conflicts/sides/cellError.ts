export const cellReasons = ['gone', 'not-merged', 'no-room'] as const;

/**
 * Why a cell cannot be looked into: `gone`: its states are not kept any more; `not-merged`: git itself cannot try;
 * `no-room`: the disk has no room for a scratch copy.
 */
export type CellReason = (typeof cellReasons)[number];

/** Every failure of looking into a cell, besides git's own. `message` is one sentence: what is wrong and what to do. */
export class CellError extends Error {
  override readonly name = 'CellError';

  constructor(
    readonly reason: CellReason,
    message: string,
  ) {
    super(message);
  }

  static is(error: unknown): error is CellError {
    return error instanceof CellError;
  }
}

export function gone(): CellError {
  return new CellError('gone', 'This cell has been computed anew; open it again.');
}
