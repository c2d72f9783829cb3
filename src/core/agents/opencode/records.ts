import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseFields } from '../recordFields';
import type { RecordFile, RecordPlaces, RecordReader, RecordRoot, RecordSink } from '../records';
import { Progress, readDatabase } from './database';
import { answerOf } from './message';
import { openDatabase } from './sqlite';

/**
 * opencode's database `opencode.db` (one more per channel), and the files that versions before it wrote:
 * `storage/message/<session>/<message>.json` (read as of 1.18.33).
 */
export const opencodeRecords: RecordReader = {
  agent: 'opencode',
  kind: 'whole',
  roots,
  beside: ({ path: file }) => (file.endsWith('.json') ? [] : [`${file}-wal`]),
  read: (file, sink) => (file.path.endsWith('.json') ? readMessage(file, sink) : readAll(file, sink)),
};

const largestMessage = 1024 ** 2;

function roots({ env, home }: RecordPlaces): RecordRoot[] {
  const absolute = (told: string | undefined): string | null => (told && path.isAbsolute(told) ? told : null);
  const data = absolute(env.XDG_DATA_HOME) ?? path.join(home, '.local', 'share');
  const folder = absolute(env.OPENCODE_DATA_DIR) ?? path.join(data, 'opencode');
  // Another database, by its place or its name.
  const own = env.OPENCODE_DB ?? '';
  const database = path.isAbsolute(own) ? path.parse(own) : { dir: folder, base: own };
  const databases: RecordRoot[] = [
    {
      dir: folder,
      descends: () => false,
      holds: (name) => /^opencode(-[^/]*)?\.db$/.test(name) || (database.dir === folder && name === database.base),
    },
  ];
  if (database.dir !== folder) {
    databases.push({ dir: database.dir, descends: () => false, holds: (name) => name === database.base });
  }
  const messages: RecordRoot = {
    dir: path.join(folder, 'storage', 'message'),
    descends: (relative) => !relative.includes('/'),
    holds: (relative) => /^[^/]+\/[^/]+\.json$/.test(relative),
  };
  return [...databases, messages];
}

/** By the file as whoever asks knows it: what was read for one is news to another. */
const progressOf = new WeakMap<RecordFile, Progress>();

function readAll(file: RecordFile, sink: RecordSink): void {
  try {
    const database = openDatabase(file.path);
    if (database === null) {
      sink.skip(`Node.js ${process.versions.node} has no SQLite here: ask with Node.js 22.13 or newer`);
      return;
    }
    try {
      const progress = progressOf.get(file) ?? new Progress();
      progressOf.set(file, progress);
      readDatabase(database, progress, sink);
    } finally {
      database.close();
    }
  } catch (error) {
    // What was read before it failed may not have been told.
    progressOf.delete(file);
    sink.skip(`the database cannot be read (${error instanceof Error ? error.message.slice(0, 120) : 'unknown'})`);
  }
}

/** One message; an old session has nothing else that it could be in. */
function readMessage({ path: file }: RecordFile, sink: RecordSink): void {
  if (statSync(file).size > largestMessage) {
    sink.skip(`it is larger than ${largestMessage / 1024 ** 2} MB`);
    return;
  }
  const fields = parseFields(readFileSync(file));
  const { dir, name } = path.parse(file);
  const origin = { id: name, session: path.basename(dir), directory: null, isOver: false };
  const found = fields === null ? 'it is no whole JSON' : answerOf(fields, origin);
  if (typeof found === 'string') sink.skip(found);
  else if (found !== null) sink.record(found);
}
