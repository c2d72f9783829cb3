import type { Parse } from '../outline/outline';
import type { Read } from '../outline/touched';
import { mergeLines, type ThreeWay } from '../regions';
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
  const settled: SettledImports[] = [];
  for (const conflict of edits.conflicts) {
    const within = ({ base }: SettledImports['region']) =>
      base.from <= conflict.base.from && conflict.base.to <= base.to;
    // Statements of many lines may have taken it in already.
    if (settled.some(({ region }) => within(region))) continue;
    const made = settleImports(conflict, edits, lines, outlines);
    if (made === null) return null;
    settled.push(made);
  }
  const merged = mergeLines(edits, lines, settled);
  const outline = await parse(merged.join('\n'));
  return outline === null || doubtAbout(outline, merged, outlines) !== null ? null : merged;
}
