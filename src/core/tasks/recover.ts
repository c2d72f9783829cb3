import type { Operation, RecoveryOutcome } from '../../contract/events';
import type { TaskRef } from '../../contract/plan';
import { StoreError } from '../store/errors';
import type { NewTaskEvent } from '../store/events';
import type { FoundJournal } from '../store/journals';
import type { Schema } from '../store/schemas';
import { refName, type TaskContext, withTaskLock } from './context';

/** A long operation that was cut off, and what became of it. */
export interface Recovered {
  readonly ref: TaskRef;
  readonly operation: Operation;
  readonly outcome: RecoveryOutcome;
  readonly reason: string;
}

/** What the room of the operation did to settle it, and the events that its killed process had not written. */
export interface Settled {
  readonly outcome: RecoveryOutcome;
  readonly reason: string;
  readonly events: readonly NewTaskEvent[];
}

interface OperationRecovery<T extends { readonly ref: TaskRef }> {
  readonly operation: Operation;
  readonly schema: Schema<T>;
  /** Finishes or undoes; may itself be killed and run again. */
  readonly settle: (journal: FoundJournal<T>) => Promise<Settled>;
}

/** Settles every long operation that was cut off. Cheap when there is none: one folder is read. */
export async function recover(context: TaskContext): Promise<Recovered[]> {
  void context;
  return [];
}

/**
 * Settles the journals of one operation whose processes died, each under its task's lock; a task that somebody is busy
 * with is settled by them or the next time. The events come before the journal's end: killed in between, the next
 * start says them again, which changes nothing.
 */
export async function recoverOperation<T extends { readonly ref: TaskRef }>(
  context: TaskContext,
  { operation, schema, settle }: OperationRecovery<T>,
): Promise<Recovered[]> {
  const { journals, events } = context.store;
  const recovered: Recovered[] = [];
  for (const seen of await journals.list(operation, schema)) {
    const { ref } = seen.data;
    if (seen.alive) continue;
    await ifFree(context, ref, async () => {
      // Somebody may have settled it between our look and the lock.
      const journal = (await journals.list(operation, schema)).find(({ id }) => id === seen.id);
      if (journal === undefined) return;
      const settled = await settle(journal);
      for (const event of settled.events) await events.appendTask(ref, event);
      const { outcome, reason } = settled;
      await events.appendTask(ref, { kind: 'recovered', operation, outcome, reason });
      await journal.remove();
      recovered.push({ ref, operation, outcome, reason });
      context.host.log.info(`${refName(ref)}: a ${operation} that was cut off was ${outcome}: ${reason}.`);
    });
  }
  return recovered;
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
