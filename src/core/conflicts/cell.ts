import type { Cell, UnknownReason } from '../../contract/conflicts';

/** Shared: most cells are this one. */
export const cleanCell: Cell = Object.freeze({
  verdict: 'clean',
  reason: null,
  detail: null,
  direction: null,
  driver: null,
  files: Object.freeze([]),
});

/** @param detail what it was about: a path, git's first line */
export function unknownCell(reason: UnknownReason, detail: string | null = null): Cell {
  return { ...cleanCell, verdict: 'unknown', reason, detail };
}
