import type { TaskRef } from '../../contract/plan';
import { findTask, readRecord, type TaskContext, withTaskLock } from './context';
import { refName, streamName } from './refs';
import { TaskError } from './taskError';

/**
 * Takes a task off the list. Its file, branch, worktree and archives stay as they are; it always works for what has
 * vanished. One that is forgotten already stays so.
 * @throws TaskError `running` while its agent lives, `no-task` when there never was one
 */
export async function forget(context: TaskContext, ref: TaskRef): Promise<void> {
  await withTaskLock(context, ref, async () => {
    const { events, leases, documents } = context.store;
    const lease = await leases.read(streamName(ref));
    if (lease?.alive === true) {
      throw new TaskError('running', `${refName(ref)} runs: stop its agent before the task is forgotten.`);
    }
    const known = (await events.readTask(ref)).events.length > 0;
    // Never dispatched: there is nothing to forget, but a task that has a file is no mistake either.
    if (!known) await findTask(context, ref);
    if ((await readRecord(context, ref)) === null) return;
    await events.appendTask(ref, { kind: 'forgotten' });
    await documents.remove('tasks', streamName(ref));
  });
}
