// Run by a Node that has SQLite: makes databases as opencode does and reads them, each as told on standard input.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { opencodeRecords } from '../../../src/core/agents/opencode/records';
import { readWhole, type WholeReader } from './recordSupport';

/** One database: its rows, and what is the matter with it. */
export interface DatabaseCase {
  readonly sessions: readonly object[];
  readonly messages: readonly object[];
  /** `live`: opencode is still at work in it, everything stands in the write-ahead log. */
  readonly state: 'closed' | 'live' | 'damaged' | 'other tables';
}

interface Writer {
  exec(sql: string): void;
  prepare(sql: string): { run(values: object): void };
  close(): void;
}

// As opencode 1.18 makes them, the columns that are read.
const tables = `
  CREATE TABLE session (id text PRIMARY KEY, parent_id text, directory text NOT NULL, time_created integer NOT NULL);
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL, data text NOT NULL);
`;

const folder = process.argv[2] ?? '';
const cases = JSON.parse(readFileSync(0, 'utf8')) as DatabaseCase[];
const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as unknown as {
  DatabaseSync: new (file: string) => Writer;
};

const results = cases.map(({ sessions, messages, state }, n) => {
  const file = path.join(folder, `${n}.db`);
  const writer = new DatabaseSync(file);
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;');
  writer.exec(state === 'other tables' ? 'CREATE TABLE answers (id text)' : tables);
  if (state !== 'other tables') {
    for (const row of sessions) {
      writer.prepare('INSERT INTO session VALUES ($id, $parent_id, $directory, $time_created)').run(row);
    }
    for (const row of messages) {
      writer.prepare('INSERT INTO message VALUES ($id, $session_id, $time_created, $data)').run(row);
    }
  }
  if (state !== 'live') writer.close();
  if (state === 'damaged')
    writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 100), Buffer.alloc(20_000, 7)]));
  const before = readdirSync(folder);
  const found = readWhole(opencodeRecords as WholeReader, file);
  const again = readWhole(opencodeRecords as WholeReader, file);
  const left = readdirSync(folder).filter((name) => !before.includes(name));
  if (state === 'live') writer.close();
  return { found, isSame: JSON.stringify(found) === JSON.stringify(again), left };
});
process.stdout.write(JSON.stringify(results));
