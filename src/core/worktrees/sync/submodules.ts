import path from 'node:path';
import { type BytePath, shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { TreeChange } from '../../git/treeDiff';
import { isThere } from './workspace';

/**
 * Submodules that the new commit moves and that are as the old one says, with nothing changed in them: those follow.
 * Any other stays as it is, which `git status` shows.
 */
export async function submodulesToMove(
  git: Git,
  worktree: string,
  changes: readonly TreeChange[],
): Promise<BytePath[]> {
  const found: BytePath[] = [];
  for (const { path: name, old, next } of changes) {
    if (old?.mode !== '160000' || next?.mode !== '160000') continue;
    if (await isClean(git, path.join(worktree, shownPath(name)), old.id)) found.push(name);
  }
  return found;
}

async function isClean(git: Git, folder: string, at: string): Promise<boolean> {
  // An empty folder: the submodule was never filled.
  if (!(await isThere(path.join(folder, '.git')))) return false;
  const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '--ignore-submodules=none'];
  const { stdout } = await git.run(args, { cwd: folder });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.every((line) => line.startsWith('# ')) && lines.includes(`# branch.oid ${at}`);
}

/** Moves them, one worktree at a time over all processes; @returns what could not be moved, for people. */
export async function moveSubmodules(
  deps: {
    readonly git: Git;
    readonly locks: { withLock<T>(name: string, fn: () => Promise<T>, o?: { waitMs?: number }): Promise<T> };
    readonly signal?: AbortSignal | undefined;
  },
  worktree: string,
  names: readonly BytePath[],
): Promise<string | null> {
  if (names.length === 0) return null;
  const args = ['submodule', 'update', '--recursive', '--', ...names.map(shownPath)];
  const o = { cwd: worktree, read: false, timeoutMs: 10 * 60_000, ownGroup: true, signal: deps.signal };
  try {
    await deps.locks.withLock('submodules', () => deps.git.run(args, o), { waitMs: 10 * 60_000 });
    return null;
  } catch (error) {
    if (!GitError.is(error)) throw error;
    return `submodules stay as they were: ${error.message}`;
  }
}
