import * as z from 'zod/mini';
import { type TaskType, taskTypes } from '../../../contract/plan';
import type { BudgetUse, Quota, SkippedRecord } from '../../../contract/usage';
import { budgetUseSchema, type Schema } from '../../store/schemas';
import type { Owner, UsageBucket } from '../../usage/parts';
import { ownerName } from '../../usage/sums';
import type { CostState } from './parts';

/**
 * `usage/current.json`: cost as the window that has the duty knows it. A year of a busy repository is thousands of
 * buckets, which are read and written on the thread of a window: so each is a row of numbers, `bucketWidth` of them, and
 * what is text in it is a place in `texts` (-1: null).
 */
export interface CostsDocument {
  readonly v: 1;
  readonly at: string;
  readonly pricesAsOf: string;
  readonly timeZone: string;
  readonly failure: string | null;
  readonly texts: readonly string[];
  readonly buckets: readonly number[];
  readonly budgets: readonly BudgetUse[];
  readonly types: Readonly<Record<string, TaskType>>;
  readonly quotas: readonly Quota[];
  readonly skipped: readonly SkippedRecord[];
  readonly timing: CostState['usage']['timing'];
}

/** Owner, agent, session, model, day, answers, the six kinds of tokens, usd, priced, first, last, flags. */
const bucketWidth = 17;
/** Of `first` and `last`: no time was told. */
const noTime = -1;
const flags = { log: 1, incomplete: 2 } as const;

const text = z.string();
const textOrNull = z.nullable(text);
const number = z.number();

/** One check of the whole list: a schema of each of its numbers takes many times as long. */
const numbers = z.custom<readonly number[]>(
  (value) => Array.isArray(value) && value.length % bucketWidth === 0 && value.every((each) => Number.isFinite(each)),
  'a list of whole rows of numbers',
);

const quotaSchema = z.object({
  agent: text,
  plan: textOrNull,
  at: text,
  windows: z.array(z.object({ minutes: z.nullable(number), usedPercent: number, resetsAt: textOrNull })),
}) satisfies Schema<Quota>;
const skippedSchema = z.object({
  agent: text,
  file: text,
  line: z.nullable(number),
  reason: text,
}) satisfies Schema<SkippedRecord>;

export const costsDocumentSchema = z.object({
  v: z.literal(1),
  at: text,
  pricesAsOf: text,
  timeZone: text,
  failure: textOrNull,
  texts: z.array(text),
  buckets: numbers,
  budgets: z.array(budgetUseSchema),
  types: z.record(text, z.enum(taskTypes)),
  quotas: z.array(quotaSchema),
  skipped: z.array(skippedSchema),
  timing: z.object({ ms: number, files: number, bytes: number }),
}) satisfies Schema<CostsDocument>;

/** Cost in the form in which it is kept for other windows. */
export function encodeCosts(state: CostState): CostsDocument {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (value: string | null): number => {
    if (value === null) return -1;
    const place = places.get(value) ?? texts.push(value) - 1;
    places.set(value, place);
    return place;
  };
  // Buckets of one owner share its object as a rule: then its name is made once.
  const owners = new Map<Owner, number>();
  const ownerPlace = (owner: Owner): number => {
    const place = owners.get(owner) ?? placeOf(ownerName(owner));
    owners.set(owner, place);
    return place;
  };
  const buckets: number[] = [];
  for (const each of state.usage.buckets) {
    const { tokens } = each;
    buckets.push(
      ownerPlace(each.owner),
      placeOf(each.agent),
      placeOf(each.session),
      placeOf(each.model),
      placeOf(each.day),
      each.answers,
      tokens.input,
      tokens.output,
      tokens.cacheWrite5m,
      tokens.cacheWrite1h,
      tokens.cacheRead,
      tokens.reasoning,
      each.usd,
      each.priced,
      each.first ?? noTime,
      each.last ?? noTime,
      (each.source === 'log' ? flags.log : 0) + (each.incomplete === true ? flags.incomplete : 0),
    );
  }
  const { at, pricesAsOf, timeZone, budgets, types, usage } = state;
  const { quotas, skipped, timing } = usage;
  const failure = state.failure ?? null;
  return { v: 1, at, pricesAsOf, timeZone, failure, texts, buckets, budgets, types, quotas, skipped, timing };
}

/** Cost as it was encoded; null when the parts do not fit together. */
export function decodeCosts(document: CostsDocument): CostState | null {
  const { texts, at, pricesAsOf, timeZone, budgets, types, quotas, skipped, timing, failure } = document;
  const owners = texts.map(ownerOf);
  const buckets: UsageBucket[] = [];
  for (let row = 0; row < document.buckets.length; row += bucketWidth) {
    const bucket = bucketAt(document.buckets, row, texts, owners);
    if (bucket === null) return null;
    buckets.push(bucket);
  }
  const usage = { buckets, quotas, skipped, timing };
  return { at, pricesAsOf, timeZone, budgets, types, usage, ...(failure === null ? {} : { failure }) };
}

/** null: a text is not there. Plain indexing: there are thousands of these, and a window waits for them. */
function bucketAt(
  rows: readonly number[],
  row: number,
  texts: readonly string[],
  owners: readonly (Owner | null)[],
): UsageBucket | null {
  const owner = owners[rows[row] ?? -1] ?? null;
  const agent = texts[rows[row + 1] ?? -1];
  const session = texts[rows[row + 2] ?? -1];
  const model = textAt(texts, rows[row + 3]);
  const day = textAt(texts, rows[row + 4]);
  if (owner === null || agent === undefined || session === undefined || model === undefined || day === undefined)
    return null;
  const flag = rows[row + 16] ?? 0;
  const bucket: UsageBucket = {
    owner,
    agent,
    session,
    model,
    day,
    answers: rows[row + 5] ?? 0,
    tokens: {
      input: rows[row + 6] ?? 0,
      output: rows[row + 7] ?? 0,
      cacheWrite5m: rows[row + 8] ?? 0,
      cacheWrite1h: rows[row + 9] ?? 0,
      cacheRead: rows[row + 10] ?? 0,
      reasoning: rows[row + 11] ?? 0,
    },
    usd: rows[row + 12] ?? 0,
    priced: rows[row + 13] ?? 0,
    first: timeOf(rows[row + 14]),
    last: timeOf(rows[row + 15]),
    source: (flag & flags.log) === 0 ? 'records' : 'log',
  };
  return (flag & flags.incomplete) === 0 ? bucket : { ...bucket, incomplete: true };
}

/** undefined: no place of these texts. */
function textAt(texts: readonly string[], place = -2): string | null | undefined {
  return place === -1 ? null : texts[place];
}

function timeOf(value = noTime): number | null {
  return value === noTime ? null : value;
}

/** null: no owner's name. One object for all buckets of an owner. */
function ownerOf(name: string): Owner | null {
  if (name === 'elsewhere' || name === 'other') return { kind: name };
  const slash = name.indexOf('/');
  if (slash <= 0) return null;
  return { kind: 'task', ref: { plan: name.slice(0, slash), task: name.slice(slash + 1) } };
}
