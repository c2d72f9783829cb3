import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Subject } from '../../conflicts/side';
import type { RepositoryLayout } from '../../git/repository';
import type { FoundSubjects } from './subjects';

/**
 * Names and times of the files behind everything in the matrix that has no worktree, and of the bases: equal where no
 * ref of interest moved, came or went. Starts no process. A ref is a file of its own, a line in `packed-refs` or in a
 * table of reftables; writing one changes the time of its folder.
 * @param globs of remote branches that join
 */
export async function refsSignature(
  { commonDir }: RepositoryLayout,
  found: Pick<FoundSubjects, 'subjects' | 'bases' | 'base'>,
  globs: readonly string[],
): Promise<string> {
  const bases = [found.base?.name, ...[...found.bases.values()].map(({ name }) => name)].flatMap((name) => name ?? []);
  const refs = [...bases, ...found.subjects.flatMap(({ ref, worktree }) => (worktree === null ? [ref] : []))];
  // A base is the remote one while that is ahead, and the local one otherwise: both may move.
  const names = new Set(refs.flatMap((ref) => [ref, ref.slice(ref.indexOf('/') + 1), `origin/${ref}`]));
  const remotes = await readdir(path.join(commonDir, 'refs', 'remotes')).catch(() => []);
  const folders = new Set(globs.map((glob) => /^[^*?[{(!]*(?=\/)/.exec(glob)?.[0] ?? ''));
  const files = [
    'packed-refs',
    'FETCH_HEAD',
    'reftable/tables.list',
    'refs/remotes',
    ...[...names].flatMap((name) => [`refs/heads/${name}`, `refs/remotes/${name}`]),
    ...remotes.flatMap((remote) => [
      `refs/remotes/${remote}/HEAD`,
      ...[...folders].map((folder) => `refs/remotes/${remote}/${folder}`),
    ]),
  ];
  return (await Promise.all(files.map((file) => fileSignature(path.join(commonDir, file))))).join(' ');
}

/** The same of what git itself keeps about one worktree: its HEAD, its index, its branch. */
export async function worktreeSignature(commonDir: string, { ref, worktree }: Subject): Promise<string> {
  if (worktree === null) return '';
  const files = ['HEAD', 'index', 'MERGE_HEAD'].map((name) => path.join(worktree.gitDir, name));
  const branch = path.join(commonDir, 'refs', 'heads', ref);
  return (await Promise.all([...files, branch].map(fileSignature))).join(' ');
}

async function fileSignature(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    // Not there is a signature too.
    return '-';
  }
}
