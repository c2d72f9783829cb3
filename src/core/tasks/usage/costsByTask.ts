import type { UsageBucket } from '../../usage/parts';
import { budgetTokens } from '../../usage/sums';
import { refName } from '../refs';

/** What a row shows of its task's cost. */
export interface TaskCost {
  /** Input, cache writes, output and reasoning, as budgets count them. */
  readonly tokens: number;
  /** US dollars, an estimate; null: nothing of it has a price. */
  readonly usd: number | null;
  /** Something of it has no price, or was not counted. */
  readonly atLeast: boolean;
}

/** By `plan/task`. A task that is not in it has used nothing that is known. */
export type CostsByTask = ReadonlyMap<string, TaskCost>;

/** To a billionth of a dollar, in which buckets are exact. */
function exact(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}

export function costsByTask(buckets: readonly UsageBucket[]): CostsByTask {
  const costs = new Map<string, TaskCost>();
  for (const { owner, tokens, usd, priced, answers, incomplete } of buckets) {
    if (owner.kind !== 'task') continue;
    const name = refName(owner.ref);
    const known = costs.get(name);
    costs.set(name, {
      tokens: (known?.tokens ?? 0) + budgetTokens(tokens),
      usd: priced === 0 ? (known?.usd ?? null) : exact((known?.usd ?? 0) + usd),
      atLeast: known?.atLeast === true || priced < answers || incomplete === true,
    });
  }
  return costs;
}
