type Numbers = Uint8Array | Uint32Array | Float64Array;

/** Numbers by index, in as little room as their kind needs; grows as it is filled. */
export class Column<T extends Numbers> {
  readonly #kind: new (
    length: number,
  ) => T;
  #values: T;

  constructor(kind: new (length: number) => T) {
    this.#kind = kind;
    this.#values = new kind(0);
  }

  /** 0 where nothing was set. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) this.#grow(index);
    this.#values[index] = value;
  }

  #grow(index: number): void {
    const longer = new this.#kind(Math.max(1024, Math.ceil(index * 1.5)));
    longer.set(this.#values);
    this.#values = longer;
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
