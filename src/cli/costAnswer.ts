import type { TaskRef, TaskType } from '../contract/plan';
import { type CostGrouping, type CostJson, costGroupings, type SkippedRecord } from '../contract/usage';
import type { Owner, PricedRecord, RecordFilter, UsageAnswer, UsageBucket } from '../core/usage/parts';
import { costRows, ownerName, totalOf } from '../core/usage/sums';
import { costText, recordsText, skippedText } from './costText';
import { UsageError } from './exitCodes';
import { note, print, printJson } from './output';

/** Options of `cost` as they are typed. */
export interface CostFlags {
  readonly by?: string | undefined;
  readonly all?: boolean | undefined;
  readonly since?: string | undefined;
  readonly records?: boolean | undefined;
}

/** What of them decides the answer's form. */
export interface CostForm {
  readonly by: CostGrouping;
  /** `YYYY-MM-DD`; null: from the beginning. */
  readonly since: string | null;
  readonly records: boolean;
  readonly json: boolean;
}

/** @throws UsageError */
export function costForm(flags: CostFlags, json: boolean): CostForm {
  const by = costGroupings.find((name) => name === (flags.by ?? 'task'));
  if (by === undefined)
    throw new UsageError(`${JSON.stringify(flags.by)} is nothing to group by: write ${costGroupings.join(', ')}.`);
  const since = flags.since ?? null;
  if (since !== null && !isDay(since))
    throw new UsageError(`${JSON.stringify(since)} is no day: write it as 2026-11-21.`);
  return { by, since, records: flags.records === true, json };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** What is known of cost, as the one who read it gives it. */
export interface KnownCost {
  readonly usage: Pick<UsageAnswer, 'buckets' | 'quotas' | 'skipped'>;
  readonly pricesAsOf: string;
  readonly typeOf: (ref: TaskRef) => TaskType | null;
  /** The answers behind these buckets, the newest first. */
  readonly records: (buckets: readonly UsageBucket[]) => Promise<readonly PricedRecord[]>;
}

/** Prints the answer; what was not counted is named on standard error. */
export async function printCost(form: CostForm, { usage, pricesAsOf, typeOf, records }: KnownCost): Promise<void> {
  const { quotas, skipped } = usage;
  const buckets = usage.buckets.filter(({ day }) => form.since === null || (day !== null && day >= form.since));
  const untimed = form.since === null ? [] : usage.buckets.filter(({ day }) => day === null);
  const naming = { typeOf, skipped, untimed };
  const json: CostJson = {
    rows: costRows(buckets, form.by, naming),
    total: totalOf(buckets, naming),
    pricesAsOf,
    skipped,
    quotas,
  };
  const behind = form.records ? await records(buckets) : null;
  if (form.json) return await printJson(behind === null ? json : { ...json, records: behind });
  tellSkipped(skipped);
  await print(behind === null ? costText(json, form) : recordsText(behind, keptOf(buckets), json));
}

/** How many answers are known from our own log alone. */
function keptOf(buckets: readonly UsageBucket[]): number {
  return buckets.reduce((count, { source, answers }) => (source === 'log' ? count + answers : count), 0);
}

function tellSkipped(skipped: readonly SkippedRecord[]): void {
  for (const line of skippedText(skipped)) note(line);
}

/** The answers of a meter that are behind any of these buckets, the newest first. */
export async function recordsBehind(
  records: (filter: Pick<RecordFilter, 'owner' | 'limit'>) => Promise<readonly PricedRecord[]>,
  buckets: readonly UsageBucket[],
  dayOf: (at: number) => string | null,
): Promise<readonly PricedRecord[]> {
  // By owner: one session may have worked for several on one day.
  const wanted = new Map<string, { readonly owner: Owner; readonly keys: Set<string> }>();
  for (const { owner, agent, session, model, day, source } of buckets) {
    if (source === 'log') continue;
    const known = wanted.get(ownerName(owner)) ?? { owner, keys: new Set() };
    wanted.set(ownerName(owner), known);
    known.keys.add(`${agent}\n${session}\n${day}\n${model}`);
  }
  const found: PricedRecord[] = [];
  for (const { owner, keys } of wanted.values()) {
    for (const record of await records({ owner, limit: Number.MAX_SAFE_INTEGER })) {
      const { agent, session, model, at } = record;
      if (keys.has(`${agent}\n${session}\n${at === null ? null : dayOf(at)}\n${model}`)) found.push(record);
    }
  }
  return wanted.size === 1 ? found : found.sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
}
