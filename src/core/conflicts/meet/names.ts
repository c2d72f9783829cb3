import { type BytePath, parentOf } from '../../git/bytePath';

/** Numbers for paths and for what lies at them, so that thousands of comparisons are comparisons of integers. */
export class Names {
  readonly #numbers = new Map<BytePath, number>();
  readonly #paths: BytePath[] = [];
  readonly #parents: number[] = [];
  readonly #entries = new Map<string, number>();

  get size(): number {
    return this.#paths.length + this.#entries.size;
  }

  /** The top folder is a path too: `''`. */
  path(name: BytePath): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const parent = name === '' ? -1 : this.path(parentOf(name));
    const number = this.#paths.length;
    this.#numbers.set(name, number);
    this.#paths.push(name);
    this.#parents.push(parent);
    return number;
  }

  nameOf(path: number): BytePath {
    return this.#paths[path] ?? '';
  }

  /** The folder it lies in; -1 for the top folder. */
  parentOf(path: number): number {
    return this.#parents[path] ?? -1;
  }

  /** @param entry `<mode> <id>`; never 0, which says that nothing is there */
  entry(entry: string): number {
    const known = this.#entries.get(entry);
    if (known !== undefined) return known;
    const number = this.#entries.size + 1;
    this.#entries.set(entry, number);
    return number;
  }
}
