import type { TaskRow } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { BudgetUse } from '../../contract/usage';
import { refName } from '../../core/tasks/refs';
import { stateTable } from '../../core/tasks/stateTable';
import type { CostState } from '../../core/tasks/usage/parts';
import { createDays } from '../../core/usage/days';
import type { UsageBucket } from '../../core/usage/parts';
import { budgetTokens } from '../../core/usage/sums';
import type { CostFigure } from './costWords';

/** One repository as far as the status bar is concerned. */
export interface CostSide {
  readonly state: CostState;
  readonly rows: readonly TaskRow[];
  /** The task of this window's worktree. */
  readonly own: TaskRef | null;
}

/** A line of the tooltip's table. */
export interface ShownTask {
  readonly name: string;
  readonly figure: CostFigure;
}

/** What the status bar says of cost. */
export interface ShownCost {
  /** null: nothing was used today. */
  readonly today: CostFigure | null;
  /** Of the plans that it is about; null: they have used nothing. */
  readonly plans: CostFigure | null;
  readonly planNames: readonly string[];
  /** Of these plans, the most expensive first. */
  readonly tasks: readonly ShownTask[];
  /** In the repository and no task's, today; null: nothing. */
  readonly elsewhere: CostFigure | null;
  /** That are nearly used or used up: those of these plans and their tasks, of today and of this week. */
  readonly budgets: readonly BudgetUse[];
  readonly unpriced: readonly string[];
  /** How many files or lines were not counted. */
  readonly skipped: number;
  readonly pricesAsOf: string;
  /** Why the figures are old; null: they are not. */
  readonly failure: string | null;
}

/**
 * What is said of cost in a window: of its own task's plan, or of all plans in which work goes on.
 * @returns null: nothing is known to have been used, or nothing was read yet
 */
export function shownCost(sides: readonly CostSide[], now: Date): ShownCost | null {
  const parts = sides.map((side) => partOf(side, now));
  const today = parts.flatMap((part) => part.today);
  const planned = parts.flatMap((part) => part.planned);
  const skipped = sides.flatMap(({ state }) => state.usage.skipped);
  // A file that could not be read at all may hold anything; a line that could not, its session's buckets tell.
  const missing = skipped.some(({ line }) => line === null);
  const shown: ShownCost = {
    today: figureOf(today, missing || parts.some((part) => part.untimed)),
    plans: figureOf(planned, missing),
    planNames: parts.flatMap(({ plans }) => [...plans]),
    tasks: parts.flatMap((part) => part.tasks).sort(byCost),
    elsewhere: figureOf(
      today.filter(({ owner }) => owner.kind === 'elsewhere'),
      false,
    ),
    budgets: parts.flatMap((part) => part.budgets).sort((a, b) => b.percent - a.percent),
    unpriced: unpricedOf([...today, ...planned]),
    skipped: skipped.length,
    pricesAsOf: sides.map(({ state }) => state.pricesAsOf).sort()[0] ?? '',
    failure: sides.map(({ state }) => state.failure).find((failure) => failure !== undefined) ?? null,
  };
  return shown.today === null && shown.plans === null ? null : shown;
}

function partOf({ state, rows, own }: CostSide, now: Date) {
  const plans = new Set(
    own === null ? rows.filter(({ state: at }) => stateTable[at].wip).map(({ plan }) => plan) : [own.plan],
  );
  const day = createDays(state.timeZone)(now.getTime());
  const today: UsageBucket[] = [];
  let untimed = false;
  const byTask = new Map<string, UsageBucket[]>();
  for (const bucket of state.usage.buckets) {
    if (bucket.owner.kind === 'other') continue;
    if (bucket.day === day) today.push(bucket);
    // It may be of today.
    else if (bucket.day === null) untimed = true;
    if (bucket.owner.kind !== 'task' || !plans.has(bucket.owner.ref.plan)) continue;
    const name = refName(bucket.owner.ref);
    const known = byTask.get(name);
    if (known === undefined) byTask.set(name, [bucket]);
    else known.push(bucket);
  }
  const titles = new Map(rows.map((row) => [refName(row), row.title]));
  const tasks = [...byTask].flatMap(([name, buckets]) => {
    const figure = figureOf(buckets, false);
    return figure === null ? [] : [{ name: titles.get(name) || name, figure }];
  });
  const budgets = state.budgets.filter(
    ({ level, scope, plan }) =>
      (level === 'near' || level === 'over') && (scope === 'day' || scope === 'week' || plans.has(plan ?? '')),
  );
  return { plans, today, untimed, planned: [...byTask.values()].flat(), tasks, budgets };
}

/** By hand, since the thread of a window waits for it: there may be thousands of buckets. */
function figureOf(buckets: readonly UsageBucket[], missing: boolean): CostFigure | null {
  if (buckets.length === 0) return null;
  let [usd, tokens, priced, atLeast] = [0, 0, 0, missing];
  for (const bucket of buckets) {
    usd += bucket.usd;
    tokens += budgetTokens(bucket.tokens);
    priced += bucket.priced;
    if (bucket.priced < bucket.answers || bucket.incomplete === true) atLeast = true;
  }
  // To a billionth of a dollar, in which buckets are exact.
  return { usd: priced === 0 ? null : Math.round(usd * 1e9) / 1e9, tokens, atLeast };
}

function unpricedOf(buckets: readonly UsageBucket[]): string[] {
  const models = new Set<string>();
  for (const { model, priced, answers } of buckets) if (priced < answers) models.add(model ?? 'unknown');
  return [...models].sort();
}

function byCost(a: ShownTask, b: ShownTask): number {
  return (b.figure.usd ?? -1) - (a.figure.usd ?? -1) || b.figure.tokens - a.figure.tokens;
}
