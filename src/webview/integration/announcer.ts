import type { Verdict } from '../../contract/conflicts';
import type { PanelWords } from '../../protocol/integrationWords';
import { element } from './dom';
import { format, plain } from './format';
import type { Matrix } from './matrix';

/** Not more than one sentence in this time. */
const quietMs = 5000;

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

/** Tells a screen reader what changed: politely, summed up, and not more than once in a while. */
export class Announcer {
  readonly element = element('div', { class: 'unseen', 'aria-live': 'polite', role: 'status' });
  readonly #words: PanelWords;
  #known: Map<string, Change> | null = null;
  #waiting = new Map<string, Change>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(words: PanelWords) {
    this.#words = words;
  }

  /** Another repository is no change. */
  forget(): void {
    this.#known = null;
    this.#waiting.clear();
  }

  show(matrix: Matrix): void {
    const now = verdictsOf(matrix);
    const changes = this.#known === null ? [] : changesBetween(this.#known, now);
    this.#known = now;
    for (const [key, change] of changes) this.#waiting.set(key, change);
    if (this.#waiting.size > 0) this.#soon();
  }

  #soon(): void {
    const wait = Math.max(500, this.#saidAt + quietMs - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#saidAt = performance.now();
      // What went back meanwhile is said as it is now: it did change.
      this.element.textContent = sentenceOf(this.#words, [...this.#waiting.values()]);
      this.#waiting.clear();
    }, wait);
  }
}
