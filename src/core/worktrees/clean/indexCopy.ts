import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../paths';
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
 */
export async function withIndexCopy<T>(
  { scratchDir }: { readonly scratchDir: string },
  target: Pick<CleanTarget, 'adminDir'>,
  fn: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  return withNewIndex({ scratchDir }, async (env) => {
    const index = path.join(target.adminDir, 'index');
    try {
      const { mtimeMs } = await stat(index);
      await copyFile(index, env.GIT_INDEX_FILE);
      // A file as young as the index may have changed unnoticed, so git reads it anew; a younger copy would hide that.
      const seconds = (Math.floor(mtimeMs) - 1) / 1000;
      await utimes(env.GIT_INDEX_FILE, seconds, seconds);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    return fn(env);
  });
}

/** As above, beginning with nothing. */
export async function withNewIndex<T>(
  { scratchDir }: { readonly scratchDir: string },
  fn: (env: { readonly GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  await mkdir(scratchDir, { recursive: true });
  const file = path.join(scratchDir, `clean-${randomUUID()}.index`);
  try {
    return await fn({ GIT_INDEX_FILE: file });
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.lock`, { force: true });
  }
}
