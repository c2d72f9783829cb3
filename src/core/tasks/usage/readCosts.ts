import type { TaskContext } from '../context';
import { type CostsByTask, costsByTask } from './costsByTask';
import { costsDocumentSchema, decodeCosts } from './costsDocument';
import type { CostState } from './parts';

/** `usage/current.json` */
export const costsName = 'current';

/** What was last read, whichever window did; null: nothing, or it is damaged. */
export async function readCosts({ store, host }: Pick<TaskContext, 'store' | 'host'>): Promise<CostState | null> {
  const document = await store.documents.read('usage', costsName, costsDocumentSchema);
  if (document === null) return null;
  const state = decodeCosts(document);
  if (state === null) host.log.warn('What another window knows of cost does not fit together; it is passed over.');
  return state;
}

/** Each task's cost, as the windows know it; nothing where no window is open to keep it up to date. */
export async function readCostsByTask(context: Pick<TaskContext, 'store' | 'host'>): Promise<CostsByTask> {
  if ((await context.store.leases.read('duty'))?.alive !== true) return new Map();
  const state = await readCosts(context);
  return state === null ? new Map() : costsByTask(state.usage.buckets);
}
