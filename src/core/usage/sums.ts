import type { TaskRef, TaskType } from '../../contract/plan';
import {
  type CostGrouping,
  type CostJson,
  type CostRow,
  type SkippedRecord,
  type Tokens,
  tokenKinds,
} from '../../contract/usage';
import { weekOf } from './days';
import type { Owner, UsageBucket } from './parts';

export const noTokens: Tokens = {
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  reasoning: 0,
};

export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    cacheRead: a.cacheRead + b.cacheRead,
    reasoning: a.reasoning + b.reasoning,
  };
}

/** All six kinds. */
export function allTokens(tokens: Tokens): number {
  return tokenKinds.reduce((sum, kind) => sum + tokens[kind], 0);
}

/** What a budget in tokens counts: all but what was read from the cache, which counts in money only. */
export function budgetTokens(tokens: Tokens): number {
  return allTokens(tokens) - tokens.cacheRead;
}

/** Sum of a row or of everything. */
export type CostTotal = CostJson['total'];

/** What sums need to know besides the buckets. */
export interface CostNaming {
  /** null: the task has none, or nobody knows it any more. */
  readonly typeOf: (ref: TaskRef) => TaskType | null;
  /** What was not counted: the sums that it may be missing from are "at least". */
  readonly skipped?: readonly SkippedRecord[] | undefined;
  /** What tells no day, where sums are of some days only: it may be of these. */
  readonly untimed?: readonly UsageBucket[] | undefined;
}

/**
 * One row per key. Days and weeks from the first to the last, everything else from the most expensive on. A row is "at
 * least" where a model has no price or a record of one of its sessions was skipped; rows by agent also where anything of
 * that agent's was skipped, since that belongs to nobody else.
 */
export function costRows(buckets: readonly UsageBucket[], by: CostGrouping, naming: CostNaming): CostRow[] {
  const incomplete = incompleteKeys(by, naming);
  const sums = sumsBy(buckets, (bucket) => keyOf(bucket, by, naming));
  const rows = [...sums].map(([key, sum]) => rowOf(key, sum, incomplete.has(key)));
  return rows.sort(by === 'day' || by === 'week' ? byKey : byCost);
}

/** Rows of which more than their buckets may be known to have been used. */
export function incompleteKeys(by: CostGrouping, naming: CostNaming): ReadonlySet<string> {
  const { skipped = [], untimed = [] } = naming;
  const keys = new Set(untimed.map((bucket) => keyOf(bucket, by, naming)));
  if (by === 'agent') for (const { agent } of skipped) keys.add(agent);
  return keys;
}

/** Everything in one sum; "at least" as soon as anything was skipped, or may belong to it. */
export function totalOf(
  buckets: readonly UsageBucket[],
  { skipped = [], untimed = [] }: Pick<CostNaming, 'skipped' | 'untimed'> = {},
): CostTotal {
  const missing = skipped.length + untimed.length > 0;
  const { tokens, usd, sessions, unpriced, atLeast } = rowOf('', sumOf(buckets), missing);
  return { tokens, usd, sessions, unpriced, atLeast };
}

/** Name of an owner as rows show it. A task's name always has a slash, the others' never. */
export function ownerName(owner: Owner): string {
  return owner.kind === 'task' ? `${owner.ref.plan}/${owner.ref.task}` : owner.kind;
}

/** What a bucket is counted to. */
export function keyOf(bucket: UsageBucket, by: CostGrouping, { typeOf }: CostNaming): string {
  switch (by) {
    case 'task':
      return ownerName(bucket.owner);
    case 'type':
      return (bucket.owner.kind === 'task' ? typeOf(bucket.owner.ref) : null) ?? 'none';
    case 'model':
      return bucket.model ?? 'unknown';
    case 'agent':
      return bucket.agent;
    case 'session':
      return bucket.session;
    case 'day':
      return bucket.day ?? 'unknown';
    case 'week':
      return bucket.day === null ? 'unknown' : weekOf(bucket.day);
  }
}

