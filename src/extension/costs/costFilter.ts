import { costGroupings } from '../../contract/usage';
import type { UsageBucket } from '../../core/usage/parts';
import { type CostNaming, keyOf } from '../../core/usage/sums';
import type { CostPeriod, CostsFigure } from '../../protocol/costs';

const dayMs = 86_400_000;

/** A day some days before or after another. @param day `YYYY-MM-DD` */
export function dayPlus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** The first day of a period that ends today; null: there is none. */
export function firstDayOf(period: CostPeriod, today: string): string | null {
  switch (period) {
    case 'today':
      return today;
    case 'days7':
      return dayPlus(today, -6);
    case 'days30':
      return dayPlus(today, -29);
    case 'all':
      return null;
  }
}

/** What tells no day: of a period that is not all of them, it may be part. */
export function untimedOf(buckets: readonly UsageBucket[], period: CostPeriod): readonly UsageBucket[] {
  return period === 'all' ? [] : buckets.filter(({ day }) => day === null);
}

/** What was used in a period, and for a plan where one is named. What tells no day is in no period but all of them. */
export function within(
  buckets: readonly UsageBucket[],
  o: { readonly period: CostPeriod; readonly plan: string | null },
  today: string,
): readonly UsageBucket[] {
  const first = firstDayOf(o.period, today);
  if (first === null && o.plan === null) return buckets;
  return buckets.filter(
    ({ day, owner }) =>
      (first === null || (day !== null && day >= first)) &&
      (o.plan === null || (owner.kind === 'task' && owner.ref.plan === o.plan)),
  );
}

/** What a figure is the sum of. */
export function ofFigure(
  buckets: readonly UsageBucket[],
  figure: CostsFigure,
  naming: CostNaming,
): readonly UsageBucket[] {
  const wanted = costGroupings.flatMap((by) => {
    const key = figure[by];
    return key === undefined ? [] : [{ by, key }];
  });
  return buckets.filter((bucket) => wanted.every(({ by, key }) => keyOf(bucket, by, naming) === key));
}
