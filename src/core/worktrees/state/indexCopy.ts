import { copyFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../paths';
import { notWritten, withScratch } from './scratch';
import type { CleanTarget } from './target';

/** Whatever the user configured: no daemon and no cache is asked what is on the disk, and an index is one whole file. */
export const plainIndex = [
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.untrackedCache=false'],
  ...['-c', 'core.splitIndex=false'],
];

/**
 * Runs `fn` with the environment that makes git use a copy of a worktree's index; the copy is removed afterwards. A
 * worktree that has no index (yet) gets an empty one.
 * @throws WorktreeError git-failed when the copy cannot be made
 */
export async function withIndexCopy<T>(
  deps: { readonly scratchDir: string },
  target: Pick<CleanTarget, 'adminDir'>,
  fn: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  return withNewIndex(deps, async (env) => {
    await copyIndex(path.join(target.adminDir, 'index'), env.GIT_INDEX_FILE).catch((error: unknown) => {
      throw notWritten(env.GIT_INDEX_FILE, error);
    });
    return fn(env);
  });
}

/** As above, beginning with nothing. */
export async function withNewIndex<T>(
  deps: { readonly scratchDir: string },
  fn: (env: { readonly GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  return withScratch(deps, (folder) => fn({ GIT_INDEX_FILE: path.join(folder, 'index') }));
}

async function copyIndex(index: string, copy: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(index);
    await copyFile(index, copy);
    // A file as young as the index may have changed unnoticed, so git reads it anew; a younger copy would hide that.
    const seconds = (Math.floor(mtimeMs) - 1) / 1000;
    await utimes(copy, seconds, seconds);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
