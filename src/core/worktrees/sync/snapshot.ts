import { createHash } from 'node:crypto';
import { copyFile, readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, splitPaths } from '../../git/bytePath';
import type { PrivateGit, SyncPaths } from './workspace';

/** The uncommitted work of a worktree as two trees; untracked files are in neither and stay where they are. */
export interface WorkingTrees {
  /** What is staged. */
  readonly index: string;
  /** Tracked files as they are on the disk. */
  readonly files: string;
  /** sha256 of the index file. */
  readonly indexHash: string;
  /** A private index that stands at `files`. */
  readonly filesIndex: string;
  /** Paths whose files git was told not to look at, with git's tag: `S` skip-worktree, `h` assume-unchanged. */
  readonly hidden: ReadonlyMap<BytePath, string>;
}

/** Conflicted entries, which no tree can hold. */
export interface Conflicted {
  readonly conflicted: readonly BytePath[];
}

/**
 * Reads index and files into trees of the scratch store. The worktree, its index and the repository stay as they are.
 * @throws GitError when a file cannot be read
 */
export async function readWorkingTrees(
  git: PrivateGit,
  gitDir: string,
  paths: SyncPaths,
): Promise<WorkingTrees | Conflicted> {
  const index = path.join(gitDir, 'index');
  await copyIndex(index, paths.indexBefore);
  const indexHash = await hashOf(paths.indexBefore);
  const unmerged = await git.run(['ls-files', '-u', '-z'], { index: paths.indexBefore });
  if (unmerged.stdoutBytes.length > 0) {
    const files = splitPaths(unmerged.stdoutBytes).map((line) => line.slice(line.indexOf('\t') + 1));
    return { conflicted: [...new Set(files)] };
  }
  const filesIndex = path.join(paths.folder, 'index.files');
  await copyIndex(paths.indexBefore, filesIndex);
  const indexTree = (await git.run(['write-tree'], { index: paths.indexBefore })).stdout.trim();
  const files = await readFilesTree(git, filesIndex);
  const tagged = splitPaths((await git.run(['ls-files', '-v', '-z'], { index: filesIndex })).stdoutBytes);
  const hidden = new Map(tagged.filter((line) => /^[Sa-z] /.test(line)).map((line) => [line.slice(2), line.charAt(0)]));
  return { index: indexTree, files, indexHash, filesIndex, hidden };
}

/** The tree of the tracked files as they are now; brings the private index up to them. */
export async function readFilesTree(git: PrivateGit, filesIndex: string): Promise<string> {
  await git.run(['add', '-u'], { index: filesIndex });
  return (await git.run(['write-tree'], { index: filesIndex })).stdout.trim();
}

/** With the time of the original, rounded down: by it git knows which entries it must not trust ("racy"). */
export async function copyIndex(from: string, to: string): Promise<void> {
  const { mtimeMs } = await stat(from);
  await copyFile(from, to);
  const seconds = Math.floor(mtimeMs) / 1000;
  await utimes(to, seconds, seconds);
}

/** sha256 of a file's content. */
export async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
