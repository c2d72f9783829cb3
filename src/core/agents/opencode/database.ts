import { tokenKinds } from '../../../contract/usage';
import { countOf, type Fields, fieldsOf, nameOf, parseFields, pathOf, timeOf } from '../recordFields';
import type { RecordSink, UsageRecord } from '../records';
import { answerOf } from './message';
import type { Database, Row } from './sqlite';

/** Of one message; those of answers have less than a thousand characters. */
const longestMessage = 1024 ** 2;

/** What is known of a database from the last time that it was read. */
export class Progress {
  /** How a session was when all of its answers were read, by id. */
  readonly settled = new Map<string, string>();
  /** Messages that cannot change any more, by id. */
  readonly done = new Set<string>();
  /** Reasons, by what was skipped. */
  readonly skipped = new Map<string, string>();
  /** Tokens of answers that were read, by session. */
  readonly told = new Map<string, number>();
}

interface Session {
  readonly id: string;
  readonly parent: string | null;
  readonly directory: string | null;
  readonly created: number;
  /** Tokens of all its answers, as it tells itself; null: it does not. */
  readonly tokens: number | null;
  /** Changes with every answer; null: versions without totals have nothing that does. */
  readonly state: string | null;
}

interface Message {
  readonly id: string;
  /** Its session went on after it. */
  readonly isLeftBehind: boolean;
  /** null: no JSON, or too long. */
  readonly fields: Fields | null;
}

/**
 * Reads the answers in opencode's database (tables `session` and `message`, as of 1.18) that were not read before: a
 * session at work changes the database several times a second, and it may hold years.
 * @param progress is taken further
 * @throws Error it is damaged, or its tables have another form
 */
export function readDatabase(database: Database, progress: Progress, sink: RecordSink): void {
  // What one statement sees, the next one sees too.
  database.exec('BEGIN');
  const sessions = sessionsOf(database);
  // Originals before the copies in forks, which are younger: of what is the same the first is kept.
  for (const session of [...sessions.values()].sort((a, b) => a.created - b.created)) {
    if (session.state !== null && progress.settled.get(session.id) === session.state) continue;
    const found = readSession(database, session, progress);
    for (const record of found) sink.record({ ...record, session: outermost(session.id, sessions) });
  }
  for (const [id, reason] of progress.skipped) sink.skip(`${id}: ${reason}`);
}

/** @returns its answers that were not read before */
function readSession(database: Database, session: Session, progress: Progress): UsageRecord[] {
  const { settled, done, skipped, told } = progress;
  const records: UsageRecord[] = [];
  let isSettled = true;
  for (const { id, isLeftBehind, fields } of newMessages(database, session.id, done)) {
    const isOver = isLeftBehind || isFinished(fields);
    const origin = { id, session: session.id, directory: session.directory, isOver };
    const found = fields === null ? 'it is no JSON, or too long' : answerOf(fields, origin);
    if (isOver) done.add(id);
    else isSettled = false;
    if (typeof found === 'string') skipped.set(id, found);
    else if (found !== null) records.push(found);
  }
  told.set(
    session.id,
    records.reduce((all, { tokens }) => all + sum(tokenKinds.map((kind) => tokens[kind])), told.get(session.id) ?? 0),
  );
  skipped.delete(session.id);
  if (!isSettled) return records;
  const missing = (session.tokens ?? 0) - (told.get(session.id) ?? 0);
  if (missing > 0) skipped.set(session.id, `${missing} of its tokens are told by none of its messages`);
  if (session.state !== null) settled.set(session.id, session.state);
  return records;
}

function sessionsOf(database: Database): Map<string, Session> {
  const sessions = new Map<string, Session>();
  for (const row of database.prepare('SELECT * FROM session').iterate()) {
    const id = nameOf(row.id);
    if (id === null) continue;
    const directory = pathOf(row.directory);
    const created = timeOf(row.time_created) ?? 0;
    sessions.set(id, { id, parent: nameOf(row.parent_id), directory, created, ...totalsOf(row) });
  }
  return sessions;
}

function totalsOf(row: Row): Pick<Session, 'tokens' | 'state'> {
  const told = [
    row.tokens_input,
    row.tokens_output,
    row.tokens_reasoning,
    row.tokens_cache_read,
    row.tokens_cache_write,
  ];
  if (told.some((total) => typeof total !== 'number')) return { tokens: null, state: null };
  const totals = told.flatMap((total) => countOf(total) ?? []);
  return {
    tokens: totals.length === told.length ? sum(totals) : null,
    state: JSON.stringify([row.time_updated, told]),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Those of a session that may tell tokens and were not over when they were read. */
function newMessages(database: Database, session: string, done: Set<string>): Message[] {
  // Told by an index alone: the messages themselves may be long.
  const listed = [...database.prepare('SELECT id, time_created FROM message WHERE session_id = ?').iterate(session)];
  const last = listed.reduce((latest, row) => Math.max(latest, timeOf(row.time_created) ?? 0), 0);
  const one = database.prepare(
    `SELECT instr(data, '"tokens"') > 0 AS tells, CASE WHEN length(data) <= ? THEN data END AS data
     FROM message WHERE id = ?`,
  );
  return listed.flatMap(({ id, time_created }) => {
    if (typeof id !== 'string' || done.has(id)) return [];
    const row = one.get(longestMessage, id);
    if (row?.tells !== 1) {
      done.add(id);
      return [];
    }
    const fields = typeof row.data === 'string' ? parseFields(row.data) : null;
    return [{ id, isLeftBehind: (timeOf(time_created) ?? 0) < last, fields }];
  });
}

/** Whether a message can not change any more by what it says itself. */
function isFinished(fields: Fields | null): boolean {
  return fields === null || fields.role !== 'assistant' || timeOf(fieldsOf(fields.time)?.completed) !== null;
}

/** The session that a subagent's was started by, or that one's. */
function outermost(session: string, sessions: ReadonlyMap<string, Session>): string {
  const passed = new Set([session]);
  let outer = session;
  for (;;) {
    const parent = sessions.get(outer)?.parent ?? null;
    if (parent === null || passed.has(parent)) return outer;
    passed.add(parent);
    outer = parent;
  }
}
