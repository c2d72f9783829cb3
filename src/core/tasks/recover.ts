import type { Operation, RecoveryOutcome } from '../../contract/events';
import type { TaskRef } from '../../contract/plan';
import { StoreError } from '../store/errors';
import type { FoundJournal } from '../store/journals';
import type { Schema } from '../store/schemas';
import { recoverMake } from '../worktrees/make/recoverMake';
import { recoverClean } from '../worktrees/trash/clean';
import { cleanJournalSchema, restoreJournalSchema } from '../worktrees/trash/journal';
import { recoverRestore } from '../worktrees/trash/restore';
import { recordCleaned, recordRestored } from './archives';
import { type TaskContext, trashDeps, withTaskLock, worktreesDeps } from './context';
import { recoverSyncs } from './recoverSync';
import { refName, sameRef } from './refs';
import { removeDeadScratch } from './scratch';

/** A long operation that was cut off, and what became of it. */
export interface Recovered {
  /** null: of the base itself. */
  readonly ref: TaskRef | null;
  readonly operation: Operation;
  readonly outcome: RecoveryOutcome;
  readonly reason: string;
}

interface Settled {
  readonly outcome: RecoveryOutcome;
  readonly reason: string;
}

/** Settles every long operation that was cut off. Cheap when there is none: one folder is read. */
export async function recover(context: TaskContext): Promise<Recovered[]> {
  await context.store.locks.releaseStale();
  await removeDeadScratch(context);
  const makes = await recoverMakes(context);
  const moves = await recoverMoves(context, null);
  const syncs = (await recoverSyncs(context)).flatMap(({ ref, outcome, reason }) =>
    // Of the base itself: no task has a part in it.
    ref === null ? [] : [{ ref, operation: 'sync' as const, outcome, reason }],
  );
  return [...makes, ...moves, ...syncs];
}

/**
 * Settles the clean-ups and restores that were cut off.
 * @param only the one task whose lock the caller holds; null: all whose lock is free
 */
export async function recoverMoves(context: TaskContext, only: TaskRef | null): Promise<Recovered[]> {
  const deps = trashDeps(context);
  const cleans = await recoverOperation(context, only, 'clean', cleanJournalSchema, (journal) =>
    recoverClean(deps, journal, { onDone: (archive) => recordCleaned(context, journal.data.ref, archive) }),
  );
  const restores = await recoverOperation(context, only, 'restore', restoreJournalSchema, (journal) =>
    recoverRestore(deps, journal, { onDone: (done) => recordRestored(context, journal.data.ref, done) }),
  );
  return [...cleans, ...restores];
}

/** Worktrees that were half made. One that is being made right now is nobody's to undo, and nothing to wait for. */
async function recoverMakes(context: TaskContext): Promise<Recovered[]> {
  const { locks, events } = context.store;
  const withLock: typeof locks.withLock = (name, fn) => locks.withLock(name, fn, { waitMs: 0 });
  try {
    const made = await recoverMake({ ...worktreesDeps(context), locks: { withLock } });
    for (const { ref, outcome, reason } of made) {
      await events.appendTask(ref, { kind: 'recovered', operation: 'make', outcome, reason });
    }
    return made.map(({ ref, outcome, reason }) => ({ ref, operation: 'make', outcome, reason }));
  } catch (error) {
    if (!StoreError.is(error) || error.reason !== 'locked') throw error;
    return [];
  }
}

/**
 * Settles the journals of one operation whose processes died, each under its task's lock; a task that somebody is busy
 * with is settled by them or the next time. The journal goes last, whatever the room of the operation thinks: killed
 * before that, the next start says everything once more, which changes nothing.
 */
async function recoverOperation<T extends { readonly ref: TaskRef }>(
  context: TaskContext,
  only: TaskRef | null,
  operation: Operation,
  schema: Schema<T>,
  /** Finishes or undoes, puts the outcome on record; may itself be killed and run again. */
  settle: (journal: FoundJournal<T>) => Promise<Settled>,
): Promise<Recovered[]> {
  const { journals, events } = context.store;
  const recovered: Recovered[] = [];
  for (const seen of await journals.list(operation, schema)) {
    const { ref } = seen.data;
    if (seen.alive || (only !== null && !sameRef(only, ref))) continue;
    const action = async () => {
      // Somebody may have settled it between our look and the lock.
      const journal = (await journals.list(operation, schema)).find(({ id }) => id === seen.id);
      if (journal === undefined) return;
      const { outcome, reason } = await settle(keptOpen(journal));
      await events.appendTask(ref, { kind: 'recovered', operation, outcome, reason });
      await journal.remove();
      recovered.push({ ref, operation, outcome, reason });
      context.host.log.info(`${refName(ref)}: a ${operation} that was cut off was ${outcome}: ${reason}`);
    };
    if (only === null) await ifFree(context, ref, action);
    else await action();
  }
  return recovered;
}

/** The same journal, which goes only when the outcome is on record. */
function keptOpen<T>(journal: FoundJournal<T>): FoundJournal<T> {
  return Object.create(journal, { remove: { value: async () => undefined } });
}

/** Under the task's lock, unless somebody has it. One that cannot be settled now must not keep the others waiting. */
async function ifFree(context: TaskContext, ref: TaskRef, action: () => Promise<void>): Promise<void> {
  try {
    await withTaskLock(context, ref, action, 0);
  } catch (error) {
    if (StoreError.is(error) && error.reason === 'locked') {
      context.host.log.debug(`${refName(ref)} is being worked on; what was cut off there is settled later.`);
    } else {
      const why = error instanceof Error ? error.message : String(error);
      context.host.log.warn(`What was cut off in ${refName(ref)} could not be settled yet: ${why}`);
    }
  }
}
