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
  set(row: number, values: readonly number[]): void {
    this.#page(row).set(values, (row & (pageRows - 1)) * this.#width);
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
}
