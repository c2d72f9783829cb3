import type { RepositoryEvent } from '../../../contract/events';
import type { Condition, ConditionKind } from '../../../contract/states';
import type { BudgetUse } from '../../../contract/usage';
import { weekOf } from '../../usage/days';
import type { TaskContext } from '../context';
import { todayAt } from './budgetPeriods';
import { appliesTo, type BudgetedPlan, budgetName, type PeriodBudgets, sameBudget } from './budgets';
import { usedWords } from './budgetWords';

/** A plan's, a day's or a week's budget that was crossed, as the repository's events tell it. */
export interface BudgetMark {
  readonly use: BudgetUse;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * The last word on each value of each budget, in the order in which they were first spoken of: one that was raised and
 * lowered again is not spoken of anew, and windows may differ in their settings.
 */
function marksOnRecord(events: readonly RepositoryEvent[]): BudgetMark[] {
  const last = new Map<string, BudgetMark>();
  for (const event of events) {
    if (event.kind !== 'budget') continue;
    const { usd, tokens } = event.use.budget;
    last.set(`${budgetName(event.use)}\0${usd}\0${tokens}`, event);
  }
  return [...last.values()].map(({ use, at }) => ({ use, at }));
}

export async function readMarks({ store }: TaskContext): Promise<BudgetMark[]> {
  return marksOnRecord((await store.events.readRepository()).events);
}

/** What limits use now. */
export interface Bounds {
  readonly plans: readonly BudgetedPlan[];
  readonly periods: PeriodBudgets;
  /** `YYYY-MM-DD` in the user's time zone. */
  readonly today: string;
}

export function bounds({ host, store }: TaskContext, plans: readonly BudgetedPlan[]): Bounds {
  return { plans, periods: host.settings().budgets, today: todayAt(store.now()) };
}

/** Those that still hold: of this day and week, and of the value that is set now. A budget that was taken back is gone. */
export function marksInForce(marks: readonly BudgetMark[], o: Bounds): BudgetMark[] {
  return marks.filter(({ use }) => {
    if (use.level !== 'near' && use.level !== 'over') return false;
    if (use.scope === 'day') return use.period === o.today && sameBudget(use.budget, o.periods.day ?? {});
    if (use.scope === 'week') return use.period === weekOf(o.today) && sameBudget(use.budget, o.periods.week ?? {});
    return sameBudget(use.budget, o.plans.find(({ id }) => id === use.plan)?.fields.budget ?? {});
  });
}

/** The conditions of a task with those of the budgets that it shares with others; what is over hides what is near. */
export function withShared(
  conditions: readonly Condition[],
  marks: readonly BudgetMark[],
  ref: { readonly plan: string; readonly task: string },
): readonly Condition[] {
  const shared = marks.filter(({ use }) => appliesTo(use, ref)).map(conditionOf);
  if (shared.length === 0) return conditions;
  const isOfBudget = ({ kind }: Condition) => kind === 'over-budget' || kind === 'near-budget';
  const all = [...conditions.filter(isOfBudget), ...shared];
  const worst = all.find(({ kind }) => kind === 'over-budget') ?? all[0];
  const others = conditions.filter((condition) => !isOfBudget(condition));
  return worst === undefined ? others : [...others, worst];
}

function conditionOf({ use, at }: BudgetMark): Condition {
  const kind: ConditionKind = use.level === 'over' ? 'over-budget' : 'near-budget';
  return { kind, reason: usedWords(use), since: at, source: `budget:${use.scope}` };
}

/** The scope of the budget that a condition is about, when it is shared with other tasks; else null. */
export function sharedScope({ source }: Pick<Condition, 'source'>): string | null {
  return source.startsWith('budget:') ? source.slice('budget:'.length) : null;
}
