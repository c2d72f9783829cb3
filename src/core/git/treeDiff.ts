import { type BytePath, foldersOf, splitPaths } from './bytePath';
import { GitError } from './errors';
import type { Git } from './git';

/** One side of a changed path. */
export interface TreeEntry {
  /** As git writes it: `100644`, `100755`, `120000`, `160000`. */
  readonly mode: string;
  readonly id: string;
}

export interface TreeChange {
  readonly path: BytePath;
  /** null: not there. */
  readonly old: TreeEntry | null;
  readonly next: TreeEntry | null;
}

/** A folder and what to say to git there. */
export interface GitPlace {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What differs between two trees, without renames. @throws GitError */
export async function diffTrees(git: Git, at: GitPlace, from: string, to: string): Promise<TreeChange[]> {
  if (from === to) return [];
  // However submodules are configured to be passed over, one that moved is a change.
  const options = ['-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--ignore-submodules=none'];
  const args = [...at.args, 'diff-tree', ...options, from, to, '--'];
  return parseRawDiff((await git.run(args, { cwd: at.cwd, env: { ...at.env } })).stdoutBytes);
}

/**
 * What differs between two commits, for many pairs in one process, without renames, in the order of the pairs.
 * @param pairs `[from, to]`, full ids
 * @throws GitError
 */
export async function diffCommits(
  git: Git,
  at: GitPlace,
  pairs: readonly (readonly [string, string])[],
  signal?: AbortSignal,
): Promise<TreeChange[][]> {
  if (pairs.length === 0) return [];
  // With two commits a line the second is taken as the parent of the first.
  const input = pairs.map(([from, to]) => `${to} ${from}\n`).join('');
  const options = ['-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-relative', '--ignore-submodules=none'];
  const args = [...at.args, 'diff-tree', '--stdin', '--always', ...options];
  const { stdoutBytes } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, input, signal });
  const found = splitByCommit(stdoutBytes);
  // A commit that is not there is passed over without a word.
  const missing = pairs.findIndex(([, to], index) => found[index]?.commit !== to);
  if (missing < 0) return found.map(({ changes }) => parseRawDiff(changes));
  throw new GitError('failed', `The commit ${pairs[missing]?.[1]} cannot be read; run git fsck.`, {
    args,
    cwd: at.cwd,
  });
}

/** Each difference begins with the commit it leads to, NUL; a change begins with a colon (git-diff(1), "-z"). */
function splitByCommit(z: Buffer): { readonly commit: string; readonly changes: Buffer }[] {
  const starts: { readonly commit: string; readonly from: number; readonly at: number }[] = [];
  for (let at = 0; at < z.length; ) {
    const end = z.indexOf(0, at);
    if (end < 0) break;
    if (z[at] === 0x3a) {
      // A change: two fields.
      const next = z.indexOf(0, end + 1);
      at = next < 0 ? z.length : next + 1;
    } else {
      starts.push({ commit: z.toString('latin1', at, end), from: end + 1, at });
      at = end + 1;
    }
  }
  return starts.map(({ commit, from }, index) => ({
    commit,
    changes: z.subarray(from, starts[index + 1]?.at ?? z.length),
  }));
}

/** Parses `--raw -z` (git-diff(1), "Raw output format"): `:<mode> <mode> <id> <id> <status>` NUL path NUL. */
export function parseRawDiff(z: Buffer): TreeChange[] {
  const fields = splitPaths(z);
  const changes: TreeChange[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode = '', mode = '', oldId = '', id = ''] = (fields[i] ?? '').slice(1).split(' ');
    changes.push({ path: fields[i + 1] ?? '', old: entry(oldMode, oldId), next: entry(mode, id) });
  }
  return changes;
}

function entry(mode: string, id: string): TreeEntry | null {
  return mode === '000000' ? null : { mode, id };
}

/** Paths of `a` that `b` changes too, or whose folder `b` needs as a file or the other way round. */
export function overlap(a: readonly TreeChange[], b: readonly TreeChange[]): BytePath[] {
  const paths = new Set(b.map((change) => change.path));
  const folders = new Set(b.flatMap((change) => foldersOf(change.path)));
  return a
    .map((change) => change.path)
    .filter((path) => paths.has(path) || folders.has(path) || foldersOf(path).some((parent) => paths.has(parent)));
}

/** Lines for `git update-index -z --index-info` that turn the old side into the new one. */
export function indexInfo(changes: readonly TreeChange[]): Buffer {
  // Removals first: a file makes room for a folder of its name.
  const ordered = [...changes].sort((x, y) => Number(x.next !== null) - Number(y.next !== null));
  const lines = ordered.map(({ path, old, next }) =>
    next === null ? `0 ${'0'.repeat(old?.id.length ?? 40)}\t${path}\0` : `${next.mode} ${next.id}\t${path}\0`,
  );
  return Buffer.from(lines.join(''), 'latin1');
}
