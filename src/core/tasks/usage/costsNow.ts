import { listWorktrees } from '../../git/worktreeList';
import { createMeter } from '../../usage/meter';
import type { UsageMeter } from '../../usage/parts';
import { WorkerMeter } from '../../usage/workerMeter';
import type { TaskContext } from '../context';
import { refreshHint } from './liveCosts';
import { openCostTools } from './openCostTools';
import type { CostState } from './parts';
import { readCosts } from './readCosts';
import { meterOptions, readUsage } from './readUsage';

/** Several tasks that start at once are held against one reading. */
const keptMs = 2_000;

interface Kept {
  meter: UsageMeter | null;
  last: { readonly at: number; readonly costs: Promise<CostState> } | null;
}
const keptOf = new WeakMap<TaskContext, Kept>();

/**
 * What was used until now. In a window the one of all windows that has the duty is asked, since reading takes longer than
 * a window may stand still; a command reads for itself, and the second time only what was appended.
 * @param o.fresh what was read a moment ago will not do
 */
export function costsNow(context: TaskContext, o: { readonly fresh?: boolean } = {}): Promise<CostState> {
  const kept: Kept = keptOf.get(context) ?? { meter: null, last: null };
  keptOf.set(context, kept);
  const { last } = kept;
  if (o.fresh !== true && last !== null && performance.now() - last.at < keptMs) return last.costs;
  const costs = context.host.actor === 'window' ? askWindows(context) : readOn(context, kept);
  const entry = { at: performance.now(), costs };
  kept.last = entry;
  costs.catch(() => {
    // What failed is tried again.
    if (kept.last === entry) kept.last = null;
  });
  return costs;
}

/** Lets go of what was read for `costsNow`: of gigabytes of records that is a lot, and a runner lives for hours. */
export function forgetCosts(context: TaskContext): void {
  keptOf.get(context)?.meter?.dispose();
  keptOf.delete(context);
}

function readOn(context: TaskContext, kept: Kept): Promise<CostState> {
  kept.meter ??= createMeter(meterOptions(context.host));
  return readUsage(context, { meter: kept.meter });
}

const askMs = 5_000;
const lookMs = 50;

/** The window with the duty looks at the records when it is told to, and writes what it found. */
async function askWindows(context: TaskContext): Promise<CostState> {
  if (!(await isWindowOnDuty(context))) return readBeside(context);
  const { store } = context;
  const asked = store.now().toISOString();
  await store.hints.touch(refreshHint);
  const deadline = performance.now() + askMs;
  for (;;) {
    const state = await readCosts(context);
    if (state !== null && state.at >= asked && state.failure === undefined) return state;
    // The duty is just changing hands, or its worker has too much to read, or does not start.
    if (performance.now() > deadline) return readBeside(context);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** Whether a window looks at agents' records for everybody. */
export async function isWindowOnDuty({ store }: TaskContext): Promise<boolean> {
  return (await store.leases.read('duty'))?.alive === true;
}

/** Reads all records in a worker that ends with it, for nobody may stand still meanwhile; rare, since somebody has the duty. */
async function readBeside(context: TaskContext): Promise<CostState> {
  const { host, git, layout } = context;
  const options = meterOptions(host);
  const tools = openCostTools(context, {
    ...options,
    meter: new WorkerMeter({ ...options, settings: host.settings() }),
  });
  try {
    const worktrees = await listWorktrees(git, layout);
    const question = await tools.question(worktrees.map((worktree) => worktree.path));
    return await tools.complete(await tools.meter.ask(question), question);
  } finally {
    tools.dispose();
  }
}
