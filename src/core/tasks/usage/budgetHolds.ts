import type { TaskEvent } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { BudgetUse, CostEstimate } from '../../../contract/usage';
import { appliesTo, budgetName, sameBudget } from './budgets';
import { amountWords, budgetWords, countWords, usdWords, usedWords } from './budgetWords';

/** A budget that holds a task, and why: one clause for people. */
export interface BudgetHold {
  readonly kind: 'budget';
  readonly reason: string;
  readonly use: BudgetUse;
  /** What was used is not known. */
  readonly unread?: boolean | undefined;
}

/** What a task is expected to use once its agent starts. */
export interface Expected extends Pick<CostEstimate, 'usd' | 'tokens'> {
  /** The model whose price the money is, where nobody named one: the agent's own choice may be another. */
  readonly assumed?: string | undefined;
}

export interface ExpectedOf {
  readonly ref: TaskRef;
  readonly expected: Expected;
}

/**
 * The budgets that hold the start of a task's agent: those that are used up, and those that it would use up as far as
 * one can tell (at the upper end of what is expected); the most used first.
 * @param expected null: it goes on with what it has begun, or nobody can tell
 * @param ahead tasks that start together with it, before it, and have used nothing yet
 */
export function budgetHolds(
  uses: readonly BudgetUse[],
  ref: TaskRef,
  expected: Expected | null,
  ahead: readonly ExpectedOf[] = [],
): BudgetHold[] {
  const holds = uses
    .filter((use) => appliesTo(use, ref))
    .flatMap((use) => {
      const others = ahead.filter((each) => appliesTo(use, each.ref)).map((each) => each.expected);
      return holdBy(use, expected === null ? null : [expected, ...others].reduce(together)) ?? [];
    });
  return holds.sort((a, b) => b.use.percent - a.use.percent);
}

/**
 * The budgets of a task of which nobody can tell how much is used: each holds it, for the same reason.
 * @param unread why, as a clause
 */
export function unreadHolds(uses: readonly BudgetUse[], ref: TaskRef, unread: string): BudgetHold[] {
  const own = uses.filter((use) => appliesTo(use, ref));
  const names = own.map(budgetWords).join(' and ');
  const reason = `nobody can tell how much of ${names} is used, because records cannot be read (${unread})`;
  return own.map((use) => ({ kind: 'budget', reason, use, unread: true }));
}

function together(a: Expected, b: Expected): Expected {
  const sum = (x: readonly [number, number], y: readonly [number, number]) => [x[0] + y[0], x[1] + y[1]] as const;
  const usd = a.usd === null || b.usd === null ? (a.usd ?? b.usd) : sum(a.usd, b.usd);
  return { usd, tokens: sum(a.tokens, b.tokens), assumed: a.assumed ?? b.assumed };
}

function holdBy(use: BudgetUse, expected: Expected | null): BudgetHold | null {
  if (use.level === 'over') {
    return { kind: 'budget', reason: `${usedWords(use)} (${amountWords(use)})`, use };
  }
  const more = expected === null ? null : tooMuch(use, expected);
  if (more === null) return null;
  const reason = `up to ${more}, which ${budgetWords(use)} does not leave (${amountWords(use)} used)`;
  return { kind: 'budget', reason, use };
}

/** What is expected, in the unit in which it would cross the budget; null: it would not. */
function tooMuch({ budget, used }: BudgetUse, expected: Expected): string | null {
  const usd = expected.usd?.[1] ?? 0;
  if (budget.usd !== undefined && (used.usd ?? 0) + usd > budget.usd) {
    const { assumed } = expected;
    const priced = assumed === undefined ? '' : ` at the price of ${assumed} (assumed, as no model is named)`;
    return `${usdWords(usd)} more are expected${priced}`;
  }
  const tokens = expected.tokens[1];
  if (budget.tokens !== undefined && used.tokens + tokens > budget.tokens) {
    return `${countWords(tokens)} tokens more are expected`;
  }
  return null;
}

/**
 * Whether a human consented to the next start although this budget holds it. A consent is for one start, and for the
 * value that the budget had.
 * @param events of the task, oldest first
 */
export function isConsented(events: readonly TaskEvent[], { use }: BudgetHold): boolean {
  const from = events.findLastIndex(({ kind }) => kind === 'agent-started' || kind === 'forgotten');
  return events
    .slice(from + 1)
    .some(
      (event) =>
        event.kind === 'held' &&
        event.overridden &&
        event.budget !== undefined &&
        budgetName(event.budget) === budgetName(use) &&
        sameBudget(event.budget.budget, use.budget),
    );
}
