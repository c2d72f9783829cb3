import { chmod, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveRecord } from '../../../contract/events';
import { WorktreeError } from '../errors';
import { errorCode } from '../paths';
import { dropArchiveRef } from './branch';
import type { TrashDeps } from './journal';
import { findTrash, isRealFolder, storeTrash, trashRoot } from './trash';

/** Whether the folder of an archive is still in the trash, so that everything comes back. */
export async function isInTrash(deps: Pick<TrashDeps, 'layout' | 'settings'>, record: ArchiveRecord): Promise<boolean> {
  return (await findTrash(deps, record)) !== null;
}

/**
 * Deletes an archive for good: its folder, links in it not followed, and then its ref. Only on a human's word, under
 * the task's lock. The folder first gets another name, so that a restore never finds half of it; killed in the middle,
 * a second call ends it.
 * @throws WorktreeError cannot-move, GitError
 */
export async function deleteArchive(
  deps: Pick<TrashDeps, 'git' | 'layout' | 'settings' | 'log'>,
  record: ArchiveRecord,
): Promise<void> {
  const root = await trashRoot(deps);
  const inRoot = root === null ? [] : [path.join(root, '.trash', record.id)];
  // A record is only a file: what it names is deleted only when it has the form of our trash.
  const named = path.basename(record.trash) === record.id && path.basename(path.dirname(record.trash)) === '.trash';
  const places = new Set([...(named ? [record.trash] : []), ...inRoot, storeTrash(deps.layout, record.id)]);
  for (const place of places) await removeForGood(place);
  await dropArchiveRef(deps, record.ref, record.commit);
}

async function removeForGood(folder: string): Promise<void> {
  const going = `${folder}.deleting`;
  try {
    if (await isRealFolder(going)) await removeTree(going);
    if (!(await isRealFolder(folder))) return;
    await rename(folder, going);
    await removeTree(going);
  } catch (error) {
    throw new WorktreeError(
      'cannot-move',
      `${folder} could not be deleted (${error instanceof Error ? error.message : String(error)}); see to that, then try again.`,
      error,
    );
  }
}

async function removeTree(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await remove();
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    // Folders that were made read-only (a module cache) keep even their owner from removing what is in them.
    await makeWritable(folder);
    await remove();
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(path.join(folder, entry.name));
  }
}
