import type { TaskRef } from '../../../contract/plan';
import type { BudgetUse } from '../../../contract/usage';
import type { UsageAnswer } from '../../usage/parts';
import type { TaskContext } from '../context';
import { todayAt } from './budgetPeriods';
import { type BudgetedPlan, budgetUses } from './budgets';

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
