import type { CostGrouping, CostRow, ModelMismatch } from '../../contract/usage';
import { refName } from '../../core/tasks/context';
import type { CostState } from '../../core/tasks/usage/parts';
import { createDays, mondayOf } from '../../core/usage/days';
import type { UsageBucket } from '../../core/usage/parts';
import { addTokens, budgetTokens, type CostNaming, costRows, keyOf, noTokens, totalOf } from '../../core/usage/sums';
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
import { within } from './costFilter';

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
  readonly estimates: readonly CostsEstimate[];
  /** The answers behind `view.figure`. */
  readonly records: CostsRecords | null;
}

const mostCategories = 5;

/** All that the panel shows of what was used, for what its reader looks at. */
export function renderCosts(facts: CostFacts, view: CostsView): CostsData {
  const { state } = facts;
  const { skipped } = state.usage;
  const plans = planList(facts);
  const plan = plans.some(({ id }) => id === view.plan) ? view.plan : null;
  const shown: CostsView = { ...view, plan };
  const today = todayOf(facts);
  const ofPlan = within(state.usage.buckets, { period: 'all', plan }, today);
  const buckets = within(ofPlan, { period: view.period, plan: null }, today);
  const naming: CostNaming = { typeOf: facts.typeOf, skipped };
  const total = { ...totalOf(buckets, skipped), answers: answersOf(buckets) };
  const rows = rowsOf(buckets, shown, naming, facts, total);
  return {
    view: shown,
    at: state.at,
    pricesAsOf: state.pricesAsOf,
    plans,
    total: sumOf(total, total.answers),
    ...cutRows(rows, view.rows),
    chart: costChart(ofPlan, { by: view.by, period: view.period, today, naming }),
    categories: categoriesOf(buckets, naming, total),
    mismatches: facts.mismatchesOf(buckets),
    estimates: facts.estimates,
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
  const used = new Set(state.usage.buckets.flatMap(({ owner }) => (owner.kind === 'task' ? [owner.ref.plan] : [])));
  const titles = new Map(plans.map(({ id, title }) => [id, title]));
  return [...used].sort().map((id) => ({ id, title: titles.get(id) ?? id }));
}

function answersOf(buckets: readonly UsageBucket[]): number {
  return buckets.reduce((sum, { answers }) => sum + answers, 0);
}

function sumOf(row: Pick<CostRow, 'tokens' | 'usd' | 'atLeast' | 'sessions'>, answers: number): CostsSum {
  const { tokens, usd, atLeast, sessions } = row;
  return { tokens, usd, atLeast, sessions, answers };
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
  const more = new Map<string, { answers: number; kept: boolean }>();
  for (const bucket of buckets) {
    const key = keyOf(bucket, view.by, naming);
    const known = more.get(key) ?? { answers: 0, kept: false };
    known.answers += bucket.answers;
    known.kept ||= bucket.source === 'log';
    more.set(key, known);
  }
  const rows = costRows(buckets, view.by, naming).map((row): CostsRow => {
    const { key, agents, models, unpriced } = row;
    const { answers = 0, kept = false } = more.get(key) ?? {};
    const title = titleOf(key, view.by, facts);
    return { ...sumOf(row, answers), key, title, agents, models, unpriced, share: shareOf(row, total), kept };
  });
  return sorted(rows, view.sort);
}

function titleOf(key: string, by: CostGrouping, { titles }: CostFacts): string | null {
  if (by === 'week') return key === 'unknown' ? null : mondayOf(key);
  return by === 'task' ? (titles.get(key) ?? null) : null;
}

function sorted(rows: readonly CostsRow[], { column, descending }: CostsView['sort']): CostsRow[] {
  const sign = descending ? -1 : 1;
  const names = new Intl.Collator('en', { numeric: true });
  const byName = (a: CostsRow, b: CostsRow) => names.compare(a.title ?? a.key, b.title ?? b.key);
  if (column === 'name') return rows.toSorted((a, b) => sign * byName(a, b));
  const value = measures[column];
  return rows.toSorted((a, b) => sign * (value(a) - value(b)) || byName(a, b));
}

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
  const answers = new Map<string, number>();
  for (const bucket of ofTasks) {
    const type = keyOf(bucket, 'type', naming);
    const known = tasks.get(type) ?? new Set();
    tasks.set(type, known.add(keyOf(bucket, 'task', naming)));
    answers.set(type, (answers.get(type) ?? 0) + bucket.answers);
  }
  return costRows(ofTasks, 'type', naming)
    .slice(0, mostCategories)
    .map((row) => ({
      type: row.key,
      tasks: tasks.get(row.key)?.size ?? 0,
      sum: sumOf(row, answers.get(row.key) ?? 0),
      share: shareOf(row, total),
    }));
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
