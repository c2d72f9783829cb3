import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { type Hunk, parseHunks } from '../sides/hunks';
import { KeptMap } from './keptMap';

/** Full ids of two contents; null: there was none before. */
export type BlobPair = readonly [before: string | null, after: string];

/** What differs; null: contents that are no text. */
export type BlobDiff = readonly Hunk[] | null;

const keptDiffs = 2_000;

/** Differences between contents, the way a merge finds them (merge-ort uses histogram diffs); kept by the ids. */
export class BlobDiffs {
  readonly #kept = new KeptMap<{ readonly diff: BlobDiff }>(keptDiffs);

  constructor(private readonly git: Git) {}

  /**
   * In the order of `pairs`. Two processes for all that is not known yet: both sides are laid side by side in two trees
   * of numbered files, since git compares many trees in one process, but only two blobs.
   * @param at a place whose attributes say nothing, and where objects may be written
   * @throws GitError
   */
  async of(at: GitPlace, pairs: readonly BlobPair[], signal?: AbortSignal): Promise<BlobDiff[]> {
    const keys = pairs.map(([before, after]) => `${before ?? ''} ${after}`);
    const found = new Map<string, BlobDiff>();
    const open = new Map<string, BlobPair>();
    for (const [index, key] of keys.entries()) {
      const [before, after] = pairs[index] ?? [null, ''];
      const known = this.#kept.get(key);
      if (before === after) found.set(key, []);
      else if (known !== undefined) found.set(key, known.diff);
      else open.set(key, [before, after]);
    }
    const asked = [...open];
    const diffs = await this.#ask(
      at,
      asked.map(([, pair]) => pair),
      signal,
    );
    for (const [index, [key]] of asked.entries()) {
      const diff = diffs[index] ?? null;
      this.#kept.set(key, { diff });
      found.set(key, diff);
    }
    return keys.map((key) => found.get(key) ?? null);
  }

  async #ask(at: GitPlace, pairs: readonly BlobPair[], signal: AbortSignal | undefined): Promise<BlobDiff[]> {
    if (pairs.length === 0) return [];
    const run = { cwd: at.cwd, env: { ...at.env }, signal };
    const entries = (side: 0 | 1) =>
      pairs.flatMap((pair, index) => (pair[side] === null ? [] : [`100644 blob ${pair[side]}\t${index}\0`])).join('');
    // git-mktree(1), `--batch`: an empty record ends a tree.
    const input = `${entries(0)}\0${entries(1)}\0`;
    const made = await this.git.run([...at.args, 'mktree', '-z', '--batch'], { ...run, input });
    const [before = '', after = ''] = made.stdout.split('\n');
    const form = [
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      '--no-indent-heuristic',
      '--unified=0',
      '--histogram',
    ];
    const names = ['--no-renames', '--src-prefix=a/', '--dst-prefix=b/', '--no-relative'];
    const args = [...at.args, 'diff-tree', '-r', '-p', ...form, ...names, before, after, '--'];
    const { stdoutBytes } = await this.git.run(args, run);
    return byNumber(stdoutBytes.toString('latin1'), pairs.length);
  }
}

/** Takes a diff of numbered files apart. Without context every line of a content begins with a sign. */
function byNumber(diff: string, count: number): BlobDiff[] {
  const diffs = Array.from({ length: count }, (): BlobDiff => []);
  for (const file of diff.split(/^(?=diff --git a\/\d+ b\/\d+$)/m)) {
    const number = /^diff --git a\/(\d+) /.exec(file)?.[1];
    if (number !== undefined) diffs[Number(number)] = parseHunks(file);
  }
  return diffs;
}
