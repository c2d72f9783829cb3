import { lstat, readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { type BytePath, foldersOf, joinPaths, onDisk, splitPaths } from '../../git/bytePath';
import type { GitResult } from '../../git/git';
import { type FlaggedEntries, readIndexFlags } from './indexFlags';
import type { PrivateIndex } from './privateIndex';

interface Place {
  /** Top folder of the worktree. */
  readonly top: string;
  readonly index: PrivateIndex;
  /** 20 (sha1) or 32 (sha256) */
  readonly hashBytes: number;
  /** Runs git in the worktree with an index of ours. */
  git(args: readonly string[], index: string, o?: { readonly input?: Buffer }): Promise<GitResult>;
}

/** Times of files lag behind the clock by a tick of the kernel. */
const clockGranularityMs = 20;

/**
 * The changed files of one worktree that git was told not to look at (`update-index --assume-unchanged`,
 * `--skip-worktree`, `core.ignoreStat`). Nothing that asks git for changes sees them, but a merge that would write there
 * is refused. Kept between looks: no process while neither the index nor such a file changes.
 */
export class OverlookedFiles {
  #flags: { readonly key: string; readonly entries: FlaggedEntries } | null = null;
  #judged: { readonly signature: string; readonly files: readonly BytePath[] } | null = null;

  /** @throws GitError, or the file system's error */
  async find(at: Place): Promise<readonly BytePath[]> {
    const entries = await this.#entries(at);
    const flagged = [...new Set([...entries.assumeUnchanged, ...entries.skipWorktree])];
    if (flagged.length === 0) return [];
    const began = Date.now() - clockGranularityMs;
    const present = await presentOf(at.top, flagged);
    if (present.length === 0) return [];
    const signature = [at.index.key, ...present.map(({ stamp }) => stamp)].join('\0');
    if (this.#judged?.signature === signature) return this.#judged.files;
    const paths = new Set(present.map(({ path }) => path));
    const changed = await at.index.withCopy((copy) => changedOf(at, copy, entries, paths));
    const files = changed.filter((path) => paths.has(path));
    // What changed in this very moment may change again without a trace in its times.
    this.#judged = present.every(({ changedMs }) => changedMs < began) ? { signature, files } : null;
    return files;
  }

  async #entries({ index, hashBytes, git }: Place): Promise<FlaggedEntries> {
    const { key, file } = index;
    if (this.#flags?.key === key) return this.#flags.entries;
    const bytes = await readFile(file).catch(() => null);
    const none = { assumeUnchanged: [], skipWorktree: [] };
    const read = bytes === null ? none : readIndexFlags(bytes, hashBytes);
    const entries = read ?? parseTags((await git(['ls-files', '-v', '-z'], file)).stdoutBytes);
    this.#flags = { key, entries };
    return entries;
  }
}

/** `ls-files -v -z`: a tag, a space, the path. `S` is skipped; a small letter is assumed to be unchanged. */
function parseTags(z: Buffer): FlaggedEntries {
  const lines = splitPaths(z);
  const tagged = (tag: RegExp) => lines.filter((line) => tag.test(line.charAt(0))).map((line) => line.slice(2));
  return { assumeUnchanged: tagged(/[a-z]/), skipWorktree: tagged(/s/i) };
}

interface Present {
  readonly path: BytePath;
  readonly stamp: string;
  readonly changedMs: number;
}

/** A sparse checkout skips whole folders: what lies in one that is not there is not looked for. */
async function presentOf(top: string, flagged: readonly BytePath[]): Promise<Present[]> {
  const folders = new Map<BytePath, Promise<boolean>>();
  const isThere = async (folder: BytePath, parents: readonly BytePath[]): Promise<boolean> => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const look = async () => {
      const above = parents.at(-1);
      if (above !== undefined && !(await isThere(above, parents.slice(0, -1)))) return false;
      return lstat(onDisk(top, folder)).then(
        (found) => found.isDirectory(),
        () => false,
      );
    };
    const looked = look();
    folders.set(folder, looked);
    return looked;
  };
  const inPool = pLimit(16);
  const found = await Promise.all(
    flagged.map((path) =>
      inPool(async (): Promise<Present | null> => {
        const above = foldersOf(path);
        const parent = above.at(-1);
        if (parent !== undefined && !(await isThere(parent, above.slice(0, -1)))) return null;
        const stats = await lstat(onDisk(top, path), { bigint: true }).catch(() => null);
        if (stats === null || stats.isDirectory()) return null;
        const { ino, size, mode, mtimeNs, ctimeNs, ctimeMs } = stats;
        return { path, stamp: [path, ino, size, mode, mtimeNs, ctimeNs].join(':'), changedMs: Number(ctimeMs) };
      }),
    ),
  );
  return found.filter((each) => each !== null);
}

/** Asked with a copy of the index in which nothing is flagged any more. */
async function changedOf(
  { git }: Place,
  copy: string,
  { assumeUnchanged, skipWorktree }: FlaggedEntries,
  present: ReadonlySet<BytePath>,
): Promise<BytePath[]> {
  const shown = (paths: readonly BytePath[]) => joinPaths(paths.filter((path) => present.has(path)));
  await git(['update-index', '--no-assume-unchanged', '-z', '--stdin'], copy, { input: shown(assumeUnchanged) });
  await git(['update-index', '--no-skip-worktree', '-z', '--stdin'], copy, { input: shown(skipWorktree) });
  // By times and sizes, as a merge itself decides: what git was told not to look at it never refreshes.
  const { stdoutBytes } = await git(['diff-files', '-z', '--name-only', '--ignore-submodules=all'], copy);
  return splitPaths(stdoutBytes);
}
