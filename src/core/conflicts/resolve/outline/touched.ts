import type { Edit, Region, Span } from '../regions';
import { editsIn } from '../regions';
import type { Outline, Section } from './outline';

/** A version of a file and what it is made of. */
export interface Read {
  readonly lines: readonly string[];
  readonly outline: Outline;
}

/**
 * The sections that one side changes within a conflict: those its new lines are in, and those its old lines were in.
 * null stands for lines in no section.
 */
export function touchedIn(conflict: Region, edits: readonly Edit[], base: Read, side: Read): Set<Section | null> {
  const touched = new Set<Section | null>();
  for (const { base: old, side: now } of editsIn(edits, conflict)) {
    for (const [span, version] of [
      [old, base],
      [now, side],
    ] as const) {
      if (span.from === span.to) continue;
      // What was only added or only removed may as well begin some lines earlier or later.
      const alone = old.from === old.to || now.from === now.to;
      const settled = alone ? settle(span, version) : span;
      for (const section of sectionsOf(settled, version)) touched.add(section);
    }
  }
  return touched;
}

/**
 * Whether both sides write a line of the base anew that stands in no function or type: then it is one statement that they
 * mean differently, and not two that lie side by side.
 */
export function meetInStatement(
  conflict: Region,
  edits: { readonly ours: readonly Edit[]; readonly theirs: readonly Edit[] },
  reads: { readonly base: Read; readonly ours: Read; readonly theirs: Read },
): boolean {
  const { base } = reads;
  const ours = rewritten(editsIn(edits.ours, conflict), base.lines, reads.ours.lines);
  const theirs = rewritten(editsIn(edits.theirs, conflict), base.lines, reads.theirs.lines);
  const imported = (row: number) => base.outline.imports.some(({ lines }) => lines.from <= row && row < lines.to);
  return [...ours].some((row) => {
    if (!theirs.has(row) || imported(row)) return false;
    const [section] = sectionsOf({ from: row, to: row + 1 }, base);
    return section === null || section?.kind === 'group';
  });
}

/** Lines of the base that a side does not keep; a comma behind one is no change of it. */
function rewritten(edits: readonly Edit[], base: readonly string[], side: readonly string[]): Set<number> {
  const plain = (line: string | undefined) => (line ?? '').trim().replace(/,$/, '');
  const rows = new Set<number>();
  for (const { base: old, side: now } of edits) {
    const kept = new Set(side.slice(now.from, now.to).map(plain));
    for (let row = old.from; row < old.to; row += 1) if (!kept.has(plain(base[row]))) rows.add(row);
  }
  return rows;
}

/** The innermost sections of the lines that are not empty. */
export function sectionsOf({ from, to }: Span, { lines, outline }: Read): Set<Section | null> {
  const found = new Set<Section | null>();
  for (let row = from; row < to; row += 1) {
    if (lines[row]?.trim() === '') continue;
    // Inner ones follow the outer ones.
    found.add(outline.sections.findLast((each) => each.lines.from <= row && row < each.lines.to) ?? null);
  }
  return found;
}

/**
 * Where a function is put between two others, the lines that a diff calls new may begin with the last bracket of the one
 * before: of all places that say the same, the one that cuts the fewest sections apart.
 */
export function settle(span: Span, { lines, outline }: Read): Span {
  const cuts = ({ from, to }: Span) =>
    outline.sections.filter(
      ({ lines: each }) =>
        each.from < to &&
        each.to > from &&
        !(each.from >= from && each.to <= to) &&
        !(each.from <= from && each.to >= to),
    ).length;
  let best = span;
  let least = cuts(span);
  const look = (step: 1 | -1) => {
    for (let { from, to } = span; least > 0; ) {
      if (step === 1 ? lines[from] !== lines[to] || to >= lines.length : from <= 0 || lines[from - 1] !== lines[to - 1])
        return;
      from += step;
      to += step;
      const count = cuts({ from, to });
      if (count < least) [best, least] = [{ from, to }, count];
    }
  };
  look(1);
  look(-1);
  return best;
}
