import type { Axes } from './axes';

/** A place in the grid, by the keys of its lines: what is there may move. */
export interface Place {
  readonly row: string;
  readonly column: string;
}

/** A key as it is pressed. */
export interface Stroke {
  readonly key: string;
  readonly ctrl: boolean;
}

/** Where the focus stands; the first place when what it stood on is gone. null: there is none. */
export function settle(axes: Axes, place: Place | null): { row: number; column: number } | null {
  if (axes.rows.length === 0 || axes.columns.length === 0) return null;
  const row = axes.rows.findIndex(({ key }) => key === place?.row);
  const column = axes.columns.findIndex(({ key }) => key === place?.column);
  return { row: Math.max(row, 0), column: Math.max(column, 0) };
}

export function placeAt(axes: Axes, row: number, column: number): Place | null {
  const [r, c] = [axes.rows[row], axes.columns[column]];
  return r === undefined || c === undefined ? null : { row: r.key, column: c.key };
}

/**
 * Where a key takes the focus, as in any grid (ARIA Authoring Practices, "Grid"); null: the key is not the grid's.
 * @param page rows of a page
 */
export function moved(axes: Axes, from: Place | null, stroke: Stroke, page: number): Place | null {
  const at = settle(axes, from);
  if (at === null) return null;
  const [lastRow, lastColumn] = [axes.rows.length - 1, axes.columns.length - 1];
  const to = target(at, stroke, { lastRow, lastColumn, page });
  if (to === null) return null;
  const clamp = (value: number, last: number) => Math.min(Math.max(value, 0), last);
  return placeAt(axes, clamp(to.row, lastRow), clamp(to.column, lastColumn));
}

function target(
  { row, column }: { row: number; column: number },
  { key, ctrl }: Stroke,
  o: { lastRow: number; lastColumn: number; page: number },
): { row: number; column: number } | null {
  switch (key) {
    case 'ArrowUp':
      return { row: ctrl ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: ctrl ? o.lastRow : row + 1, column };
    case 'ArrowLeft':
      return { row, column: ctrl ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: ctrl ? o.lastColumn : column + 1 };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? o.lastRow : row, column: o.lastColumn };
    case 'PageUp':
      return { row: row - o.page, column };
    case 'PageDown':
      return { row: row + o.page, column };
    default:
      return null;
  }
}
