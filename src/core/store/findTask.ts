import { join } from 'node:path';
import type { TaskEvent } from '../../contract/events';
import type { TaskRef } from '../../contract/plan';
import { listTaskStreams } from './events';
import { comparablePath, streamName } from './names';
import { taskEventSchemas } from './schemas';
import { readStream } from './stream';

/**
 * The task whose worktree this is, by the event logs alone: no git process and nothing written, so that it may run in
 * a window that is not trusted. Null when no task has it. Of several (a folder used again) the latest.
 * @throws StoreError `failed` when the store's folder cannot be listed
 */
export async function findTaskOfWorktree(storeDir: string, worktree: string): Promise<TaskRef | null> {
  const wanted = await comparablePath(worktree);
  let found: { ref: TaskRef; at: string } | null = null;
  for (const ref of await listTaskStreams(storeDir)) {
    const file = join(storeDir, 'events', `${streamName(ref)}.jsonl`);
    const state = await readStream<TaskEvent>(file, taskEventSchemas, null);
    const made = lastWorktree(state.all.events);
    if (made === null || (found !== null && found.at > made.at)) continue;
    if ((await comparablePath(made.worktree)) === wanted) found = { ref, at: made.at };
  }
  return found?.ref ?? null;
}

function lastWorktree(events: readonly TaskEvent[]): { worktree: string; at: string } | null {
  for (const event of [...events].reverse()) {
    if (event.kind === 'forgotten' || event.kind === 'cleaned') return null;
    if (event.kind === 'worktree-made' || event.kind === 'restored') return { worktree: event.worktree, at: event.at };
    if (event.kind === 'worktree-moved') return { worktree: event.to, at: event.at };
  }
  return null;
}
