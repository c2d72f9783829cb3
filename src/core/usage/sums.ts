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
}

/**
 * One row per key. Days and weeks from the first to the last, everything else from the most expensive on. A row is "at
 * least" where a model has no price or a record of one of its sessions was skipped; rows by agent also where anything of
 * that agent's was skipped, since that belongs to nobody else.
 */
export function costRows(buckets: readonly UsageBucket[], by: CostGrouping, naming: CostNaming): CostRow[] {
  const groups = new Map<string, UsageBucket[]>();
  for (const bucket of buckets) {
    const key = keyOf(bucket, by, naming);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [bucket]);
    else group.push(bucket);
  }
  const incomplete = new Set(by === 'agent' ? naming.skipped?.map(({ agent }) => agent) : []);
  const rows = [...groups].map(([key, group]) => rowOf(key, group, incomplete.has(key)));
  return rows.sort(by === 'day' || by === 'week' ? byKey : byCost);
}

/** Everything in one sum; "at least" as soon as anything was skipped. */
export function totalOf(buckets: readonly UsageBucket[], skipped: readonly SkippedRecord[] = []): CostTotal {
  const { tokens, usd, sessions, unpriced, atLeast } = rowOf('', buckets, skipped.length > 0);
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

function rowOf(key: string, buckets: readonly UsageBucket[], incomplete: boolean): CostRow {
  let tokens = noTokens;
  // Buckets are exact to a billionth of a dollar, and so is their sum, in whatever order they come.
  let nanoUsd = 0;
  let priced = 0;
  let atLeast = incomplete;
  const agents = new Set<string>();
  const models = new Set<string>();
  const unpriced = new Set<string>();
  const sessions = new Set<string>();
  for (const bucket of buckets) {
    tokens = addTokens(tokens, bucket.tokens);
    nanoUsd += Math.round(bucket.usd * 1e9);
    priced += bucket.priced;
    agents.add(bucket.agent);
    models.add(bucket.model ?? 'unknown');
    sessions.add(`${bucket.agent}\n${bucket.session}`);
    if (bucket.priced < bucket.answers) unpriced.add(bucket.model ?? 'unknown');
    if (bucket.priced < bucket.answers || bucket.incomplete === true) atLeast = true;
  }
  return {
    key,
    agents: [...agents].sort(),
    models: [...models].sort(),
    tokens,
    usd: priced === 0 ? null : nanoUsd / 1e9,
    sessions: sessions.size,
    unpriced: [...unpriced].sort(),
    atLeast,
  };
}

function byKey(a: CostRow, b: CostRow): number {
  return a.key < b.key ? -1 : 1;
}

function byCost(a: CostRow, b: CostRow): number {
  return (b.usd ?? -1) - (a.usd ?? -1) || allTokens(b.tokens) - allTokens(a.tokens) || byKey(a, b);
}
