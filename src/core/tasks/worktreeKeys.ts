/** The worktrees that are looked at, by path and by hint key. Keys are made from real paths, which costs a system call each. */
export class WorktreeKeys {
  readonly #make: (worktree: string) => string;
  #pathOfKey = new Map<string, string>();
  #keyOfPath = new Map<string, string>();

  /** @param make the key of a worktree's path */
  constructor(make: (worktree: string) => string) {
    this.#make = make;
  }

  /** All keys, in the order of `set`. */
  get all(): readonly string[] {
    return [...this.#pathOfKey.keys()];
  }

  /** Path and key of each. */
  get entries(): Iterable<readonly [string, string]> {
    return this.#keyOfPath;
  }

  keyOf(worktree: string): string | undefined {
    return this.#keyOfPath.get(worktree);
  }

  pathOf(key: string): string | undefined {
    return this.#pathOfKey.get(key);
  }

  /** These and no others from now on. @returns the keys of those that were not there before */
  set(worktrees: readonly string[]): string[] {
    const known = this.#keyOfPath;
    this.#keyOfPath = new Map(worktrees.map((each) => [each, known.get(each) ?? this.#make(each)]));
    this.#pathOfKey = new Map([...this.#keyOfPath].map(([each, key]) => [key, each]));
    return [...this.#keyOfPath].flatMap(([each, key]) => (known.has(each) ? [] : [key]));
  }
}
