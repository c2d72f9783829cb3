import type { CostGrouping, ModelMismatch } from '../../contract/usage';
import { refName } from '../../core/tasks/refs';
import type { CostState } from '../../core/tasks/usage/parts';
import { createDays, mondayOf } from '../../core/usage/days';
import type { UsageBucket } from '../../core/usage/parts';
import {
  addTokens,
  type BucketSum,
  budgetTokens,
  type CostNaming,
  incompleteKeys,
  keyOf,
  noTokens,
  rowOf,
  sumOf,
  sumsBy,
} from '../../core/usage/sums';
import {
  type CostColumn,
  type CostsCategory,
  type CostsData,
  type CostsEstimate,
  type CostsRecords,
  type CostsRow,
  type CostsSum,
  type CostsUnpriced,
  type CostsView,
  mostSkipped,
} from '../../protocol/costs';
import { costChart } from './costChart';
import { untimedOf, within } from './costFilter';

/** What is known besides the figures themselves. */
export interface CostFacts {
  readonly state: CostState;
  readonly now: Date;
  readonly plans: readonly { readonly id: string; readonly title: string | null }[];
  /** Titles of tasks by `plan/task`. */
  readonly titles: ReadonlyMap<string, string>;
  readonly typeOf: CostNaming['typeOf'];
  /** Tasks on models of another tier than the rules name, in these buckets. */
  readonly mismatchesOf: (buckets: readonly UsageBucket[]) => readonly ModelMismatch[];
  readonly estimatesOf: () => readonly CostsEstimate[];
  /** The answers behind `view.figure`. */
  readonly records: CostsRecords | null;
}

const mostCategories = 5;

/** All that the panel shows of what was used, for what its reader looks at. */
export function renderCosts(facts: CostFacts, view: CostsView): CostsData {
  const steps = renderSteps(facts, view);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** The same in steps that are short on the thread of a window, however much was used: it breathes at each `yield`. */
export function* renderSteps(facts: CostFacts, view: CostsView): Generator<undefined, CostsData> {
  const { state } = facts;
  const { skipped } = state.usage;
  const plans = planList(facts);
  const plan = plans.some(({ id }) => id === view.plan) ? view.plan : null;
  const shown: CostsView = { ...view, plan };
  const today = todayOf(facts);
  const ofPlan = within(state.usage.buckets, { period: 'all', plan }, today);
  const buckets = within(ofPlan, { period: view.period, plan: null }, today);
  const untimed = untimedOf(ofPlan, view.period);
  const naming: CostNaming = { typeOf: facts.typeOf, skipped, untimed };
  yield;
  const total = figures(sumOf(buckets), skipped.length + untimed.length > 0);
  yield;
  const rows = rowsOf(buckets, shown, naming, facts, total);
  yield;
  const chart = costChart(ofPlan, { by: view.by, period: view.period, today, naming });
  yield;
  const categories = categoriesOf(buckets, naming, total);
  yield;
  const mismatches = facts.mismatchesOf(buckets);
  yield;
  const estimates = facts.estimatesOf();
  yield;
  return {
    ...{ view: shown, at: state.at, pricesAsOf: state.pricesAsOf, failure: state.failure ?? null, plans, total },
    ...cutRows(rows, view.rows),
    ...{ chart, categories, mismatches, estimates },
    budgets: state.budgets,
    quotas: state.usage.quotas,
    unpriced: unpricedOf(buckets),
    skipped: skipped.slice(0, mostSkipped),
    skippedCount: skipped.length,
    records: facts.records,
  };
}

/** Of what type a task is, as far as it is known. */
export function typeLookup({ types }: Pick<CostState, 'types'>): CostNaming['typeOf'] {
  return (ref) => {
    const name = refName(ref);
    return Object.hasOwn(types, name) ? (types[name] ?? null) : null;
  };
}

/** Today where the user is. */
export function todayOf({ state, now }: Pick<CostFacts, 'state' | 'now'>): string {
  return createDays(state.timeZone)(now.getTime()) ?? now.toISOString().slice(0, 10);
}

/** The plans that something was used for. */
function planList({ state, plans }: CostFacts): CostsData['plans'] {
  const used = new Set<string>();
  for (const { owner } of state.usage.buckets) if (owner.kind === 'task') used.add(owner.ref.plan);
  const titles = new Map(plans.map(({ id, title }) => [id, title]));
  return [...used].sort().map((id) => ({ id, title: titles.get(id) ?? id }));
}

function figures(sum: BucketSum, missing: boolean): CostsSum {
  const { tokens, usd, atLeast, sessions } = rowOf('', sum, missing);
  // Of nothing everything is known: it is not without a price.
  return { tokens, usd: sum.answers === 0 ? 0 : usd, atLeast, sessions, answers: sum.answers };
}

function shareOf(sum: Pick<CostsSum, 'tokens' | 'usd'>, total: Pick<CostsSum, 'tokens' | 'usd'>): number {
  if (total.usd !== null && total.usd > 0) return (sum.usd ?? 0) / total.usd;
  const all = budgetTokens(total.tokens);
  return all === 0 ? 0 : budgetTokens(sum.tokens) / all;
}

function rowsOf(
  buckets: readonly UsageBucket[],
  view: CostsView,
  naming: CostNaming,
  facts: CostFacts,
  total: Pick<CostsSum, 'tokens' | 'usd'>,
): CostsRow[] {
  const incomplete = incompleteKeys(view.by, naming);
  const sums = sumsBy(buckets, (bucket) => keyOf(bucket, view.by, naming));
  const rows = [...sums].map(([key, sum]): CostsRow => {
    const { tokens, usd, atLeast, sessions, agents, models, unpriced } = rowOf(key, sum, incomplete.has(key));
    const title = titleOf(key, view.by, facts);
    const { answers, kept } = sum;
    const share = shareOf({ tokens, usd }, total);
    return { key, title, tokens, usd, atLeast, sessions, answers, agents, models, unpriced, share, kept };
  });
  return sorted(rows, view.sort);
}

function titleOf(key: string, by: CostGrouping, { titles }: CostFacts): string | null {
  if (by === 'week') return key === 'unknown' ? null : mondayOf(key);
  return by === 'task' ? (titles.get(key) ?? null) : null;
}

function sorted(rows: readonly CostsRow[], { column, descending }: CostsView['sort']): CostsRow[] {
  const sign = descending ? -1 : 1;
  const byName = (a: CostsRow, b: CostsRow) => names.compare(a.title ?? a.key, b.title ?? b.key);
  if (column === 'name') return rows.toSorted((a, b) => sign * byName(a, b));
  const value = measures[column];
  return rows.toSorted((a, b) => sign * (value(a) - value(b)) || byName(a, b));
}

const names = new Intl.Collator('en', { numeric: true });

/** What columns are sorted by; what has no price stands below everything that has one. */
const measures: Readonly<Record<Exclude<CostColumn, 'name'>, (row: CostsRow) => number>> = {
  usd: ({ usd }) => usd ?? -1,
  tokens: ({ tokens }) => budgetTokens(tokens),
  input: ({ tokens }) => tokens.input,
  output: ({ tokens }) => tokens.output + tokens.reasoning,
  cacheWrite: ({ tokens }) => tokens.cacheWrite5m + tokens.cacheWrite1h,
  cacheRead: ({ tokens }) => tokens.cacheRead,
  sessions: ({ sessions }) => sessions,
  models: ({ models }) => models.length,
};

function cutRows(rows: readonly CostsRow[], most: number): Pick<CostsData, 'rows' | 'rest'> {
  const rest = rows.slice(most);
  return { rows: rows.slice(0, most), rest: rest.length === 0 ? null : { rows: rest.length, sum: added(rest) } };
}

/** A session that several rows share is counted in each of them. */
function added(rows: readonly CostsRow[]): CostsSum {
  const priced = rows.flatMap(({ usd }) => (usd === null ? [] : [usd]));
  return {
    tokens: rows.reduce((sum, { tokens }) => addTokens(sum, tokens), noTokens),
    usd: priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0),
    atLeast: rows.some(({ atLeast }) => atLeast),
    sessions: rows.reduce((sum, { sessions }) => sum + sessions, 0),
    answers: rows.reduce((sum, { answers }) => sum + answers, 0),
  };
}