/** What some buckets come to. */
export interface BucketSum {
  readonly tokens: Tokens;
  /** Buckets are exact to a billionth of a dollar, and so is their sum, in whatever order they come. */
  readonly nanoUsd: number;
  readonly answers: number;
  readonly priced: number;
  readonly agents: ReadonlySet<string>;
  /** `unknown`: not told. */
  readonly models: ReadonlySet<string>;
  readonly unpriced: ReadonlySet<string>;
  readonly sessions: number;
  /** A record of one of its sessions was skipped. */
  readonly incomplete: boolean;
  /** Some of it is known from our own log alone. */
  readonly kept: boolean;
}

/** Sums by key, in one pass: a window adds up a year of hundreds of tasks without a pause that anybody sees. */
export function sumsBy(
  buckets: readonly UsageBucket[],
  keyOf: (bucket: UsageBucket) => string,
): ReadonlyMap<string, BucketSum> {
  const sums = new Map<string, GrowingSum>();
  for (const bucket of buckets) {
    const key = keyOf(bucket);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = new GrowingSum();
      sums.set(key, sum);
    }
    sum.add(bucket);
  }
  return sums;
}

export function sumOf(buckets: readonly UsageBucket[]): BucketSum {
  const sum = new GrowingSum();
  for (const bucket of buckets) sum.add(bucket);
  return sum;
}

class GrowingSum implements BucketSum {
  readonly tokens: { -readonly [kind in keyof Tokens]: number } = { ...noTokens };
  nanoUsd = 0;
  answers = 0;
  priced = 0;
  incomplete = false;
  kept = false;
  readonly agents = new Set<string>();
  readonly models = new Set<string>();
  readonly unpriced = new Set<string>();
  /** By agent: two agents may name their sessions alike. */
  readonly #sessions = new Map<string, Set<string>>();

  add({ agent, session, model, tokens, usd, answers, priced, incomplete, source }: UsageBucket): void {
    this.tokens.input += tokens.input;
    this.tokens.output += tokens.output;
    this.tokens.cacheWrite5m += tokens.cacheWrite5m;
    this.tokens.cacheWrite1h += tokens.cacheWrite1h;
    this.tokens.cacheRead += tokens.cacheRead;
    this.tokens.reasoning += tokens.reasoning;
    this.nanoUsd += Math.round(usd * 1e9);
    this.answers += answers;
    this.priced += priced;
    this.agents.add(agent);
    this.models.add(model ?? 'unknown');
    const known = this.#sessions.get(agent);
    if (known === undefined) this.#sessions.set(agent, new Set([session]));
    else known.add(session);
    if (priced < answers) this.unpriced.add(model ?? 'unknown');
    if (incomplete === true) this.incomplete = true;
    if (source === 'log') this.kept = true;
  }

  get sessions(): number {
    let count = 0;
    for (const each of this.#sessions.values()) count += each.size;
    return count;
  }
}

/** @param missing something that was skipped may belong here */
export function rowOf(key: string, sum: BucketSum, missing: boolean): CostRow {
  const { tokens, nanoUsd, priced, agents, models, unpriced, sessions, incomplete } = sum;
  return {
    key,
    agents: [...agents].sort(),
    models: [...models].sort(),
    tokens,
    usd: priced === 0 ? null : nanoUsd / 1e9,
    sessions,
    unpriced: [...unpriced].sort(),
    // Not by the counts: one bucket's answers without a price must not be made up for by another's.
    atLeast: missing || incomplete || unpriced.size > 0,
  };
}

function byKey(a: CostRow, b: CostRow): number {
  return a.key < b.key ? -1 : 1;
}

function byCost(a: CostRow, b: CostRow): number {
  return (b.usd ?? -1) - (a.usd ?? -1) || allTokens(b.tokens) - allTokens(a.tokens) || byKey(a, b);
}
