import { type Hunk, type LineRange, meetingHunks } from '../sides/hunks';

/** Lines `from` to before `to`, counted from 0. Empty: the place before line `from`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One place of a file as it is in all three. */
export interface Region {
  readonly base: Span;
  readonly ours: Span;
  readonly theirs: Span;
}

/** What one side changed in one place. */
export interface Edit {
  readonly base: Span;
  readonly side: Span;
}

/** Two sides that left one file, and where they cannot stand beside each other. */
export interface ThreeWay {
  readonly ours: readonly Edit[];
  readonly theirs: readonly Edit[];
  /** By their place. */
  readonly conflicts: readonly Region[];
}

/** Puts the hunks of both sides together as a merge does. */
export function threeWay(ours: readonly Hunk[], theirs: readonly Hunk[]): ThreeWay {
  const edits = { ours: ours.map(editOf), theirs: theirs.map(editOf) };
  const meeting = meetingHunks(ours, theirs);
  const spans = [...meeting.a, ...meeting.b].map(({ base }) => spanOf(base)).sort((x, y) => x.from - y.from);
  const clusters: Span[] = [];
  for (const span of spans) {
    const last = clusters.at(-1);
    if (last !== undefined && span.from <= last.to) {
      clusters[clusters.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else clusters.push(span);
  }
  return { ...edits, conflicts: clusters.map((span) => regionAt(edits, span)) };
}

/** A place of the base in all three, made larger until no edit of either side reaches over its border. */
export function regionAt(edits: Pick<ThreeWay, 'ours' | 'theirs'>, at: Span): Region {
  let base = at;
  for (let before: Span | null = null; before !== base; ) {
    before = base;
    for (const { base: each } of [...edits.ours, ...edits.theirs]) {
      if (touches(each, base) && (each.from < base.from || each.to > base.to)) {
        base = { from: Math.min(base.from, each.from), to: Math.max(base.to, each.to) };
      }
    }
  }
  return { base, ours: onSide(edits.ours, base), theirs: onSide(edits.theirs, base) };
}

/** The edits that lie within a region. */
export function editsIn(edits: readonly Edit[], { base }: Region): Edit[] {
  return edits.filter((edit) => touches(edit.base, base));
}

export function touches(x: Span, y: Span): boolean {
  return x.from <= y.to && y.from <= x.to;
}

function onSide(edits: readonly Edit[], base: Span): Span {
  const grown = ({ base: was, side }: Edit) => side.to - side.from - (was.to - was.from);
  const sum = (some: readonly Edit[]) => some.reduce((lines, edit) => lines + grown(edit), 0);
  const shift = sum(edits.filter((edit) => edit.base.to < base.from));
  const within = sum(edits.filter((edit) => touches(edit.base, base)));
  return { from: base.from + shift, to: base.to + shift + within };
}

function editOf({ base, side }: Hunk): Edit {
  return { base: spanOf(base), side: spanOf(side) };
}

function spanOf({ start, count }: LineRange): Span {
  return count === 0 ? { from: start, to: start } : { from: start - 1, to: start - 1 + count };
}

/** The lines of all three versions, without their line ends. */
export interface Lines {
  readonly base: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/**
 * The merged lines: what only one side changed, or both alike, as it is there; the places given as they are given.
 * @param settled they do not overlap, and every conflict lies in one of them
 */
export function mergeLines(
  edits: Pick<ThreeWay, 'ours' | 'theirs'>,
  lines: Lines,
  settled: readonly { readonly region: Region; readonly lines: readonly string[] }[],
): string[] {
  const outside = (edit: Edit) => !settled.some(({ region }) => touches(edit.base, region.base));
  const changes = [
    ...edits.ours.filter(outside).map(({ base, side }) => ({ base, lines: lines.ours.slice(side.from, side.to) })),
    ...edits.theirs.filter(outside).map(({ base, side }) => ({ base, lines: lines.theirs.slice(side.from, side.to) })),
    ...settled.map(({ region, lines: made }) => ({ base: region.base, lines: made })),
  ].sort((x, y) => x.base.from - y.base.from || x.base.to - y.base.to);
  const merged: string[] = [];
  let at = 0;
  let last: Span | null = null;
  for (const { base, lines: made } of changes) {
    // Both sides made the same change.
    if (last !== null && last.from === base.from && last.to === base.to) continue;
    last = base;
    for (; at < base.from; at += 1) merged.push(lines.base[at] ?? '');
    for (const line of made) merged.push(line);
    at = base.to;
  }
  for (; at < lines.base.length; at += 1) merged.push(lines.base[at] ?? '');
  return merged;
}
