import type { Git } from '../../git/git';
import { isUnder } from './globs';

/** A file, or a folder with all in it. */
export interface Entry {
  /** Relative to the worktree, with `/`, none at the end. */
  readonly path: string;
  readonly folder: boolean;
}

/** As people and events see it: a folder ends in `/`. */
export function display(entry: Entry): string {
  return entry.folder ? `${entry.path}/` : entry.path;
}

/**
 * Untracked files that a set of ignore rules matches, a folder that is matched whole as one entry.
 * @param rules `--exclude-standard`, or a file of patterns
 * @param within one folder, whose files are then listed one by one
 * @throws GitError
 */
export async function listIgnored(
  git: Git,
  o: { main: string; rules: string; within?: string; signal?: AbortSignal | undefined },
): Promise<Entry[]> {
  const args = ['ls-files', '-z', '--others', '--ignored', o.rules];
  if (o.within === undefined) args.push('--directory', '--');
  else args.push('--', `:(top,literal)${o.within}`);
  const { stdout } = await git.run(args, { cwd: o.main, signal: o.signal, timeoutMs: 5 * 60_000 });
  const entries = stdout
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => ({ path: line.replace(/\/$/, ''), folder: line.endsWith('/') }));
  return withoutShadows(entries);
}

/**
 * git also names a folder whose files are all ignored though it is not ignored itself, beside each of the files: a new
 * file in it would not be ignored, so the files are what is meant.
 */
function withoutShadows(entries: readonly Entry[]): Entry[] {
  const parents = new Set<string>();
  for (const { path } of entries) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (parents.has(parent)) break;
      parents.add(parent);
    }
  }
  return entries.filter(({ path, folder }) => !folder || !parents.has(path));
}

/** Entries by path, with a quick way to the folder that one lies in. */
export class EntrySet {
  readonly #byPath = new Map<string, Entry>();

  constructor(entries: Iterable<Entry>) {
    for (const entry of entries) this.#byPath.set(entry.path, entry);
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#byPath.values();
  }

  /** The entry of this path, or the folder among the entries that holds it. */
  holding(path: string): Entry | null {
    const own = this.#byPath.get(path);
    if (own !== undefined) return own;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const entry = this.#byPath.get(path.slice(0, slash));
      if (entry?.folder === true) return entry;
    }
    return null;
  }

  within(folder: string): Entry[] {
    return [...this].filter(({ path }) => isUnder(path, folder));
  }
}
