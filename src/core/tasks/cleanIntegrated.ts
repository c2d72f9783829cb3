import type { CleanAllJson, CleanJson } from '../../contract/json';
import { folderSize } from '../worktrees/size';
import { clean } from './clean';
import { readRecords, type TaskContext } from './context';
import { refName } from './refs';

export interface CleanIntegratedOptions {
  /** Only list them, with their sizes. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The tasks that can be cleaned without any consent because their work has landed: integrated by any of the tests, with
 * commits of their own, nothing in the folder that would be lost, and nobody working there. Adopted ones are never
 * among them. Without `dryRun` they are cleaned, each as if it was asked for by name.
 */
export async function cleanIntegrated(context: TaskContext, o: CleanIntegratedOptions = {}): Promise<CleanAllJson> {
  const tasks: CleanJson[] = [];
  for (const { ref, record } of (await readRecords(context)).values()) {
    if (record.worktree === null || record.dispatch === null || record.dispatch.adopted) continue;
    o.signal?.throwIfAborted();
    try {
      const found = await clean(context, ref, { dryRun: true, onlyLanded: true, signal: o.signal });
      if (found.refused !== null || found.needs.length > 0) continue;
      const bytes = await folderSize(record.worktree.path, { signal: o.signal });
      const done = o.dryRun === true ? found : await clean(context, ref, { onlyLanded: true, signal: o.signal });
      tasks.push({ ...done, bytes });
    } catch (error) {
      if (o.signal?.aborted) throw error;
      // One that cannot be looked at stays, and must not hide the others.
      context.host.log.warn(`${refName(ref)} is left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { tasks };
}
