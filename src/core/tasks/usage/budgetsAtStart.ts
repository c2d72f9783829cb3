import type { TaskRef } from '../../../contract/plan';
import type { BudgetUse, CostEstimate, Tokens } from '../../../contract/usage';
import { estimateOf, type FinishedTask } from '../../prices/estimates';
import { createPricer } from '../../prices/pricer';
import { addTokens, noTokens } from '../../usage/sums';
import { readRecords, refName, type TaskContext } from '../context';
import { recordCrossings } from './budgetEvents';
import type { Expected } from './budgetHolds';
import { costsNow } from './costsNow';
import type { CostState } from './parts';
import { readPriceBook } from './question';
import { isLimited, readBudgets } from './readBudgets';

/** What the start of an agent is held against. */
export interface BudgetsAtStart {
  readonly uses: readonly BudgetUse[];
  /** null: it goes on with what it has begun, or nobody can tell. */
  readonly expected: Expected | null;
}

export interface StartingAgent {
  /** It was started before and goes on. */
  readonly begun: boolean;
  /** Of the caller; else the task's own. */
  readonly model?: string | null | undefined;
}

/**
 * How much of the budgets is used at this moment, and how much more a task is expected to use. What was crossed and is
 * not on record yet (nobody was there to see it) is put there.
 * @returns null when no budget limits the task: then nothing is read
 * @throws what reading agents' records throws: a budget that nobody can tell the use of is not within
 */
export async function budgetsAtStart(
  context: TaskContext,
  ref: TaskRef,
  o: StartingAgent,
): Promise<BudgetsAtStart | null> {
  const plans = await context.plans();
  if (!isLimited(context, plans, ref)) return null;
  const costs = await costsNow(context);
  const uses = await readBudgets(context, costs.usage, { timeZone: costs.timeZone, plans });
  await recordCrossings(context, uses);
  return { uses, expected: o.begun ? null : await expectedOf(context, ref, costs, o.model) };
}

/** null: the task has no type, so nobody can tell. */
async function expectedOf(
  context: TaskContext,
  ref: TaskRef,
  costs: CostState,
  chosen: string | null | undefined,
): Promise<CostEstimate | null> {
  const fields = (await context.plan(ref.plan))?.tasks.find(({ ref: { task } }) => task === ref.task)?.fields;
  if (fields?.type === undefined) return null;
  const named = chosen ?? fields.model ?? context.host.settings().defaultModel;
  const model = named === 'auto' ? null : named;
  const now = context.store.now().getTime();
  return estimateOf(
    fields.type,
    model,
    await finishedTasks(context, costs),
    createPricer(await readPriceBook(context)),
    now,
  );
}

/** What the tasks have used whose agent has ended well: they say what the next one of their type will use. */
async function finishedTasks(context: TaskContext, { usage, types }: CostState): Promise<FinishedTask[]> {
  const used = new Map<string, Tokens>();
  for (const { owner, tokens } of usage.buckets) {
    if (owner.kind === 'task')
      used.set(refName(owner.ref), addTokens(used.get(refName(owner.ref)) ?? noTokens, tokens));
  }
  const records = await readRecords(context);
  return [...used].flatMap(([name, tokens]) => {
    const type = types[name];
    return type !== undefined && records.get(name)?.record.run?.exited?.exit === 0 ? [{ type, tokens }] : [];
  });
}
