import type { PricedRecord, RecordFilter, UsageBucket } from '../../core/usage/parts';
import type { CostsRecord } from '../../protocol/costs';

/** More answers than these are only summed. */
export const mostRecords = 200;

/**
 * The newest answers of the buckets that a figure is the sum of, the newest first. Asks by bucket, the one with the
 * latest answer first, until no other can hold a newer one.
 */
export async function figureRecords(
  buckets: readonly UsageBucket[],
  records: (filter: RecordFilter) => Promise<readonly PricedRecord[]>,
): Promise<readonly CostsRecord[]> {
  const latest = (last: number | null) => last ?? Number.NEGATIVE_INFINITY;
  const own = buckets
    .filter(({ source }) => source === 'records')
    .toSorted((a, b) => latest(b.last) - latest(a.last) || 0);
  let found: PricedRecord[] = [];
  for (const { owner, agent, session, model, day, last } of own) {
    const oldest = found.length < mostRecords ? null : (found.at(-1)?.at ?? null);
    if (found.length >= mostRecords && latest(last) <= latest(oldest)) break;
    const filter = { owner, agent, session, model, limit: mostRecords, ...(day === null ? {} : { day }) };
    const more = (await records(filter)).filter(({ at }) => day !== null || at === null);
    found = [...found, ...more]
      // Of one moment what was written last comes first, as it does among all others.
      .sort((a, b) => latest(b.at) - latest(a.at) || (b.line ?? 0) - (a.line ?? 0))
      .slice(0, mostRecords);
  }
  return found.map(({ at, ...rest }) => ({ ...rest, at: isoOf(at) }));
}

/** null for what is no time: clocks jump. */
function isoOf(at: number | null): string | null {
  if (at === null) return null;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
