// Run by a Node that has SQLite: makes databases as opencode does and reads them, each as told on standard input.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { opencodeRecords } from '../../../src/core/agents/opencode/records';
import { type Found, noRoot, sinkOf, type WholeReader } from './recordSupport';

/** Rows by their columns. */
export interface DatabaseRows {
  readonly sessions: readonly Readonly<Record<string, unknown>>[];
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

/** One database: its rows, and what is the matter with it. */
export interface DatabaseCase extends DatabaseRows {
  /**
   * `live`: opencode is still at work in it, everything stands in the write-ahead log. `no totals`: as versions made it
   * whose sessions tell none.
   */
  readonly state: 'closed' | 'live' | 'damaged' | 'other tables' | 'no totals';
  /** Written after it was read, over what is there; then it is read again. */
  readonly later?: DatabaseRows;
}

export interface DatabaseResult {
  readonly found: Found;
  /** What the second reading found. */
  readonly more: Found;
  /** Files that reading has left behind. */
  readonly left: readonly string[];
}

interface Writer {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: readonly unknown[]): void };
  close(): void;
}

const totals = ['time_updated', 'input', 'output', 'reasoning', 'cache_read', 'cache_write'].map((name) =>
  name === 'time_updated' ? name : `tokens_${name}`,
);

/** As opencode 1.18 makes them, the columns that are read. */
const tables = (withTotals: boolean): string => `
  CREATE TABLE session (id text PRIMARY KEY, parent_id text, directory text NOT NULL, time_created integer NOT NULL
    ${withTotals ? totals.map((name) => `, ${name} integer NOT NULL DEFAULT 0`).join('') : ''});
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL, data text NOT NULL);
`;

const folder = process.argv[2] ?? '';
const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as unknown as {
  DatabaseSync: new (file: string) => Writer;
};

function write(writer: Writer, { sessions, messages }: DatabaseRows, state: DatabaseCase['state']): void {
  if (state === 'other tables') return;
  const put = (table: string, row: Readonly<Record<string, unknown>>): void => {
    const columns = Object.keys(row).filter((name) => state !== 'no totals' || !totals.includes(name));
    const sql = `INSERT OR REPLACE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`;
    writer.prepare(sql).run(...columns.map((name) => row[name]));
  };
  for (const row of sessions) put('session', row);
  for (const row of messages) put('message', row);
}

function run(one: DatabaseCase, n: number): DatabaseResult {
  const { state, later } = one;
  const file = { path: path.join(folder, `${n}.db`), relative: `${n}.db`, root: noRoot };
  const read = (): Found => {
    const found: Found = { records: [], quotas: [], skipped: [] };
    (opencodeRecords as WholeReader).read(file, sinkOf(found));
    return found;
  };
  let writer = new DatabaseSync(file.path);
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;');
  writer.exec(state === 'other tables' ? 'CREATE TABLE answers (id text)' : tables(state !== 'no totals'));
  write(writer, one, state);
  if (state !== 'live') writer.close();
  if (state === 'damaged') {
    writeFileSync(file.path, Buffer.concat([readFileSync(file.path).subarray(0, 100), Buffer.alloc(20_000, 7)]));
  }
  const before = readdirSync(folder);
  const found = read();
  const left = readdirSync(folder).filter((name) => !before.includes(name));
  if (later !== undefined) {
    if (state !== 'live') writer = new DatabaseSync(file.path);
    write(writer, later, state);
    if (state !== 'live') writer.close();
  }
  const more = read();
  if (state === 'live') writer.close();
  return { found, more, left };
}

const cases = JSON.parse(readFileSync(0, 'utf8')) as DatabaseCase[];
process.stdout.write(JSON.stringify(cases.map(run)));
