import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError } from '../errors';
import { errorCode } from '../paths';

const prefix = 'clean-';
const dayMs = 24 * 3_600_000;

/**
 * Runs `fn` with a new folder of its own, which is removed afterwards, with what a killed process left a day ago.
 * @param deps.scratchDir made when missing
 * @throws WorktreeError git-failed when the folder cannot be made
 */
export async function withScratch<T>(
  { scratchDir }: { readonly scratchDir: string },
  fn: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = path.join(scratchDir, `${prefix}${randomUUID()}`);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw notWritten(folder, error);
  });
  try {
    return await fn(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await sweep(scratchDir);
  }
}

/** The error for a scratch file that cannot be written: a full disk, a read-only one. */
export function notWritten(file: string, cause: unknown): WorktreeError {
  const why = errorCode(cause) ?? String(cause);
  const message = `${file} could not be written (${why}); check the disk's space and the folder's permissions.`;
  return new WorktreeError('git-failed', message, cause);
}

async function sweep(scratchDir: string): Promise<void> {
  try {
    for (const name of (await readdir(scratchDir)).filter((each) => each.startsWith(prefix))) {
      const left = path.join(scratchDir, name);
      if (Date.now() - (await stat(left)).mtimeMs > dayMs) await rm(left, { recursive: true, force: true });
    }
  } catch (error) {
    // Another process sweeps too, or the store was deleted: either way it can wait.
    if (errorCode(error) === undefined) throw error;
  }
}
