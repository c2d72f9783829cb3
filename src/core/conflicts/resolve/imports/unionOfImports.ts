import type { Outline, Parse } from '../outline/outline';
import type { Read } from '../outline/touched';
import { type Lines, mergeLines, type Region, regionAt, type ThreeWay } from '../regions';
import { doubtAbout, isOfImports, type SettledImports, settleImports, type Versions } from './mergeImports';

/**
 * The merged file, where its sides conflict in nothing but import statements: with those of both. It parses, and its other
 * lines are those of a clean merge.
 * @returns its lines; null: there is more to it, or any doubt
 */
export async function unionOfImports(edits: ThreeWay, reads: Versions<Read>, parse: Parse): Promise<string[] | null> {
  const outlines = { base: reads.base.outline, ours: reads.ours.outline, theirs: reads.theirs.outline };
  const lines = { base: reads.base.lines, ours: reads.ours.lines, theirs: reads.theirs.lines };
  if (!edits.conflicts.every((conflict) => isOfImports(conflict, lines, outlines))) return null;
  for (const whole of [false, true]) {
    const settled = settleAll(edits, lines, outlines, whole);
    if (settled === null) continue;
    const merged = mergeLines(edits, lines, settled);
    const outline = await parse(merged.join('\n'));
    if (outline !== null && doubtAbout(outline, merged, outlines) === null) return merged;
  }
  return null;
}

/** @param whole all imports above and below as well: what was moved among them is then seen in one */
function settleAll(
  edits: ThreeWay,
  lines: Lines,
  outlines: Versions<Outline>,
  whole: boolean,
): SettledImports[] | null {
  const settled: SettledImports[] = [];
  for (const conflict of edits.conflicts) {
    const within = ({ base }: SettledImports['region']) =>
      base.from <= conflict.base.from && conflict.base.to <= base.to;
    // Statements of many lines may have taken it in already.
    if (settled.some(({ region }) => within(region))) continue;
    const made = settleImports(whole ? blockOf(conflict, edits, lines, outlines) : conflict, edits, lines, outlines);
    if (made === null) return null;
    settled.push(made);
  }
  return settled;
}

/** A conflict with all imports around it. */
function blockOf(conflict: Region, edits: ThreeWay, lines: Lines, outlines: Versions<Outline>): Region {
  const { imports } = outlines.base;
  const belongs = (row: number) =>
    lines.base[row]?.trim() === '' || imports.some(({ lines: each }) => each.from <= row && row < each.to);
  let { from, to } = conflict.base;
  while (from > 0 && belongs(from - 1)) from -= 1;
  while (to < lines.base.length && belongs(to)) to += 1;
  // Empty lines at its borders belong to what is beside them.
  while (from < conflict.base.from && lines.base[from]?.trim() === '') from += 1;
  while (to > conflict.base.to && lines.base[to - 1]?.trim() === '') to -= 1;
  return regionAt(edits, { from, to });
}
