import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { Ancestry } from './ancestry';

/** A pair of commits, full ids. */
export type CommitPair = readonly [a: string, b: string];

/** Commits listed at a time: enough for branches of some weeks, then for nearly every history. */
const usualWindows = { moved: 64, usual: 4096, deep: 131_072 };
/** Pairs that are worth a process of their own when no listing says. */
const askedSingly = 64;
/** Commits kept between calls. */
const keptCommits = 400_000;
/** Answers kept between calls. */
const keptPairs = 100_000;

/** The merge bases of pairs of commits, as `git merge-base --all` says them; kept by the ids. */
export class MergeBases {
  #ancestry = new Ancestry();
  /** By the smaller id, then the greater. */
  readonly #known = new Map<string, Map<string, readonly string[] | null>>();
  #pairs = 0;

  constructor(
    private readonly git: Git,
    private readonly windows = usualWindows,
  ) {}

  /** null: not known, so anything is possible. Only after `prepare`. */
  of(a: string, b: string): readonly string[] | null {
    return a === b ? [a] : (this.#answer(a, b) ?? null);
  }

  /** Seconds since 1970, for ordering; 0 where not known. */
  dateOf(commit: string): number {
    return this.#ancestry.dateOf(commit);
  }

  /** Forgets all: what git shows as parents has changed (grafts, replaced objects, a history made deeper). */
  clear(): void {
    this.#ancestry = new Ancestry();
    this.#known.clear();
    this.#pairs = 0;
  }

  #answer(a: string, b: string): readonly string[] | null | undefined {
    return a < b ? this.#known.get(a)?.get(b) : this.#known.get(b)?.get(a);
  }

  #keep(a: string, b: string, bases: readonly string[] | null): void {
    const [first, second] = a < b ? [a, b] : [b, a];
    const row = this.#known.get(first);
    if (row === undefined) this.#known.set(first, new Map([[second, bases]]));
    else row.set(second, bases);
    this.#pairs += 1;
  }

  /** Makes `of` know these pairs, as far as git can say. @throws GitError cancelled */
  async prepare(at: GitPlace, pairs: readonly CommitPair[], signal?: AbortSignal): Promise<void> {
    if (this.#ancestry.size > keptCommits || this.#pairs > keptPairs) this.clear();
    let open = pairs.filter(([a, b]) => a !== b && this.#answer(a, b) === undefined);
    if (open.length === 0) return;
    try {
      open = this.#settle(open);
      if (this.#ancestry.size > 0) open = await this.#list(at, open, this.windows.moved, signal);
      open = await this.#list(at, open, this.windows.usual, signal);
      open = await this.#present(at, open, signal);
      open = await this.#list(at, open, this.windows.deep, signal);
      await this.#askEach(at, open, signal);
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
      // Not kept: another time git may say. Until then nothing is assumed of these pairs.
    }
  }

  /** Without the pairs of a commit that is not there at all: no listing ever reaches it. */
  async #present(at: GitPlace, open: CommitPair[], signal?: AbortSignal): Promise<CommitPair[]> {
    const absent = [...new Set(open.flat())].filter((tip) => !this.#ancestry.has(tip));
    if (absent.length > 0) await this.#revList(at, ['--no-walk'], absent, signal);
    return open.filter(([a, b]) => this.#ancestry.has(a) && this.#ancestry.has(b));
  }

  async #list(at: GitPlace, open: CommitPair[], count: number, signal?: AbortSignal): Promise<CommitPair[]> {
    if (open.length === 0) return open;
    const tips = [...new Set(open.flat())];
    // In the small window only what moved is new; the others are known and would fill it.
    const wanted = count === this.windows.moved ? tips.filter((tip) => !this.#ancestry.has(tip)) : tips;
    if (wanted.length > 0) await this.#revList(at, [`--max-count=${count}`], wanted, signal);
    return this.#settle(open);
  }

  async #revList(at: GitPlace, limit: string[], tips: readonly string[], signal?: AbortSignal): Promise<void> {
    const args = [...at.args, 'rev-list', '--timestamp', '--parents', '--ignore-missing', ...limit, '--stdin'];
    const input = tips.map((tip) => `${tip}\n`).join('');
    const { stdout } = await this.git.run(args, { cwd: at.cwd, env: { ...at.env }, input, signal });
    this.#ancestry.add(stdout);
  }

  /** Takes over what the listing says for certain; the rest stays open. */
  #settle(open: CommitPair[]): CommitPair[] {
    if (this.#ancestry.size === 0) return open;
    const basesOf = this.#ancestry.mergeBases([...new Set(open.flat())]);
    return open.filter(([a, b]) => {
      const bases = basesOf(a, b);
      if (bases !== null) this.#keep(a, b, bases);
      return bases === null;
    });
  }

  async #askEach(at: GitPlace, open: readonly CommitPair[], signal?: AbortSignal): Promise<void> {
    await Promise.all(
      open.slice(0, askedSingly).map(async ([a, b]) => {
        const args = [...at.args, 'merge-base', '--all', a, b];
        const result = await this.git.run(args, { cwd: at.cwd, env: { ...at.env }, okExitCodes: [0, 1], signal });
        this.#keep(a, b, result.stdout.split('\n').filter(Boolean));
      }),
    );
    for (const [a, b] of open.slice(askedSingly)) this.#keep(a, b, null);
  }
}
