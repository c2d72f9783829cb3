import { readCode, readOutline } from './code/readCode';
import { readFormatter } from './data/formatter';
import { readLock } from './data/lock';
import { readManifest } from './data/manifest';
import { readMigration } from './data/migration';
import { type FileFacts, noFacts } from './facts';
import type { FactReader } from './reader';

const readers = {
  code: readCode,
  manifest: readManifest,
  lock: readLock,
  migration: readMigration,
  formatter: readFormatter,
};

/** Whether anything of a file's content is to be known. */
export function isRead(path: string): boolean {
  return Object.values(readers).some((reader) => reader.wants(path));
}

/**
 * What a file says.
 * @param whole what code uses too: otherwise its words, among which a name can be looked for
 * @throws UnreadableFile
 */
export async function readFacts(path: string, content: Buffer, whole: boolean): Promise<FileFacts> {
  if (!isRead(path)) return noFacts;
  const read = <T>(reader: FactReader<T>) => (reader.wants(path) ? reader.read(path, content) : null);
  return {
    code: await read(whole ? readers.code : readOutline),
    manifest: await read(readers.manifest),
    lock: await read(readers.lock),
    migration: await read(readers.migration),
    formatter: await read(readers.formatter),
  };
}
