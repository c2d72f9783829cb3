import * as z from 'zod/mini';
import { type TaskRef, type TaskType, taskTypes } from '../../contract/plan';
import type { Tokens } from '../../contract/usage';
import type { Schema } from '../store/schemas';
import type { UsageBucket } from './parts';
import { addTokens, allTokens, noTokens } from './sums';

/** What one model was used for on one day, in a line of the log. */
export interface CostLogRow {
  /** null: not told. */
  readonly model: string | null;
  readonly day: string | null;
  readonly answers: number;
  readonly priced: number;
  readonly tokens: Tokens;
  readonly usd: number;
  /** Milliseconds since 1970. */
  readonly first: number | null;
  readonly last: number | null;
}

/**
 * One line of `cost-log.jsonl`: what a session of a task has used up to then. A later line of the same session and task
 * supersedes the earlier; a day and model of which it knows less (the agent has deleted records since) stays as it was.
 */
export interface CostLine {
  readonly v: 1;
  readonly kind: 'cost';
  /** ISO 8601. */
  readonly at: string;
  readonly plan: string;
  readonly task: string;
  readonly agent: string;
  readonly session: string;
  /** Of the task at that moment; null: it had none. */
  readonly type: TaskType | null;
  /** The one that most tokens went to; null: not told. */
  readonly model: string | null;
  /** Sums of `rows`; null: nothing has a price. */
  readonly tokens: Tokens;
  readonly usd: number | null;
  /** From the first answer to the last. */
  readonly wallMs: number;
  readonly pricesAsOf: string;
  /** IANA name: whose days these are. */
  readonly timeZone: string;
  /** The agent has ended. */
  readonly final: boolean;
  /** The session turned out to be another task's: what was logged of it here counts no more. */
  readonly withdrawn?: boolean | undefined;
  readonly rows: readonly CostLogRow[];
}

const count = z.number().check(z.minimum(0));
const text = z.string();
const textOrNull = z.nullable(text);
const timeOrNull = z.nullable(z.number());
const tokensSchema = z.object({
  input: count,
  output: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  cacheRead: count,
  reasoning: count,
}) satisfies Schema<Tokens>;
const day = z.nullable(z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/)));

export const costLineSchema = z.object({
  v: z.literal(1),
  kind: z.literal('cost'),
  at: text,
  plan: text,
  task: text,
  agent: text,
  session: text,
  type: z.nullable(z.enum(taskTypes)),
  model: textOrNull,
  tokens: tokensSchema,
  usd: z.nullable(count),
  wallMs: count,
  pricesAsOf: text,
  timeZone: text,
  final: z.boolean(),
  withdrawn: z.optional(z.boolean()),
  rows: z.array(
    z.object({
      model: textOrNull,
      day,
      answers: count,
      priced: count,
      tokens: tokensSchema,
      usd: count,
      first: timeOrNull,
      last: timeOrNull,
    }),
  ),
}) satisfies Schema<CostLine>;

/** What a task used in one session: of what a line of the log is made. */
export interface SessionCost {
  readonly ref: TaskRef;
  readonly agent: string;
  readonly session: string;
  readonly rows: readonly CostLogRow[];
}

/** The sessions of tasks among buckets. */
export function sessionCosts(buckets: readonly UsageBucket[]): SessionCost[] {
  const sessions = new Map<string, SessionCost & { rows: CostLogRow[] }>();
  for (const bucket of buckets) {
    if (bucket.owner.kind !== 'task') continue;
    const { agent, session, model, day: on, answers, priced, tokens, usd, first, last } = bucket;
    const { ref } = bucket.owner;
    const key = sessionKey(ref, agent, session);
    const known = sessions.get(key) ?? { ref, agent, session, rows: [] };
    sessions.set(key, known);
    known.rows.push({ model, day: on, answers, priced, tokens, usd, first, last });
  }
  return [...sessions.values()];
}

/** Names a session of a task. No id of a plan or task holds a line break. */
function sessionKey({ plan, task }: TaskRef, agent: string, session: string): string {
  return `${plan}\n${task}\n${agent}\n${session}`;
}

export interface CostLineOptions {
  readonly at: Date;
  readonly type: TaskType | null;
  readonly pricesAsOf: string;
  readonly timeZone: string;
  readonly final: boolean;
}

export function costLine({ ref, agent, session, rows }: SessionCost, o: CostLineOptions): CostLine {
  const tokens = rows.reduce((sum, row) => addTokens(sum, row.tokens), noTokens);
  const nanoUsd = rows.reduce((sum, row) => sum + Math.round(row.usd * 1e9), 0);
  const priced = rows.some((row) => row.priced > 0);
  const times = rows.flatMap(({ first, last }) => (first === null || last === null ? [] : [first, last]));
  const most = rows.reduce<CostLogRow | null>(
    (best, row) => (best === null || allTokens(row.tokens) > allTokens(best.tokens) ? row : best),
    null,
  );
  return {
    v: 1,
    kind: 'cost',
    at: o.at.toISOString(),
    plan: ref.plan,
    task: ref.task,
    agent,
    session,
    type: o.type,
    model: most?.model ?? null,
    tokens,
    usd: priced ? nanoUsd / 1e9 : null,
    wallMs: times.length === 0 ? 0 : Math.max(...times) - Math.min(...times),
    pricesAsOf: o.pricesAsOf,
    timeZone: o.timeZone,
    final: o.final,
    rows,
  };
}

