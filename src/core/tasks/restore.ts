import type { RestoreJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { listWorktrees } from '../git/worktreeList';
import { restoreWorktree } from '../worktrees/trash/restore';
import { archivesOf, chooseArchive, noCommit, recordRestored } from './archives';
import { readRecord, type TaskContext, trashDeps, withTaskLock } from './context';
import { recoverMoves } from './recover';
import { refName } from './refs';
import { presentPaths } from './snapshot';
import { TaskError } from './taskError';

export interface RestoreOptions {
  /** Id of the archive, or its beginning; default: the latest. */
  readonly archive?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a cleaned worktree back, also one of a task that was forgotten since.
 * @throws TaskError `no-archive`, `in-use` while the task has a worktree; WorktreeError, then nothing was changed
 */
export async function restore(context: TaskContext, ref: TaskRef, o: RestoreOptions = {}): Promise<RestoreJson> {
  return withTaskLock(context, ref, async () => {
    await recoverMoves(context, ref);
    await refuseSecondWorktree(context, ref);
    const archive = chooseArchive(ref, await archivesOf(context, ref), o.archive);
    const restored = await restoreWorktree(trashDeps(context), {
      ref,
      record: archive,
      signal: o.signal,
      onDone: (done) => recordRestored(context, ref, done),
    });
    const { worktree, branch, head, from, leftOut } = restored;
    return { ...ref, archive: archive.id, worktree, branch, head: head ?? noCommit, from, leftOut };
  });
}

async function refuseSecondWorktree(context: TaskContext, ref: TaskRef): Promise<void> {
  const at = (await readRecord(context, ref))?.worktree?.path;
  if (at === undefined) return;
  const present = await presentPaths(await listWorktrees(context.git, context.layout));
  if (!present.has(at)) return;
  throw new TaskError('in-use', `${refName(ref)} has a worktree already (${at}): clean it first to restore another.`);
}
