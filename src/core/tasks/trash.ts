import type { TrashJson, TrashRow } from '../../contract/json';
import { folderSize } from '../worktrees/size';
import { deleteArchive } from '../worktrees/trash/deleteArchive';
import { findTrash } from '../worktrees/trash/trash';
import { archivesOf, type FoundArchive, readArchives } from './archives';
import { type TaskContext, trashDeps, withTaskLock } from './context';
import { refName } from './refs';
import { trashKeptMs } from './rows';
import { TaskError } from './taskError';

/**
 * Everything that was cleaned and is kept, the oldest first. What is older than 30 days, and the oldest beyond the size
 * that the user set, is offered for deletion; nothing is deleted here.
 */
export async function trashList(
  context: TaskContext,
  o: { signal?: AbortSignal | undefined } = {},
): Promise<TrashJson> {
  const found = await readArchives(context);
  const rows = await Promise.all(found.map((each) => rowOf(context, each, o.signal)));
  const limit = context.host.settings().trashLimit;
  return { trash: offer(rows, limit === null ? null : limit * 1e9), bytes: total(rows) };
}

async function rowOf(
  context: TaskContext,
  { ref, archive }: FoundArchive,
  signal: AbortSignal | undefined,
): Promise<Omit<TrashRow, 'offered'>> {
  const { id, at, ref: keptAs, branch } = archive;
  const found = await findTrash(trashDeps(context), archive);
  const trash = found ?? archive.trash;
  const present = found !== null;
  const bytes = present ? (archive.bytes ?? (await folderSize(trash, { signal }))) : 0;
  const expires = new Date(Date.parse(at) + trashKeptMs).toISOString();
  return { ...ref, id, at, expires, trash, ref: keptAs, branch, bytes, present };
}

function total(rows: readonly { readonly bytes: number | null }[]): number {
  return rows.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}

/** By age first; then the oldest of the rest until what stays is below the limit. */
function offer(rows: readonly Omit<TrashRow, 'offered'>[], limit: number | null): TrashRow[] {
  const now = new Date().toISOString();
  let left = total(rows);
  return rows.map((row) => {
    const old = row.expires <= now;
    const beyond = limit !== null && left > limit && row.present;
    if (old || beyond) left -= row.bytes ?? 0;
    return { ...row, offered: old ? 'age' : beyond ? 'size' : null };
  });
}

/**
 * Deletes archives for good: the trash folder and the ref. Only ever what a human named.
 * @param ids as `trashList` tells them
 * @throws TaskError `no-archive` before anything is deleted
 */
export async function deleteArchives(context: TaskContext, ids: readonly string[]): Promise<void> {
  const found = await readArchives(context);
  const chosen = ids.map((id) => {
    const one = found.find(({ archive }) => archive.id === id);
    if (one !== undefined) return one;
    throw new TaskError('no-archive', `There is no archive ${JSON.stringify(id)}: "switchyard trash" lists them.`);
  });
  for (const each of chosen) await deleteOne(context, each);
}

async function deleteOne(context: TaskContext, { ref, archive }: FoundArchive): Promise<void> {
  await withTaskLock(context, ref, async () => {
    // Restored or deleted by somebody else since.
    if (!(await archivesOf(context, ref)).some((each) => each.archive.id === archive.id)) return;
    await deleteArchive(trashDeps(context), archive);
    await context.store.events.appendTask(ref, { kind: 'archive-deleted', archive: archive.id });
    context.host.log.info(`Deleted the archive ${archive.id} of ${refName(ref)}, as was asked for.`);
  });
}
