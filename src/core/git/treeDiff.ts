import { type BytePath, foldersOf, splitPaths } from './bytePath';
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
