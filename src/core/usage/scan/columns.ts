type Numbers = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A power of two, so that a row's page and its place on it are found by shifting. */
const pageShift = 10;
const pageRows = 1 << pageShift;

/**
 * Rows of numbers, of as many columns each. They lie on pages outside of the heap that are never copied: neither growing
 * nor the collector of garbage takes time or memory for them.
 */
export class Rows<T extends Numbers> {
  readonly #kind: new (
    length: number,
  ) => T;
  readonly #width: number;
  readonly #pages: T[] = [];

  constructor(kind: new (length: number) => T, width: number) {
    this.#kind = kind;
    this.#width = width;
  }

  /** 0 where nothing was set. */
  at(row: number, column: number): number {
    return this.#pages[row >> pageShift]?.[(row & (pageRows - 1)) * this.#width + column] ?? 0;
  }

  /** @param values of all columns */
  set(row: number, values: ArrayLike<number>): void {
    this.#page(row).set(values, (row & (pageRows - 1)) * this.#width);
  }

  /** The first rows, one behind the other. */
  pack(rows: number): T {
    const packed = new this.#kind(rows * this.#width);
    for (const [number, page] of this.#pages.entries()) {
      const from = number * page.length;
      packed.set(page.subarray(0, Math.max(0, packed.length - from)), from);
    }
    return packed;
  }

  /** Takes rows that were packed. */
  unpack(packed: T): void {
    const length = pageRows * this.#width;
    for (let from = 0; from < packed.length; from += length) {
      this.set(from / this.#width, packed.subarray(from, from + length));
    }
  }

  #page(row: number): T {
    const number = row >> pageShift;
    while (this.#pages.length <= number) this.#pages.push(new this.#kind(pageRows * this.#width));
    return this.#pages[number] as T;
  }
}

/** Texts that come again and again, each kept once, by number. */
export class Words {
  readonly #ids = new Map<string, number>();
  /** 0 is null. */
  readonly #texts: (string | null)[] = [null];

  of(text: string | null): number {
    if (text === null) return 0;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.push(text) - 1;
    this.#ids.set(text, id);
    return id;
  }

  at(id: number): string | null {
    return this.#texts[id] ?? null;
  }

  /** By number. */
  get all(): readonly (string | null)[] {
    return this.#texts;
  }
}
