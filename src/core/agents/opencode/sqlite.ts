import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** As much of `node:sqlite` as is used: it is younger than the oldest Node that we run under. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    iterate(...values: readonly unknown[]): Iterable<Row>;
    get(...values: readonly unknown[]): Row | undefined;
  };
  close(): void;
}

type DatabaseSync = new (file: string | URL, options: { readonly readOnly: boolean }) => Database;

/**
 * Opens a database to be read, with what its write-ahead log holds.
 * @returns null: this Node has no SQLite
 * @throws Error it cannot be opened
 */
export function openDatabase(file: string): Database | null {
  const sqlite = loadSqlite();
  if (sqlite === null) return null;
  // With nobody at work in it there is no log, and SQLite would leave an empty one behind, or fail where it may not.
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    try {
      return new sqlite(url, { readOnly: true });
    } catch (error) {
      // Node before 22.15 takes no URL.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return new sqlite(file, { readOnly: true });
}

let loaded: DatabaseSync | null | undefined;

function loadSqlite(): DatabaseSync | null {
  if (loaded !== undefined) return loaded;
  const warn = process.emitWarning;
  try {
    // It is said to be experimental on standard error, where people look for what concerns them.
    process.emitWarning = () => undefined;
    const sqlite = process.getBuiltinModule?.('node:sqlite') as { readonly DatabaseSync: DatabaseSync } | undefined;
    loaded = sqlite?.DatabaseSync ?? null;
  } finally {
    process.emitWarning = warn;
  }
  return loaded;
}
