import type { TaskType } from '../../../contract/plan';
import type { CostEstimate, Tokens } from '../../../contract/usage';
import { estimateOf, type FinishedTask } from '../../prices/estimates';
import type { ModelUse } from '../../prices/mismatches';
import type { Pricer } from '../../prices/prices';
import type { UsageBucket } from '../../usage/parts';
import { addTokens, budgetTokens, noTokens } from '../../usage/sums';
import { readRecords, type TaskContext } from '../context';
import { refName } from '../refs';
import type { CostState } from './parts';

/** What a type of task was expected to use, and what this repository's finished tasks of it used: medians. */
export interface TypeEstimate {
  readonly estimate: CostEstimate;
  readonly actual: { readonly tasks: number; readonly usd: number | null; readonly tokens: number };
}

/** Names, `plan/task`, of the tasks whose agent has ended well. */
export async function readFinished(context: TaskContext): Promise<ReadonlySet<string>> {
  const records = await readRecords(context);
  return new Set([...records].flatMap(([name, { record }]) => (record.run?.exited?.exit === 0 ? [name] : [])));
}

/** What each task of a known type used of each model. */
export function modelUses(buckets: readonly UsageBucket[], types: CostState['types']): ModelUse[] {
  const uses = new Map<string, ModelUse>();
  for (const { owner, agent, model, tokens, usd, priced, last } of buckets) {
    if (owner.kind !== 'task' || model === null) continue;
    const task = refName(owner.ref);
    const type = Object.hasOwn(types, task) ? types[task] : undefined;
    if (type === undefined) continue;
    const key = JSON.stringify([task, agent, model]);
    const known = uses.get(key);
    const money = priced === 0 ? null : usd;
    uses.set(key, {
      ...{ task, type, agent, model },
      tokens: addTokens(known?.tokens ?? noTokens, tokens),
      usd: known === undefined ? money : known.usd === null || money === null ? null : known.usd + money,
      at: known?.at == null ? last : Math.max(known.at, last ?? known.at),
    });
  }
  return [...uses.values()];
}

/**
 * Of every type that finished tasks have, what the next one is expected to use on the model that most was spent on, and
 * what they used.
 * @param now ms since 1970
 */
export function typeEstimates(
  buckets: readonly UsageBucket[],
  types: CostState['types'],
  finished: ReadonlySet<string>,
  pricer: Pricer,
  now: number,
): TypeEstimate[] {
  const tasks = finishedTasks(buckets, types, finished);
  const all: readonly FinishedTask[] = tasks;
  const known = [...new Set(tasks.map(({ type }) => type))].sort();
  return known.map((type) => {
    const own = tasks.filter((task) => task.type === type);
    const money = own.flatMap(({ usd }) => (usd === null ? [] : [usd]));
    return {
      estimate: estimateOf(type, mainModel(own), all, pricer, now),
      actual: {
        tasks: own.length,
        // A median over those that have a price would be that of others than these.
        usd: money.length < own.length ? null : median(money),
        tokens: median(own.map(({ tokens }) => budgetTokens(tokens))),
      },
    };
  });
}

interface Finished extends FinishedTask {
  usd: number | null;
  tokens: Tokens;
  readonly models: Map<string, number>;
}

function finishedTasks(
  buckets: readonly UsageBucket[],
  types: CostState['types'],
  finished: ReadonlySet<string>,
): Finished[] {
  const tasks = new Map<string, Finished>();
  for (const { owner, model, tokens, usd, priced, answers } of buckets) {
    if (owner.kind !== 'task') continue;
    const name = refName(owner.ref);
    const type: TaskType | undefined = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined || !finished.has(name)) continue;
    const task: Finished = tasks.get(name) ?? { type, tokens: noTokens, usd: 0, models: new Map() };
    task.tokens = addTokens(task.tokens, tokens);
    task.usd = task.usd === null || priced < answers ? null : task.usd + usd;
    if (model !== null) task.models.set(model, (task.models.get(model) ?? 0) + budgetTokens(tokens));
    tasks.set(name, task);
  }
  return [...tasks.values()];
}

/** The one that most tokens went through. */
function mainModel(tasks: readonly Finished[]): string | null {
  const sums = new Map<string, number>();
  for (const { models } of tasks) {
    for (const [model, tokens] of models) sums.set(model, (sums.get(model) ?? 0) + tokens);
  }
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
