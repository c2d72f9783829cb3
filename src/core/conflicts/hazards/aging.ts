/** A map that forgets what was not asked for while about `limit` others were kept. */
export class Aging<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  constructor(private readonly limit: number) {}

  get(key: string): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.keep(key, old);
    return old;
  }

  keep(key: string, value: T): void {
    if (this.#young.size >= this.limit && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