/** What the log knows of a session of a task, all its lines together. */
export interface LoggedSession extends SessionCost {
  readonly type: TaskType | null;
  readonly timeZone: string;
  readonly final: boolean;
}

/** Folds lines in the order in which they were appended. */
export class LoggedCosts {
  readonly #sessions = new Map<string, LoggedSession>();

  add(line: CostLine): void {
    const ref = { plan: line.plan, task: line.task };
    const key = sessionKey(ref, line.agent, line.session);
    if (line.withdrawn === true) {
      this.#sessions.delete(key);
      return;
    }
    const before = this.#sessions.get(key);
    const rows = before === undefined ? line.rows : better(before, line);
    const { agent, session, timeZone, final } = line;
    const type = line.type ?? before?.type ?? null;
    // Days of another time zone cannot be told apart from these: the rows are all of one.
    const zone = before !== undefined && rows === before.rows ? before.timeZone : timeZone;
    this.#sessions.set(key, { ref, agent, session, rows, type, timeZone: zone, final });
  }

  get sessions(): readonly LoggedSession[] {
    return [...this.#sessions.values()];
  }

  session(ref: TaskRef, agent: string, session: string): LoggedSession | null {
    return this.#sessions.get(sessionKey(ref, agent, session)) ?? null;
  }
}

function better(before: LoggedSession, line: CostLine): readonly CostLogRow[] {
  if (before.timeZone !== line.timeZone) return sumOf(line.rows) >= sumOf(before.rows) ? line.rows : before.rows;
  const rows = new Map(before.rows.map((row) => [rowKey(row), row]));
  for (const row of line.rows) {
    const known = rows.get(rowKey(row));
    if (known === undefined || allTokens(row.tokens) >= allTokens(known.tokens)) rows.set(rowKey(row), row);
  }
  return [...rows.values()];
}

function sumOf(rows: readonly { readonly tokens: Tokens }[]): number {
  return rows.reduce((sum, { tokens }) => sum + allTokens(tokens), 0);
}

/** Of the rows of one session. */
function rowKey({ model, day: on }: Pick<CostLogRow, 'model' | 'day'>): string {
  return `${on}\n${model === null ? '' : `=${model}`}`;
}

/**
 * Buckets of agents' records together with what only our log still knows. For each session, model and day of a task the
 * records count as long as they tell as much as the log; where they tell less, the log's figure stands in their place.
 * What the records now credit to another owner is not counted a second time.
 * @param timeZone the one that the buckets' days are of
 */
export function joinLog(
  buckets: readonly UsageBucket[],
  logged: readonly LoggedSession[],
  timeZone: string,
): readonly UsageBucket[] {
  if (logged.length === 0) return buckets;
  const bySession = new Map<string, UsageBucket[]>();
  for (const bucket of buckets) {
    const key = `${bucket.agent}\n${bucket.session}`;
    const known = bySession.get(key);
    if (known === undefined) bySession.set(key, [bucket]);
    else known.push(bucket);
  }
  const replaced = new Set<UsageBucket>();
  const kept: UsageBucket[] = [];
  for (const session of logged) {
    const recorded = bySession.get(`${session.agent}\n${session.session}`) ?? [];
    for (const { own, rows } of lost(session, recorded, session.timeZone === timeZone)) {
      for (const bucket of own) replaced.add(bucket);
      for (const row of rows) kept.push(loggedBucket(session, row));
    }
  }
  if (kept.length === 0) return buckets;
  return [...buckets.filter((bucket) => !replaced.has(bucket)), ...kept];
}

/** The rows of a logged session that the records tell less of, with the buckets in whose place they stand. */
function lost(
  session: LoggedSession,
  recorded: readonly UsageBucket[],
  sameDays: boolean,
): { own: readonly UsageBucket[]; rows: readonly CostLogRow[] }[] {
  const keyOf = (row: Pick<CostLogRow, 'model' | 'day'>) => rowKey(sameDays ? row : { ...row, day: null });
  const groups = new Map<string, CostLogRow[]>();
  for (const row of session.rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return [...groups].flatMap(([key, rows]) => {
    const same = recorded.filter((bucket) => keyOf(bucket) === key);
    const own = same.filter(({ owner }) => owner.kind === 'task' && isSame(owner.ref, session.ref));
    const wanted = sumOf(rows);
    if (sumOf(own) >= wanted) return [];
    return own.length === 0 && sumOf(same) >= wanted ? [] : [{ own, rows }];
  });
}

function loggedBucket({ ref, agent, session }: LoggedSession, row: CostLogRow): UsageBucket {
  return { owner: { kind: 'task', ref }, agent, session, ...row, source: 'log' };
}

function isSame(a: TaskRef, b: TaskRef): boolean {
  return a.plan === b.plan && a.task === b.task;
}
