/** Where some names stand in a text, so that whatever holds none of them need not be looked into. */
export class Places {
  readonly #at: readonly number[];

  /**
   * @param names identifiers
   * @param others parts of patterns for what else is looked for
   */
  constructor(text: string, names: Iterable<string>, others: readonly string[] = []) {
    const all = [...[...names].map((name) => name.replaceAll('$', '\\$')), ...others];
    const pattern = new RegExp(`(?<![\\w$])(?:${all.join('|')})(?![\\w$])`, 'g');
    this.#at = [...text.matchAll(pattern)].map(({ index }) => index);
  }

  /** Whether one of them stands there. */
  between(start: number, end: number): boolean {
    let [low, high] = [0, this.#at.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#at[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return (this.#at[low] ?? end) < end;
  }
}
