import type { Budget, TaskRef } from '../../../contract/plan';
import type { BudgetLevel, BudgetUse } from '../../../contract/usage';
import type { TaskContext } from '../context';
import { budgetName, sameBudget } from './budgets';

interface Crossing {
  readonly kind: string;
}
type Written = Crossing & { readonly kind: 'budget'; readonly use: BudgetUse };

const ranks: Readonly<Record<BudgetLevel, number>> = { unknown: 0, within: 0, near: 1, over: 2 };

/**
 * The uses of one budget that are on record. A forgotten task begins anew.
 * @param events of the task, or of the repository, oldest first
 */
function usesOnRecord(events: readonly { readonly kind: string }[], use: BudgetUse): BudgetUse[] {
  const from = use.scope === 'task' ? events.findLastIndex(({ kind }) => kind === 'forgotten') + 1 : 0;
  const name = budgetName(use);
  return events
    .slice(from)
    .filter((event): event is Written => event.kind === 'budget')
    .map((event) => event.use)
    .filter((each) => budgetName(each) === name);
}

/**
 * Whether a use has to be put on record, with what is there: each level once for each value of a budget, and once that
 * a budget was raised so that it is within. What falls again under the same budget (a price that was corrected) is not
 * told: else two processes with different prices would answer each other for ever.
 */
export function isNews(onRecord: readonly BudgetUse[], use: BudgetUse): boolean {
  if (use.level === 'unknown') return false;
  const last = onRecord.at(-1);
  if (last === undefined) return use.level !== 'within';
  if (sameBudget(last.budget, use.budget)) return ranks[use.level] > ranks[last.level];
  if (use.level === 'within' && ranks[last.level] === 0) return false;
  // Settings may differ from window to window: each value has its say once. Files are the same for all of them.
  const periodic = use.scope === 'day' || use.scope === 'week';
  return !periodic || !onRecord.some((each) => sameBudget(each.budget, use.budget) && each.level === use.level);
}

/**
 * Puts on record which budgets were crossed or raised. Whoever calls it, at whatever time and how often: each crossing
 * is written exactly once. Costs nothing but a look at the logs' sizes where there is nothing to say.
 * @returns what was written
 */
export async function recordCrossings(context: TaskContext, uses: readonly BudgetUse[]): Promise<BudgetUse[]> {
  const news = await newsAmong(context, uses);
  if (news.length === 0) return [];
  return context.store.locks.withLock('budgets', async (signal) => {
    const written: BudgetUse[] = [];
    for (const use of await newsAmong(context, news)) {
      if (signal.aborted) break;
      if (!(await isInForce(context, use))) continue;
      await append(context, use);
      written.push(use);
    }
    return written;
  });
}

async function newsAmong(context: TaskContext, uses: readonly BudgetUse[]): Promise<BudgetUse[]> {
  const news: BudgetUse[] = [];
  for (const use of uses) if (isNews(usesOnRecord(await eventsOf(context, use), use), use)) news.push(use);
  return news;
}

async function eventsOf({ store }: TaskContext, use: BudgetUse): Promise<readonly { readonly kind: string }[]> {
  const ref = taskOf(use);
  return ref === null ? (await store.events.readRepository()).events : (await store.events.readTask(ref)).events;
}

async function append({ store }: TaskContext, use: BudgetUse): Promise<void> {
  const ref = taskOf(use);
  if (ref === null) await store.events.appendRepository({ kind: 'budget', use });
  else await store.events.appendTask(ref, { kind: 'budget', use });
}

function taskOf({ scope, plan, task }: BudgetUse): TaskRef | null {
  return scope === 'task' && plan !== null && task !== null ? { plan, task } : null;
}

/** Whether a file still says so: who read it before it was edited must not answer for it. */
async function isInForce(context: TaskContext, use: BudgetUse): Promise<boolean> {
  if (use.plan === null) return true;
  const plan = await context.plan(use.plan);
  const fields = use.scope === 'task' ? plan?.tasks.find(({ ref }) => ref.task === use.task)?.fields : plan?.fields;
  const budget: Budget = fields?.budget ?? {};
  return sameBudget(budget, use.budget);
}
