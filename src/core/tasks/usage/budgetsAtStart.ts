import type { TaskRef } from '../../../contract/plan';
import type { BudgetUse, Tokens } from '../../../contract/usage';
import type { Plan } from '../../plan/plan';
import { estimateOf, type FinishedTask } from '../../prices/estimates';
import { createPricer } from '../../prices/pricer';
import { expectedModel } from '../../prices/tiers';
import { localTimeZone } from '../../usage/days';
import { addTokens, noTokens } from '../../usage/sums';
import { readRecords, type TaskContext } from '../context';
import { lastAgent } from '../lastAgent';
import { refName } from '../refs';
import { recordCrossings } from './budgetEvents';
import type { Expected } from './budgetHolds';
import { costsNow } from './costsNow';
import type { CostState } from './parts';
import { readPriceBook } from './question';
import { isLimited, readBudgets } from './readBudgets';
import { meterOptions } from './readUsage';

/** What the start of an agent is held against. */
export interface BudgetsAtStart {
  readonly uses: readonly BudgetUse[];
  /** Why more may be used than anybody can tell, as a clause; null: what agents recorded could be read. */
  readonly unread: string | null;
  /** null: it goes on with what it has begun, or nobody can tell. */
  readonly expected: Expected | null;
}

export interface StartingAgent {
  /** It was started before and goes on. */
  readonly begun: boolean;
  /** Absent: the task's own, else the one used last. */
  readonly agent?: string | undefined;
  /** Absent: the task's own. null or `auto`: nobody names one. */
  readonly model?: string | null | undefined;
}

/**
 * How much of the budgets is used at this moment, and how much more a task is expected to use. What was crossed and is
 * not on record yet (nobody was there to see it) is put there. Records that cannot be read are no error, since a human may
 * consent to a start without them; but a budget that nobody can tell the use of is not within.
 * @returns null when no budget limits the task: then nothing is read
 */
export async function budgetsAtStart(
  context: TaskContext,
  ref: TaskRef,
  o: StartingAgent,
): Promise<BudgetsAtStart | null> {
  const plans = await context.plans();
  if (!isLimited(context, plans, ref)) return null;
  let costs: CostState;
  try {
    costs = await costsNow(context);
  } catch (error) {
    const unread = clauseOf(error);
    context.host.log.warn(`What agents used could not be read: ${unread}`);
    return { uses: await unknownUses(context, plans), unread, expected: null };
  }
  const uses = await readBudgets(context, costs.usage, { timeZone: costs.timeZone, plans });
  await recordCrossings(context, uses);
  const expected = o.begun ? null : await expectedOf(context, ref, costs, o);
  return { uses, unread: unreadFolders(context, costs), expected };
}

/** Every budget that is set, when nothing is known of what was used. */
async function unknownUses(context: TaskContext, plans: readonly Plan[]): Promise<BudgetUse[]> {
  const uses = await readBudgets(context, { buckets: [], skipped: [] }, { timeZone: localTimeZone(), plans });
  const used = { usd: null, tokens: 0, atLeast: true };
  return uses.map((use) => ({ ...use, used, percent: 0, level: 'unknown' }));
}

/** Where an agent's whole folder is closed to us, nothing of what it used is counted; one file more or less is "at least". */
function unreadFolders({ host }: TaskContext, { usage }: CostState): string | null {
  const { readers, places } = meterOptions(host);
  const roots = new Set(readers.flatMap((reader) => reader.roots(places).map(({ dir }) => dir)));
  const closed = usage.skipped.filter(({ file, line }) => line === null && roots.has(file));
  return closed.length === 0 ? null : closed.map(({ file, reason }) => `${file}: ${reason}`).join('; ');
}

function clauseOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\.$/, '');
}

/**
 * What a task's agent will use. Where no model is named its money is that of the one that the rules name for the type;
 * an agent that runs several vendors' models is then estimated in tokens alone.
 * @returns null: the task has no type, so nobody can tell
 */
async function expectedOf(
  context: TaskContext,
  ref: TaskRef,
  costs: CostState,
  o: StartingAgent,
): Promise<Expected | null> {
  const fields = (await context.plan(ref.plan))?.tasks.find(({ ref: { task } }) => task === ref.task)?.fields;
  if (fields?.type === undefined) return null;
  const agent = o.agent ?? fields.agent ?? (await lastAgent(context)).agent;
  const named = o.model === undefined ? (fields.model ?? context.host.settings().defaultModel) : o.model;
  const now = context.store.now();
  const model = expectedModel(agent, named, fields.type, now.toISOString().slice(0, 10));
  const [finished, book] = await Promise.all([finishedTasks(context, costs), readPriceBook(context)]);
  const { usd, tokens } = estimateOf(fields.type, model, finished, createPricer(book), now.getTime());
  const isAssumed = model !== null && (named === null || named === 'auto');
  return { usd, tokens, ...(isAssumed ? { assumed: model } : {}) };
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
