import type { BudgetScope, BudgetUse } from '../../../contract/usage';

type Whose = Pick<BudgetUse, 'scope' | 'plan'>;

/** Whose budget it is: `its budget`, `the budget of plan "x"`, `today's budget`. */
export function budgetWords({ scope, plan }: Whose): string {
  const words: Readonly<Record<BudgetScope, string>> = {
    task: 'its budget',
    plan: `the budget of plan "${plan ?? ''}"`,
    day: "today's budget",
    week: "this week's budget",
  };
  return words[scope];
}

/** `at least 112 % of its budget is used`. */
export function usedWords(use: Pick<BudgetUse, 'scope' | 'plan' | 'percent' | 'used'>): string {
  return `${use.used.atLeast ? 'at least ' : ''}${use.percent} % of ${budgetWords(use)} is used`;
}

/** `$5.60 of $5.00`, `1.2M of 1M tokens`, or both: what the budget limits. */
export function amountWords({ budget, used }: Pick<BudgetUse, 'budget' | 'used'>): string {
  const parts: string[] = [];
  if (budget.usd !== undefined)
    parts.push(`${used.usd === null ? '?' : usdWords(used.usd)} of ${usdWords(budget.usd)}`);
  if (budget.tokens !== undefined) parts.push(`${countWords(used.tokens)} of ${countWords(budget.tokens)} tokens`);
  return parts.join(', ');
}

export function usdWords(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

/** `950`, `12.5k`, `1.2M`. */
export function countWords(count: number): string {
  if (count < 1_000) return String(Math.round(count));
  if (count < 999_950) return `${trimmed(count / 1_000)}k`;
  return `${trimmed(count / 1_000_000)}M`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