/** Types of tasks; what is no task's is none. */
function categoriesOf(
  buckets: readonly UsageBucket[],
  naming: CostNaming,
  total: Pick<CostsSum, 'tokens' | 'usd'>,
): CostsCategory[] {
  const ofTasks = buckets.filter(({ owner }) => owner.kind === 'task');
  const tasks = new Map<string, Set<string>>();
  const sums = sumsBy(ofTasks, (bucket) => {
    const type = keyOf(bucket, 'type', naming);
    const known = tasks.get(type);
    const name = keyOf(bucket, 'task', naming);
    if (known === undefined) tasks.set(type, new Set([name]));
    else known.add(name);
    return type;
  });
  const all = [...sums].map(([type, sum]): CostsCategory => {
    const said = figures(sum, false);
    return { type, tasks: tasks.get(type)?.size ?? 0, sum: said, share: shareOf(said, total) };
  });
  return all.sort((a, b) => b.share - a.share || (a.type < b.type ? -1 : 1)).slice(0, mostCategories);
}

function unpricedOf(buckets: readonly UsageBucket[]): CostsUnpriced[] {
  const found = new Map<string, { agents: Set<string>; answers: number; tokens: number }>();
  for (const { model, agent, answers, priced, tokens } of buckets) {
    if (priced >= answers) continue;
    const name = model ?? 'unknown';
    const known = found.get(name) ?? { agents: new Set(), answers: 0, tokens: 0 };
    known.agents.add(agent);
    known.answers += answers - priced;
    known.tokens += budgetTokens(tokens);
    found.set(name, known);
  }
  return [...found]
    .map(([model, { agents, answers, tokens }]) => ({ model, agents: [...agents].sort(), answers, tokens }))
    .sort((a, b) => b.tokens - a.tokens || (a.model < b.model ? -1 : 1));
}
