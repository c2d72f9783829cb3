import type { PanelWords } from '../../protocol/integrationWords';
import { element } from '../shared/dom';
import type { Matrix } from './matrix';
import { type Change, changesBetween, sentenceOf, verdictsOf } from './verdictChanges';

/** Not more than one sentence in this time. */
const quietMs = 5000;

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
