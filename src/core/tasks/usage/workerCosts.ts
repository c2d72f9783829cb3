import { WorkerMeter } from '../../usage/workerMeter';
import type { TaskContext } from '../context';
import type { CostTools } from './costTools';
import { openCostTools } from './openCostTools';
import { meterOptions } from './readUsage';

/** Finds cost out in a thread of its own, for as long as its caller has the duty; `dispose` ends it. */
export function openWorkerCosts(context: TaskContext): CostTools {
  const options = meterOptions(context.host);
  const settings = context.host.settings();
  return openCostTools(context, { ...options, meter: new WorkerMeter({ ...options, settings }) });
}
