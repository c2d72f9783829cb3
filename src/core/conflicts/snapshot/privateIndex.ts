import { createHash } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, isMissing } from '../../store/errors';
import { isUserAlive, userName } from '../scratch/users';

/**
 * An index of our own, made from the worktree's. git refreshes it as it would the user's, so that the next look need
 * not read every file again that was checked out a moment ago.
 */
export interface PrivateIndex {
  /** For `GIT_INDEX_FILE`; not there where the worktree has no index. Nobody else uses it. */
  readonly file: string;
  /** Which state of the worktree's index it was made from. */
  readonly key: string;
  /** Made just now, not kept from an earlier look. */
  readonly fresh: boolean;
  /** Runs `fn` with a copy that may be changed; it is removed afterwards. */
  withCopy<T>(fn: (file: string) => Promise<T>): Promise<T>;
  /** Leaves it for the next look. */
  keep(): Promise<void>;
  drop(): Promise<void>;
}

const keptPrefix = 'kept-';
const none = 'none';

/**
 * Takes the kept index of a worktree, or makes one where there is none for the present state of the worktree's index:
 * what was staged by force, taken out, or marked as skipped since must not be missed. Whoever takes it renames it, so
 * that one process has it and any other makes its own; nothing stays locked when one is killed.
 * @param folder of our own for this worktree, in the scratch generation whose objects it may name
 * @param gitDir the worktree's own git directory
 */
export async function takeIndex(folder: string, gitDir: string): Promise<PrivateIndex> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, await userName());
  const { key, fresh } = await withUserIndex(gitDir, async (handle) => {
    const present = handle === null ? none : await keyOf(handle);
    const took = await tryRename(path.join(folder, `${keptPrefix}${present}`), file);
    if (!took && handle !== null) await copyIndex(handle, file);
    return { key: present, fresh: !took };
  });
  return {
    file,
    key,
    fresh,
    withCopy: async (fn) => {
      const work = `${file}.work`;
      try {
        await secondName(file, work);
        return await fn(work);
      } finally {
        await removeWithLock(work);
      }
    },
    keep: async () => {
      await tryRename(file, path.join(folder, `${keptPrefix}${key}`));
      await removeWithLock(file);
      await sweep(folder, key);
    },
    drop: () => removeWithLock(file),
  };
}

/** Names the present state of a worktree's index: every write of git's is a new file. */
export async function indexKey(gitDir: string): Promise<string> {
  return withUserIndex(gitDir, async (handle) => (handle === null ? none : keyOf(handle)));
}

function withUserIndex<T>(gitDir: string, fn: (handle: FileHandle | null) => Promise<T>): Promise<T> {
  return withFile(path.join(gitDir, 'index'), fn);
}

async function withFile<T>(file: string, fn: (handle: FileHandle | null) => T | Promise<T>): Promise<T> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    return await fn(handle);
  } finally {
    await handle?.close();
  }
}

/** The index ends with the hash of its content (gitformat-index), which is zero where `index.skipHash` is set. */
async function keyOf(handle: FileHandle): Promise<string> {
  const facts = await handle.stat({ bigint: true });
  const end = Buffer.alloc(32);
  const { bytesRead } = await handle.read(end, 0, end.length, Math.max(0, Number(facts.size) - end.length));
  return createHash('sha256')
    .update([facts.dev, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(':'))
    .update(end.subarray(0, bytesRead))
    .digest('hex')
    .slice(0, 40);
}

/**
 * A file as young as the index may have changed unnoticed, so git reads it anew (its documentation calls that a racy
 * entry); a copy younger than its original would hide the change.
 */
async function copyIndex(from: FileHandle, to: string): Promise<void> {
  const { mtimeMs } = await from.stat();
  await writeFile(to, await from.readFile(), { mode: 0o600 });
  const seconds = (Math.floor(mtimeMs) - 1) / 1000;
  await utimes(to, seconds, seconds);
}

/** git never writes into an index, it puts a new file in its place: so a second name is as good as a copy. */
async function secondName(file: string, work: string): Promise<void> {
  try {
    await link(file, work);
  } catch (error) {
    if (isMissing(error)) return;
    // No hard links here.
    await withFile(file, (handle) => (handle === null ? undefined : copyIndex(handle, work)));
  }
}

/** Leaves only what is kept for this state and what living processes use. */
async function sweep(folder: string, key: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const wanted = name.startsWith(keptPrefix) ? name === `${keptPrefix}${key}` : await isUserAlive(file);
    if (!wanted) await rm(file, { force: true });
  }
}

async function removeWithLock(file: string): Promise<void> {
  await rm(file, { force: true });
  // A git that was ended may have left it.
  await rm(`${file}.lock`, { force: true });
}

/** False when it is not there; also when Windows has it open for somebody, for what is kept is never needed. */
async function tryRename(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error) || ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
