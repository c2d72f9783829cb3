import type { Budget, TaskRef } from '../../../contract/plan';
import type { BudgetLevel, BudgetUse } from '../../../contract/usage';
import { weekOf } from '../../usage/days';
import type { UsageBucket } from '../../usage/parts';
import { budgetTokens } from '../../usage/sums';

/** From these percentages on a budget is nearly used, and used up. */
const nearPercent = 85;
const overPercent = 100;

/** Budgets of the settings; they hold for everything in the repository, whosever task it is. */
export interface PeriodBudgets {
  readonly day?: Budget | undefined;
  readonly week?: Budget | undefined;
}

/** A plan with its tasks, as far as budgets are concerned. */
export interface BudgetedPlan {
  readonly id: string;
  readonly fields: { readonly budget?: Budget | undefined };
  readonly tasks: readonly { readonly ref: TaskRef; readonly fields: { readonly budget?: Budget | undefined } }[];
}

export interface BudgetQuestion {
  readonly plans: readonly BudgetedPlan[];
  readonly periods: PeriodBudgets;
  readonly buckets: readonly UsageBucket[];
  /** Records were skipped, so that more was used than the buckets say. */
  readonly missing: boolean;
  /** `YYYY-MM-DD` in the user's time zone. */
  readonly today: string;
}

/** What was used, summed over buckets. */
class Sum {
  tokens = 0;
  usd = 0;
  answers = 0;
  priced = 0;

  add(bucket: UsageBucket): void {
    this.tokens += budgetTokens(bucket.tokens);
    this.usd += bucket.usd;
    this.answers += bucket.answers;
    this.priced += bucket.priced;
  }

  used(missing: boolean): BudgetUse['used'] {
    const usd = this.answers > 0 && this.priced === 0 ? null : this.usd;
    return { usd, tokens: this.tokens, atLeast: missing || this.priced < this.answers };
  }
}

/**
 * How much of each budget that is set is used: of tasks, then plans, today, this week. A task's and a plan's budget are
 * for all of their time.
 */
export function budgetUses(q: BudgetQuestion): BudgetUse[] {
  const sums = sumUp(q);
  const uses: BudgetUse[] = [];
  const add = (o: BudgetPlace, budget: Budget | undefined, key: string, missing = q.missing) => {
    if (budget === undefined || (budget.usd === undefined && budget.tokens === undefined)) return;
    uses.push(useOf(o, budget, (sums.get(key) ?? new Sum()).used(missing)));
  };
  for (const plan of q.plans) {
    for (const { ref, fields } of plan.tasks) {
      add({ scope: 'task', plan: ref.plan, task: ref.task, period: null }, fields.budget, taskKey(ref));
    }
  }
  for (const { id, fields } of q.plans) {
    add({ scope: 'plan', plan: id, task: null, period: null }, fields.budget, planKey(id));
  }
  // What tells no time may have been used today.
  const missing = q.missing || q.buckets.some(({ day, owner }) => day === null && owner.kind !== 'other');
  const { day, week } = q.periods;
  add({ scope: 'day', plan: null, task: null, period: q.today }, day, 'day', missing);
  add({ scope: 'week', plan: null, task: null, period: weekOf(q.today) }, week, 'week', missing);
  return uses;
}

type BudgetPlace = Pick<BudgetUse, 'scope' | 'plan' | 'task' | 'period'>;

const taskKey = (ref: TaskRef) => `task ${ref.plan}/${ref.task}`;
const planKey = (plan: string) => `plan ${plan}`;

/** One pass over the buckets, since there may be thousands, every other second. */
function sumUp({ buckets, today }: BudgetQuestion): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  const week = weekOf(today);
  const weeks = new Map<string, boolean>();
  const isThisWeek = (day: string) => {
    const known = weeks.get(day) ?? weekOf(day) === week;
    weeks.set(day, known);
    return known;
  };
  const into = (key: string, bucket: UsageBucket) => {
    const sum = sums.get(key) ?? new Sum();
    sum.add(bucket);
    sums.set(key, sum);
  };
  for (const bucket of buckets) {
    const { owner, day } = bucket;
    if (owner.kind === 'other') continue;
    if (owner.kind === 'task') {
      into(taskKey(owner.ref), bucket);
      into(planKey(owner.ref.plan), bucket);
    }
    if (day === today) into('day', bucket);
    if (day !== null && isThisWeek(day)) into('week', bucket);
  }
  return sums;
}

/** A budget held against what was used. */
export function useOf(place: BudgetPlace, budget: Budget, used: BudgetUse['used']): BudgetUse {
  const percent = percentOf(budget, used);
  return { ...place, budget, used, percent, level: levelOf(budget, used, percent) };
}

/** JSON has no infinity; nobody needs to know more exactly. */
const mostPercent = 1_000_000;

/** Of the part that is used most, rounded down; what has no price counts nothing here. */
function percentOf(budget: Budget, used: BudgetUse['used']): number {
  const parts = [partOf(used.usd ?? 0, budget.usd), partOf(used.tokens, budget.tokens)];
  // 1.7 of 2.0 dollars are 85 %, however the machine adds.
  return Math.min(mostPercent, Math.floor(Math.max(...parts) * 100 + 1e-9));
}

function partOf(used: number, limit: number | undefined): number {
  if (limit === undefined) return 0;
  return limit > 0 ? used / limit : Number.POSITIVE_INFINITY;
}

function levelOf(budget: Budget, used: BudgetUse['used'], percent: number): BudgetLevel {
  if (percent >= overPercent) return 'over';
  if (percent >= nearPercent) return 'near';
  return budget.usd !== undefined && used.usd === null ? 'unknown' : 'within';
}

/** Whether a budget holds for a task. */
export function appliesTo(use: Pick<BudgetUse, 'scope' | 'plan' | 'task'>, ref: TaskRef): boolean {
  if (use.scope === 'task') return use.plan === ref.plan && use.task === ref.task;
  return use.scope !== 'plan' || use.plan === ref.plan;
}

/** Names a budget, whatever its value: of two uses with one name the later one counts. */
export function budgetName({
  scope,
  plan,
  task,
  period,
}: Pick<BudgetUse, 'scope' | 'plan' | 'task' | 'period'>): string {
  return [scope, plan ?? '', task ?? '', period ?? ''].join('\0');
}

export function sameBudget(a: Budget, b: Budget): boolean {
  return a.usd === b.usd && a.tokens === b.tokens;
}
