import type { Git } from '../../git/git';
import { diffCommits, type GitPlace, type TreeChange } from '../../git/treeDiff';

/** What a side brings onto a base. */
export interface Fork {
  /** Commits of the side that the base does not have; none: there is nothing to merge. */
  readonly own: ReadonlySet<string>;
  /** null: the side left the base at several commits (it merged the base in between), or shares no history with it. */
  readonly since: Since | null;
}

/** From the only merge base of a side with the base, to either of them. */
export interface Since {
  /** That merge base. */
  readonly commit: string;
  readonly changes: readonly TreeChange[];
  readonly baseChanges: readonly TreeChange[];
}

/** Commits beyond which a history is not looked at. */
const limit = 20_000;
/** Answers kept between calls. */
const keptDiffs = 500;

/** Where sides leave a base, and what both have changed since. */
export class Forks {
  /** By `<from> <to>`: commits never change. */
  readonly #diffs = new Map<string, readonly TreeChange[]>();

  constructor(private readonly git: Git) {}

  /**
   * At most two git processes.
   * @param base full commit id. @param sides full commit ids
   * @returns by side; empty where the histories are too long to tell
   * @throws GitError
   */
  async read(at: GitPlace, base: string, sides: readonly string[], signal?: AbortSignal): Promise<Map<string, Fork>> {
    const parents = await this.#parents(at, base, sides, signal);
    if (parents === null) return new Map();
    const found = sides.map((side) => ({ side, ...ownCommits(side, base, parents) }));
    const wanted = found.flatMap(({ side, fork }): [string, string][] =>
      fork === null
        ? []
        : [
            [fork, side],
            [fork, base],
          ],
    );
    if (this.#diffs.size > keptDiffs) this.#diffs.clear();
    await this.#diff(at, wanted, signal);
    return new Map(found.map(({ side, own, fork }) => [side, { own, since: this.#since(base, fork, side) }]));
  }

  #since(base: string, fork: string | null, side: string): Since | null {
    const between = (from: string, to: string) => (from === to ? [] : this.#diffs.get(`${from} ${to}`));
    if (fork === null) return null;
    const changes = between(fork, side);
    const baseChanges = between(fork, base);
    return changes === undefined || baseChanges === undefined ? null : { commit: fork, changes, baseChanges };
  }

  /** Parents of all commits that the base does not have; null: too many. */
  async #parents(at: GitPlace, base: string, sides: readonly string[], signal?: AbortSignal) {
    const input = `^${base}\n${sides.map((side) => `${side}\n`).join('')}`;
    const args = [...at.args, 'rev-list', '--parents', `--max-count=${limit}`, '--stdin'];
    const { stdout } = await this.git.run(args, { cwd: at.cwd, env: { ...at.env }, input, signal });
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (lines.length >= limit) return null;
    return new Map(
      lines.map((line) => {
        const [commit = '', ...parents] = line.split(' ');
        return [commit, parents];
      }),
    );
  }

  async #diff(at: GitPlace, pairs: readonly (readonly [string, string])[], signal?: AbortSignal): Promise<void> {
    const keyOf = ([from, to]: readonly [string, string]) => `${from} ${to}`;
    const open = pairs.filter((pair) => pair[0] !== pair[1] && !this.#diffs.has(keyOf(pair)));
    const answers = await diffCommits(this.git, at, open, signal);
    for (const [index, pair] of open.entries()) {
      const answer = answers[index];
      if (answer !== undefined) this.#diffs.set(keyOf(pair), answer);
    }
  }
}

/** What a side has that the base has not, and the one commit where it left the base. */
function ownCommits(side: string, base: string, parents: ReadonlyMap<string, readonly string[]>) {
  const own = new Set<string>();
  const forks = new Set<string>();
  const queue = [side];
  let rooted = false;
  for (const commit of queue) {
    if (own.has(commit)) continue;
    const above = parents.get(commit);
    if (above === undefined) {
      // Not listed: the base has it, and all below it.
      forks.add(commit);
      continue;
    }
    own.add(commit);
    rooted ||= above.length === 0;
    queue.push(...above);
  }
  // Where one is the base's tip, all others are its ancestors. A second root may be the base's too (shallow clones).
  const only = forks.has(base) ? base : forks.size === 1 ? ([...forks][0] ?? null) : null;
  return { own, fork: rooted ? null : only };
}
