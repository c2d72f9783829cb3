/**
 * Commits with their parents, as far as git has listed them. Says what the merge bases of many commits are without a
 * process per pair, and says so when the listing does not reach far enough to be sure.
 */
export class Ancestry {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  /** null: only named as a parent so far. */
  readonly #parents: (readonly number[] | null)[] = [];
  readonly #dates: number[] = [];

  get size(): number {
    return this.#ids.length;
  }

  /** Whether its parents are known. */
  has(id: string): boolean {
    const number = this.#numbers.get(id);
    return number !== undefined && this.#parents[number] !== null;
  }

  /** Seconds since 1970; 0 where the commit was not listed. */
  dateOf(id: string): number {
    const number = this.#numbers.get(id);
    return number === undefined ? 0 : (this.#dates[number] ?? 0);
  }

  /** @param listing of `git rev-list --timestamp --parents`: `<date> <id> <parent> …` LF */
  add(listing: string): void {
    for (const line of listing.split('\n')) {
      const [date, id, ...parents] = line.split(' ');
      if (date === undefined || id === undefined) continue;
      const number = this.#numberOf(id);
      this.#parents[number] ??= parents.map((parent) => this.#numberOf(parent));
      this.#dates[number] = Number(date);
    }
  }

  #numberOf(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#ids.length;
    this.#numbers.set(id, number);
    this.#ids.push(id);
    this.#parents.push(null);
    this.#dates.push(0);
    return number;
  }

  /**
   * The merge bases of each pair of `tips`, all of them as `git merge-base --all` says (in no order); none: `[]`.
   * null: what was listed does not say for certain.
   *
   * A common ancestor of two tips is a best one unless one of its children is a common ancestor too. So it is enough
   * to know which tips reach each commit, and to look at those commits that more tips reach than any child of theirs.
   */
  mergeBases(tips: readonly string[]): (a: string, b: string) => readonly string[] | null {
    const order = this.#walk(tips.map((tip) => this.#numberOf(tip)));
    const places = new Map(tips.map((tip, place) => [tip, place]));
    const reach = new Reach(tips, order, (tip) => this.#numberOf(tip), this.#parents);
    const found = bestCommon(reach, order);
    const open = openEnds(reach, order, this.#parents);
    return (a, b) => {
      if (a === b) return [a];
      const i = places.get(a);
      const j = places.get(b);
      if (i === undefined || j === undefined) return null;
      // Beyond what is listed, each may have ancestors that the other reaches by a way not listed either.
      if (open.between(i, j)) return null;
      const bases = found.get(Math.min(i, j) * tips.length + Math.max(i, j)) ?? [];
      // Two that seem unrelated could be related by a way through what is not listed (clocks that went wrong).
      if (bases.length > 1 && open.any) return null;
      return bases.map((number) => this.#ids[number] ?? '');
    };
  }

  /** What the tips reach, children before parents. */
  #walk(tips: readonly number[]): number[] {
    const children = new Map<number, number>();
    const stack: number[] = [];
    const meet = (number: number) => {
      if (children.has(number)) return;
      children.set(number, 0);
      stack.push(number);
    };
    for (const tip of tips) meet(tip);
    for (let number = stack.pop(); number !== undefined; number = stack.pop()) {
      for (const parent of this.#parents[number] ?? []) {
        meet(parent);
        children.set(parent, (children.get(parent) ?? 0) + 1);
      }
    }
    const order = [...children].filter(([, count]) => count === 0).map(([number]) => number);
    for (let at = 0; at < order.length; at += 1) {
      for (const parent of this.#parents[order[at] ?? -1] ?? []) {
        const left = (children.get(parent) ?? 0) - 1;
        children.set(parent, left);
        if (left === 0) order.push(parent);
      }
    }
    return order;
  }
}

/** Which tips reach each commit: one bit a tip. */
class Reach {
  readonly words: number;
  readonly #bits: Uint32Array;
  readonly #rows = new Map<number, number>();
  readonly children = new Map<number, number[]>();

  constructor(
    readonly tips: readonly string[],
    order: readonly number[],
    numberOf: (tip: string) => number,
    parents: readonly (readonly number[] | null)[],
  ) {
    this.words = (tips.length + 31) >> 5;
    this.#bits = new Uint32Array(order.length * this.words);
    for (const [row, number] of order.entries()) this.#rows.set(number, row);
    for (const [place, tip] of tips.entries()) {
      const at = this.#at(numberOf(tip)) + (place >> 5);
      this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (place & 31));
    }
    for (const number of order) {
      const from = this.#at(number);
      for (const parent of parents[number] ?? []) {
        const to = this.#at(parent);
        for (let w = 0; w < this.words; w += 1) this.#bits[to + w] = this.word(to, w) | this.word(from, w);
        const siblings = this.children.get(parent);
        if (siblings === undefined) this.children.set(parent, [number]);
        else siblings.push(number);
      }
    }
  }

  #at(number: number): number {
    return (this.#rows.get(number) ?? 0) * this.words;
  }

  word(at: number, w: number): number {
    return this.#bits[at + w] ?? 0;
  }

  row(number: number): Uint32Array {
    const at = this.#at(number);
    return this.#bits.subarray(at, at + this.words);
  }

  /** The places of the tips that reach it. */
  places(row: Uint32Array): number[] {
    const places: number[] = [];
    for (let place = 0; place < this.tips.length; place += 1) if (hasBit(row, place)) places.push(place);
    return places;
  }
}

function hasBit(row: Uint32Array, place: number): boolean {
  return (((row[place >> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}

/** Best common ancestors by pair of places, `i * tips + j` with i < j. */
function bestCommon(reach: Reach, order: readonly number[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const number of order) {
    const row = reach.row(number);
    const children = (reach.children.get(number) ?? []).map((child) => reach.row(child));
    if (children.some((child) => child.every((word, w) => word === row[w]))) continue;
    const places = reach.places(row);
    for (const [at, i] of places.entries()) {
      for (const j of places.slice(at + 1)) {
        if (children.some((child) => hasBit(child, i) && hasBit(child, j))) continue;
        const key = i * reach.tips.length + j;
        const known = found.get(key);
        if (known === undefined) found.set(key, [number]);
        else known.push(number);
      }
    }
  }
  return found;
}

/** Commits whose parents are not known, and that one tip of a pair reaches while the other does not. */
function openEnds(reach: Reach, order: readonly number[], parents: readonly (readonly number[] | null)[]) {
  const beyond = reach.tips.map(() => new Uint32Array(reach.words));
  let any = false;
  for (const number of order) {
    if (parents[number] !== null) continue;
    any = true;
    const row = reach.row(number);
    for (const place of reach.places(row)) {
      const others = beyond[place];
      if (others === undefined) continue;
      for (let w = 0; w < reach.words; w += 1) others[w] = (others[w] ?? 0) | ~(row[w] ?? 0);
    }
  }
  const reaches = (i: number, j: number) => hasBit(beyond[i] ?? new Uint32Array(reach.words), j);
  return { any, between: (i: number, j: number) => reaches(i, j) || reaches(j, i) };
}
