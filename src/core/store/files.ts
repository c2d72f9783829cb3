import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, errorText, isMissing, StoreError } from './errors';
import { hostId, isSameProcess } from './processes';
import type { Schema } from './schemas';

const fileMode = 0o600;
/** What files in the making are called. */
export const tempPrefix = '.new-';

/** Content of a small file; null when it is not there. */
export async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await retryBusy(() => readFile(file));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Removes a file; false when it was not there. */
export async function removeIfThere(file: string): Promise<boolean> {
  try {
    await retryBusy(() => unlink(file));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw failed(file, 'removed', error);
  }
}

/**
 * Replaces a file as a whole, on the disk when it resolves: readers see the old or the new content, never a part. While
 * it works there is a file of the same name with a number behind it.
 * @throws StoreError `failed`
 */
export async function replaceFile(file: string, data: string | Buffer): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writing(file, () => writeFileAtomic(file, data, { mode: fileMode }));
}

/**
 * Like replaceFile, for what is written often and worth nothing after a power cut: nothing is forced to the disk, and
 * no other name ever shows up beside the file.
 * @param tempDir a folder on the same file system which nobody watches
 * @throws StoreError `failed`
 */
export async function replaceQuickly(file: string, data: string, tempDir: string): Promise<void> {
  await withTemp(data, tempDir, (temp) => writing(file, () => rename(temp, file)));
}

/**
 * Makes a file that must not exist yet, with its whole content at once. Of many processes exactly one gets true.
 * @param tempDir a folder on the same file system which nobody watches
 * @throws StoreError `failed`
 */
export async function createExclusive(file: string, data: string, tempDir: string): Promise<boolean> {
  return await withTemp(data, tempDir, async (temp) => {
    try {
      await inFolder(file, () => link(temp, file));
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      // No hard links here (exFAT, some network mounts): the name is still given once, only its content comes a moment
      // later, and readers wait for it.
      return await createInPlace(file, data);
    }
  });
}

/**
 * Like replaceQuickly, and on the disk when it resolves, name and content.
 * @throws StoreError `failed`
 */
export async function replaceDurably(file: string, data: string, tempDir: string): Promise<void> {
  await withTemp(data, tempDir, (temp) => writing(file, () => rename(temp, file)), { flush: true });
  // Windows cannot open folders; its file systems keep the order of names themselves.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}

/** Removes files in the making whose makers died. */
export async function removeDeadTemps(tempDir: string): Promise<void> {
  const ours = `${tempPrefix}${hostTag()}-`;
  for (const name of await readdir(tempDir)) {
    const pid = name.startsWith(ours) ? Number(name.slice(ours.length).split('-')[0]) : Number.NaN;
    if (Number.isInteger(pid) && !(await isSameProcess(pid, null))) await removeIfThere(join(tempDir, name));
  }
}

/** Which table of processes the number in a name belongs to. */
function hostTag(): string {
  return createHash('sha256').update(hostId()).digest('hex').slice(0, 8);
}

async function withTemp<T>(
  data: string,
  tempDir: string,
  action: (temp: string) => Promise<T>,
  o: { flush?: boolean } = {},
): Promise<T> {
  const temp = join(tempDir, `${tempPrefix}${hostTag()}-${process.pid}-${randomBytes(6).toString('hex')}`);
  await writing(temp, () => writeFile(temp, data, { flag: 'wx', mode: fileMode, flush: o.flush ?? false }));
  try {
    return await action(temp);
  } finally {
    await removeIfThere(temp);
  }
}

/**
 * Like createExclusive, for markers whose content does not matter.
 * @throws StoreError `failed`
 */
export async function createInPlace(file: string, data: string): Promise<boolean> {
  try {
    await inFolder(file, () => retryBusy(() => writeFile(file, data, { flag: 'wx', mode: fileMode })));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw failed(file, 'written', error);
  }
}

/**
 * Appends with one write; a write that the system cut short is repeated whole, its stump is one damaged line.
 * @throws StoreError `failed`
 */
export async function appendOnce(file: string, line: Buffer): Promise<void> {
  await writing(file, async () => {
    const handle = await open(file, 'a', fileMode);
    try {
      for (let attempt = 0; attempt < 2; attempt++) {
        const { bytesWritten } = await handle.write(line, 0, line.length);
        if (bytesWritten === line.length) return;
      }
    } finally {
      await handle.close();
    }
    throw new Error('the disk is full');
  });
}

async function writing(file: string, action: () => Promise<void>): Promise<void> {
  try {
    await inFolder(file, () => retryBusy(action));
  } catch (error) {
    throw failed(file, 'written', error);
  }
}

function failed(file: string, what: string, cause: unknown): StoreError {
  const message = `${file} could not be ${what} (${errorText(cause)}); check its folder's permissions and the disk's space.`;
  return new StoreError('failed', message, { file, cause });
}

/** Parses a file of JSON against its schema; a reason instead of an error. */
export function parseJson<T>(
  content: Buffer,
  schema: Schema<T>,
): { ok: true; value: T } | { ok: false; reason: 'not-json' | 'wrong-shape' | 'newer'; message: string } {
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch (error) {
    return { ok: false, reason: 'not-json', message: errorText(error) };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: isNewer(json) ? 'newer' : 'wrong-shape', message: parsed.error.message };
}

/** True for an object of a later version of the format. */
export function isNewer(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'v' in json && typeof json.v === 'number' && json.v > 1;
}

/** Someone may delete the store under us: its folders are made again, as long as the repository is there. */
async function inFolder<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const folder = dirname(file);
    // Two levels at most, never recursively: a deleted repository must stay deleted.
    await makeFolder(dirname(folder));
    await makeFolder(folder);
    return await action();
  }
}

/** Makes one folder, 0700; false when it was there. Its parent must exist. */
export async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** On Windows a file that someone reads at this moment cannot be replaced or removed; readers are quick. */
async function retryBusy<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '');
      if (!busy || process.platform !== 'win32' || attempt >= 6) throw error;
      await sleep(10 * 2 ** attempt);
    }
  }
}
