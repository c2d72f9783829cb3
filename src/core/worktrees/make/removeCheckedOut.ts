import { lstat, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../paths';
import type { CheckedOutFile } from './inspect';

/**
 * Removes exactly these files and the folders that become empty by it; never a folder with its contents, so that a
 * file which appears meanwhile survives. Links in the way are not followed.
 */
export async function removeCheckedOut(worktree: string, files: readonly CheckedOutFile[]): Promise<void> {
  const byFolder = new Map<string, string[]>();
  for (const { path: file, submodule } of files) {
    const target = path.join(worktree, file);
    // A submodule that is not filled is an empty folder of its own.
    const folder = submodule ? target : path.dirname(target);
    const list = byFolder.get(folder) ?? [];
    if (!submodule) list.push(target);
    byFolder.set(folder, list);
  }
  const real = new Map<string, boolean>([[worktree, true]]);
  for (const [folder, targets] of byFolder) {
    if (!(await isRealFolder(folder, real))) continue;
    for (const target of targets) await ignoring(['ENOENT'], unlink(target));
  }
  const folders = [...real].filter(([folder, isReal]) => isReal && folder !== worktree).map(([folder]) => folder);
  // Longest first: a folder's children come before it.
  for (const folder of folders.sort((a, b) => b.length - a.length)) {
    await ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], rmdir(folder));
  }
}

/** Whether the folder and all above it, up to the worktree, are folders and not links. */
async function isRealFolder(folder: string, known: Map<string, boolean>): Promise<boolean> {
  const answer = known.get(folder);
  if (answer !== undefined) return answer;
  let isReal = false;
  if (await isRealFolder(path.dirname(folder), known)) {
    const found = await lstat(folder).catch((error: unknown) => {
      // git had not come to it.
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    });
    isReal = found?.isDirectory() ?? false;
  }
  known.set(folder, isReal);
  return isReal;
}

/** The codes say that it is gone already, or not empty and therefore not ours to remove. */
async function ignoring(codes: readonly string[], work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!codes.includes(errorCode(error) ?? '')) throw error;
  });
}
