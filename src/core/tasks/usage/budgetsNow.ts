import type { TaskRef } from '../../../contract/plan';
import type { BudgetUse } from '../../../contract/usage';
import type { UsageAnswer } from '../../usage/parts';
import type { TaskContext } from '../context';
import { todayAt } from './budgetPeriods';
import { type BudgetedPlan, budgetUses } from './budgets';
import type { CostState } from './parts';
import { readCosts } from './readCosts';
import { readUsage } from './readUsage';

/** How much of every budget that is set now is used. @param o.plans as they are on disk; absent: they are read */
export async function readBudgets(
  context: TaskContext,
  usage: Pick<UsageAnswer, 'buckets' | 'skipped'>,
  o: { readonly timeZone: string; readonly plans?: readonly BudgetedPlan[] | undefined },
): Promise<BudgetUse[]> {
  return budgetUses({
    plans: o.plans ?? (await context.plans()),
    periods: context.host.settings().budgets,
    buckets: usage.buckets,
    missing: usage.skipped.length > 0,
    today: todayAt(context.store.now(), o.timeZone),
  });
}

/** Whether any budget limits a task: only then records have to be read before it starts. */
export function isLimited(context: TaskContext, plans: readonly BudgetedPlan[], ref: TaskRef): boolean {
  const { day, week } = context.host.settings().budgets;
  const plan = plans.find(({ id }) => id === ref.plan);
  const task = plan?.tasks.find((each) => each.ref.task === ref.task);
  return [day, week, plan?.fields.budget, task?.fields.budget].some(
    (budget) => budget?.usd !== undefined || budget?.tokens !== undefined,
  );
}

/** What agents' records tell now. */
export type CostsNow = Pick<CostState, 'usage' | 'timeZone' | 'types'>;

/** Several tasks that start at once are held against one reading. */
const keptMs = 2_000;
const kept = new WeakMap<TaskContext, { readonly at: number; readonly costs: Promise<CostsNow> }>();

/**
 * What was used until now. In a window the one of all windows that has the duty is asked, since reading takes longer than
 * a window may stand still; a command reads for itself.
 */
export function costsNow(context: TaskContext): Promise<CostsNow> {
  const known = kept.get(context);
  if (known !== undefined && performance.now() - known.at < keptMs) return known.costs;
  const costs = context.host.actor === 'window' ? askWindows(context) : readUsage(context);
  const entry = { at: performance.now(), costs };
  kept.set(context, entry);
  // What failed is tried again.
  costs.catch(() => kept.get(context) === entry && kept.delete(context));
  return costs;
}

const askMs = 5_000;
const lookMs = 50;
const refreshHint = 'costs-refresh';

/** The window with the duty looks at the records when it is told to, and writes what it found. */
async function askWindows(context: TaskContext): Promise<CostsNow> {
  const { store } = context;
  const asked = store.now().toISOString();
  await store.hints.touch(refreshHint);
  const deadline = performance.now() + askMs;
  for (;;) {
    const state = await readCosts(context);
    if (state !== null && state.at >= asked && state.failure === undefined) return state;
    // Nobody answers: the duty is just changing hands. Waiting longer would be worse than this window's standing still.
    if (performance.now() > deadline) return readUsage(context);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
