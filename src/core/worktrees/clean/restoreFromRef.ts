import path from 'node:path';
import type { ArchiveRecord, LeftOut } from '../../../contract/events';
import { WorktreeError } from '../errors';
import type { RestoreJournal, TrashDeps } from './journal';
import { trashFolders } from './trash';

/** Where a worktree is made anew: a folder in the trash that is the restore's own. */
export async function rebuiltFolder(deps: TrashDeps, record: ArchiveRecord, worktree: string): Promise<string> {
  const [folder = path.dirname(record.trash)] = await trashFolders(deps, worktree);
  return path.join(folder, `${record.id}.ref`);
}

export async function rebuildFromRef(_deps: TrashDeps, data: RestoreJournal, _signal?: AbortSignal): Promise<void> {
  throw new WorktreeError(
    'nothing-to-restore',
    `The trash ${data.record.trash} is lost; check out what you need from ${data.record.ref}.`,
  );
}

export async function notInRef(_deps: TrashDeps, _record: ArchiveRecord): Promise<LeftOut[]> {
  return [];
}
