import type { Verdict } from '../../contract/conflicts';
import type { PanelWords } from '../../protocol/integrationWords';
import { format, plain } from '../shared/format';
import type { Matrix } from './matrix';

/** A cell that says something else now, by the names of its sides. */
export interface Change {
  readonly a: string;
  readonly b: string;
  readonly verdict: Verdict;
}

/** What is said of each cell, by both names, which hold no line end; the base's cells by the branch alone. */
export function verdictsOf(matrix: Matrix): Map<string, Change> {
  const all = new Map<string, Change>();
  matrix.branches.forEach(({ ref }, index) => {
    const base = matrix.againstBase(index);
    if (base !== null) all.set(ref, { a: ref, b: base.base, verdict: base.cell.verdict });
    for (let other = 0; other < index; other += 1) {
      const earlier = matrix.branches[other]?.ref ?? '';
      const seen = matrix.pair(index, other);
      if (seen === null) continue;
      const [a, b] = ref < earlier ? [ref, earlier] : [earlier, ref];
      all.set(`${a}\n${b}`, { a, b, verdict: seen.cell.verdict });
    }
  });
  return all;
}

/** Cells that both knew, and that say something else after. */
export function changesBetween(
  before: ReadonlyMap<string, Change>,
  after: ReadonlyMap<string, Change>,
): Map<string, Change> {
  const changed = new Map<string, Change>();
  for (const [key, change] of after) {
    const was = before.get(key);
    if (was !== undefined && was.verdict !== change.verdict) changed.set(key, change);
  }
  return changed;
}

export function sentenceOf(words: PanelWords, changes: readonly Change[]): string {
  const [first] = changes;
  if (first === undefined) return '';
  const word = (verdict: Verdict) => words.order[verdict];
  if (changes.length === 1) return format(words.changes.one, plain(first.a), plain(first.b), word(first.verdict));
  const of = (verdict: Verdict) => changes.filter((change) => change.verdict === verdict).length;
  return format(words.changes.many, changes.length, of('conflict'), of('unknown'), of('clean'));
}
