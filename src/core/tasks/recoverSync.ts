import path from 'node:path';
import type { RecoveryOutcome } from '../../contract/events';
import type { TaskRef } from '../../contract/plan';
import { StoreError } from '../store/errors';
import type { FoundJournal } from '../store/journals';
import { type SyncJournal, syncJournalSchema } from '../worktrees/sync/journal';
import { recoverSync, type SyncRecovery } from '../worktrees/sync/recover';
import { tidyRetired } from '../worktrees/sync/workspace';
import { type TaskContext, withTaskLock } from './context';
import { refName, sameRef } from './refs';

/** A sync that was cut off, and how it ended. */
export interface RecoveredSync {
  /** null: of the base itself. */
  readonly ref: TaskRef | null;
  readonly outcome: RecoveryOutcome;
  readonly reason: string;
}

/** Lock of whoever moves a base. */
export const baseLock = 'sync-base';

/**
 * Settles the syncs whose process died, and puts what became of them on record. Cheap when there is none. One that
 * somebody else is settling is left to them; one that cannot be settled now keeps its journal for the next time.
 * @param only one task's (null: the base's), and whether its lock is held already
 */
export async function recoverSyncs(
  context: TaskContext,
  only?: { readonly ref: TaskRef | null; readonly locked: boolean },
): Promise<RecoveredSync[]> {
  const wanted = (ref: TaskRef | null) => only === undefined || isSame(ref, only.ref);
  const recovered: RecoveredSync[] = [];
  for (const { id, data, alive } of await context.store.journals.list('sync', syncJournalSchema)) {
    if (alive || !wanted(data.ref)) continue;
    const settle = () => settleOne(context, id);
    const settled = only?.locked ? await settle() : await locked(context, data.ref, settle);
    if (settled !== null) recovered.push(settled);
  }
  await tidyRetired(syncDirOf(context), context.host.log);
  return recovered;
}

function syncDirOf(context: TaskContext): string {
  return path.join(context.store.dir, 'sync');
}

function isSame(a: TaskRef | null, b: TaskRef | null): boolean {
  return a === null || b === null ? a === b : sameRef(a, b);
}

/** null: somebody else is at it. */
async function locked<T>(context: TaskContext, ref: TaskRef | null, action: () => Promise<T>): Promise<T | null> {
  try {
    if (ref === null) return await context.store.locks.withLock(baseLock, action, { waitMs: 0 });
    return await withTaskLock(context, ref, action, 0);
  } catch (error) {
    if (!StoreError.is(error) || error.reason !== 'locked') throw error;
    return null;
  }
}

async function settleOne(context: TaskContext, id: string): Promise<RecoveredSync | null> {
  const { git, layout, host, store } = context;
  // Read again under the lock: whoever held it before us may have settled it.
  const journal = (await store.journals.list('sync', syncJournalSchema)).find((each) => each.id === id);
  if (journal === undefined || journal.alive) return null;
  const { ref, worktree } = journal.data;
  const deps = { git, layout, log: host.log, syncDir: syncDirOf(context) };
  try {
    const { outcome, reason } = await recoverSync(deps, journal, (recovery) => put(context, journal, recovery));
    host.log.info(`The interrupted sync of ${ref === null ? worktree : refName(ref)}: ${outcome} (${reason}).`);
    return { ref, outcome, reason };
  } catch (error) {
    // It must not keep the repository from opening; the journal stays.
    host.log.warn(`The interrupted sync of ${worktree} could not be settled: ${String(error)}`);
    return null;
  }
}

async function put(context: TaskContext, journal: FoundJournal<SyncJournal>, recovery: SyncRecovery): Promise<void> {
  const { ref } = journal.data;
  if (ref === null) return;
  const { outcome, reason, synced } = recovery;
  const { events } = context.store;
  if (synced !== null) {
    const { method, from, to, base } = synced;
    await events.appendTask(ref, { kind: 'synced', method, from, to, base });
  }
  await events.appendTask(ref, { kind: 'recovered', operation: 'sync', outcome, reason });
}
