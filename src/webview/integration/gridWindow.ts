/** Which lines of one axis are drawn: from `from`, before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Lines drawn beyond what is seen, so that a small scroll shows no gap. */
const spare = 3;

/**
 * The lines of one axis that a scrolled view shows, and a few around.
 * @param scroll how far it is scrolled @param view how much is seen @param size of one line, all in pixels
 */
export function visible(o: { count: number; size: number; scroll: number; view: number }): Range {
  const from = Math.max(0, Math.floor(o.scroll / o.size) - spare);
  const to = Math.min(o.count, Math.ceil((o.scroll + o.view) / o.size) + spare);
  return { from: Math.min(from, Math.max(0, to)), to: Math.max(to, 0) };
}

/** How far to scroll so that a line is wholly seen, as little as possible. */
export function scrolledTo(o: { index: number; size: number; scroll: number; view: number }): number {
  const start = o.index * o.size;
  if (start < o.scroll) return start;
  return start + o.size > o.scroll + o.view ? Math.max(0, start + o.size - o.view) : o.scroll;
}

export function sameRange(a: Range, b: Range): boolean {
  return a.from === b.from && a.to === b.to;
}
