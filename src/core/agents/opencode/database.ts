import { type Fields, nameOf, parseFields, pathOf, timeOf } from '../recordFields';
import type { RecordSink, UsageRecord } from '../records';
import { answerOf } from './message';
import type { Database } from './sqlite';

/** Of one message; those of answers have less than a thousand characters. */
const longestMessage = 1024 ** 2;

interface Session {
  readonly parent: string | null;
  readonly directory: string | null;
  readonly created: number;
}

interface Message {
  readonly id: string | null;
  readonly session: string | null;
  readonly created: number;
  readonly fields: Fields;
}

/**
 * Reads the answers in opencode's database (tables `session` and `message`, as of 1.18).
 * @throws Error it is damaged, or its tables have another form
 */
export function readDatabase(database: Database, sink: RecordSink): void {
  const sessions = sessionsOf(database);
  const messages = messagesOf(database, sink);
  const lastOf = new Map<string | null, number>();
  for (const { session, created } of messages) lastOf.set(session, Math.max(created, lastOf.get(session) ?? 0));
  // Originals before the copies in forks of their sessions, which are younger.
  const age = ({ session }: Message): number => (session === null ? undefined : sessions.get(session))?.created ?? 0;
  const seen = new Set<string>();
  for (const message of messages.sort((a, b) => age(a) - age(b))) {
    const { id, session, created, fields } = message;
    const directory = session === null ? null : (sessions.get(session)?.directory ?? null);
    const isOver = created < (lastOf.get(session) ?? 0);
    const found = answerOf(fields, { id, session, directory, isOver });
    if (found === null) continue;
    if (typeof found === 'string') sink.skip(`${id ?? 'a message'}: ${found}`);
    else if (!seen.has(found.key)) {
      seen.add(found.key);
      sink.record({ ...found, session: outermost(found.session, sessions) } satisfies UsageRecord);
    }
  }
}

function sessionsOf(database: Database): Map<string, Session> {
  const sessions = new Map<string, Session>();
  for (const row of database.prepare('SELECT id, parent_id, directory, time_created FROM session').iterate()) {
    const id = nameOf(row.id);
    if (id === null) continue;
    const created = timeOf(row.time_created) ?? 0;
    sessions.set(id, { parent: nameOf(row.parent_id), directory: pathOf(row.directory), created });
  }
  return sessions;
}

/** Those that tell tokens: the others may be long and are left in the database. */
function messagesOf(database: Database, sink: RecordSink): Message[] {
  const rows = database
    .prepare(
      `SELECT id, session_id, time_created, CASE WHEN length(data) <= ? THEN data END AS data
       FROM message WHERE instr(data, '"tokens"') > 0`,
    )
    .iterate(longestMessage);
  const messages: Message[] = [];
  for (const row of rows) {
    const id = nameOf(row.id);
    const fields = typeof row.data === 'string' ? parseFields(row.data) : null;
    if (fields === null) sink.skip(`${id ?? 'a message'}: it is no JSON, or too long`);
    else messages.push({ id, session: nameOf(row.session_id), created: timeOf(row.time_created) ?? 0, fields });
  }
  return messages;
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
