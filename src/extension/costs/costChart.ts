import type { CostGrouping } from '../../contract/usage';
import { mondayOf, weekOf } from '../../core/usage/days';
import type { UsageBucket } from '../../core/usage/parts';
import { budgetTokens, type CostNaming, keyOf } from '../../core/usage/sums';
import type { CostPeriod, CostsChart, CostsSeries } from '../../protocol/costs';
import { dayPlus, firstDayOf } from './costFilter';

/** A year. */
const mostWeeks = 53;
/** Fewer weeks than these look like a mistake. */
const fewestWeeks = 8;
const mostSeries = 5;

/**
 * Sums by week, or by day where a week is all there is to see, each stacked by model, or by what the table groups.
 * @param buckets of the plan, of all days: for today alone the days before it are shown too
 */
export function costChart(
  buckets: readonly UsageBucket[],
  o: { readonly by: CostGrouping; readonly period: CostPeriod; readonly today: string; readonly naming: CostNaming },
): CostsChart {
  const stack = o.by === 'type' || o.by === 'agent' ? o.by : 'model';
  const by = o.period === 'today' || o.period === 'days7' ? 'day' : 'week';
  const columns = by === 'day' ? days(o.today, 7) : weeks(buckets, o.period, o.today);
  const index = new Map(columns.map(({ key }, position) => [key, position]));
  const first = firstDayOf(o.period === 'today' ? 'days7' : o.period, o.today);
  const sums = new Map<string, { priced: boolean; usd: number[]; tokens: number[] }>();
  const week = weeksOfDays();
  let cut = false;
  for (const bucket of buckets) {
    if (first !== null && (bucket.day === null || bucket.day < first)) continue;
    const column = bucket.day === null ? undefined : index.get(by === 'day' ? bucket.day : week(bucket.day));
    if (column === undefined) {
      cut = true;
      continue;
    }
    const key = keyOf(bucket, stack, o.naming);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { priced: false, usd: columns.map(() => 0), tokens: columns.map(() => 0) };
      sums.set(key, sum);
    }
    sum.priced ||= bucket.priced > 0;
    sum.usd[column] = (sum.usd[column] ?? 0) + bucket.usd;
    sum.tokens[column] = (sum.tokens[column] ?? 0) + budgetTokens(bucket.tokens);
  }
  const all = [...sums].map(([key, sum]): CostsSeries => ({ key, ...sum })).sort(byTotal);
  return { by, stack, columns, cut, series: withOthers(all) };
}

/** Thousands of buckets share few days. */
function weeksOfDays(): (day: string) => string {
  const known = new Map<string, string>();
  return (day) => {
    const found = known.get(day) ?? weekOf(day);
    known.set(day, found);
    return found;
  };
}

function days(last: string, count: number): CostsChart['columns'] {
  const all = Array.from({ length: count }, (_, index) => dayPlus(last, index - count + 1));
  return all.map((day) => ({ key: day, from: day }));
}

/** Weeks up to this one: of the period, else since the first record. */
function weeks(buckets: readonly UsageBucket[], period: CostPeriod, today: string): CostsChart['columns'] {
  const oldest = dayPlus(mondayOf(weekOf(today)), -7 * (mostWeeks - 1));
  let first = firstDayOf(period, today);
  if (first === null) {
    first = dayPlus(today, -7 * (fewestWeeks - 1));
    for (const { day } of buckets) if (day !== null && day < first) first = day;
    if (first < oldest) first = oldest;
  }
  const found: { key: string; from: string }[] = [];
  for (let from = mondayOf(weekOf(first)); from <= today; from = dayPlus(from, 7))
    found.push({ key: weekOf(from), from });
  return found;
}

function byTotal(a: CostsSeries, b: CostsSeries): number {
  return total(b.usd) - total(a.usd) || total(b.tokens) - total(a.tokens) || ((a.key ?? '') < (b.key ?? '') ? -1 : 1);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** One series too many is shown all the same: "all others" would be it alone. */
function withOthers(all: readonly CostsSeries[]): readonly CostsSeries[] {
  if (all.length <= mostSeries + 1) return all;
  const others = all.slice(mostSeries);
  const sum = (of: 'usd' | 'tokens') =>
    others[0]?.[of].map((_, column) => total(others.map((each) => each[of][column] ?? 0))) ?? [];
  return [
    ...all.slice(0, mostSeries),
    { key: null, priced: others.some(({ priced }) => priced), usd: sum('usd'), tokens: sum('tokens') },
  ];
}
