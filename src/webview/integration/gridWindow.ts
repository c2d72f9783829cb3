/** Which rows are drawn: from `from`, before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface View {
  readonly count: number;
  /** Of one row, in pixels, as is all that follows. */
  readonly size: number;
  readonly scroll: number;
  /** How much is seen at once. */
  readonly view: number;
}

/** Rows drawn beyond what is seen on either side: while a scroll stays within them, nothing has to be done. */
const spare = 6;

/** The rows to draw: what was drawn before as long as it holds all that is seen, else that and some around. */
export function rangeFor(before: Range, o: View): Range {
  const seen = visible(o);
  const holds = before.from <= seen.from && seen.to <= before.to && before.to <= o.count;
  if (holds && before.to - before.from <= seen.to - seen.from + 4 * spare) return before;
  return { from: Math.max(0, seen.from - spare), to: Math.min(o.count, seen.to + spare) };
}

/** The rows that a scrolled view shows, also in part. */
function visible({ count, size, scroll, view }: View): Range {
  const to = Math.max(0, Math.min(count, Math.ceil((scroll + view) / size)));
  return { from: Math.min(to, Math.max(0, Math.floor(scroll / size))), to };
}

/** How far to scroll so that a line is wholly seen, as little as possible. */
export function scrolledTo(o: Omit<View, 'count'> & { readonly index: number }): number {
  const start = o.index * o.size;
  if (start < o.scroll) return start;
  return start + o.size > o.scroll + o.view ? Math.max(0, start + o.size - o.view) : o.scroll;
}
