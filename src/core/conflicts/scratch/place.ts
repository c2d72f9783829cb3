import { lstat, mkdir, readFile, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isFile } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import { errorCode, isMissing } from '../../store/errors';
import { sha256 } from '../../store/names';

/** Where generations lie. */
export interface ScratchBase {
  /** Absolute; it exists. */
  readonly dir: string;
  readonly kind: 'memory' | 'disk';
}

/** The folder in which Linux keeps files in memory; other systems have none that is always there. */
export const systemMemory: string | null = process.platform === 'linux' ? '/dev/shm' : null;

/** Bytes free on the file system of `dir`. */
export async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/**
 * The repository's folder in memory, made when missing; null where there is none that is ours alone. Anybody may make
 * folders in the system's: one that we did not make, or that others may write, could feed us objects.
 */
export async function memoryBase(memory: string, layout: RepositoryLayout): Promise<string | null> {
  const uid = process.geteuid?.();
  if (uid === undefined) return null;
  try {
    if (!(await stat(memory)).isDirectory()) return null;
    const own = path.join(memory, `switchyard-${uid}`);
    await makeFolder(own);
    const found = await lstat(own);
    if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o777) !== 0o700) return null;
    // A repository that was deleted and cloned anew at the same path is another one.
    const { ino } = await stat(layout.commonDir);
    const base = path.join(own, sha256(`${layout.commonDir}\0${ino}`).slice(0, 32));
    await makeFolder(base);
    await writeFile(path.join(base, ownerFile), `${ino}\n${layout.commonDir}`, { flag: 'wx' }).catch(ifThere);
    return base;
  } catch {
    // Not there, not writable, full: the disk will do.
    return null;
  }
}

const ownerFile = 'repository';

/** Whether the repository of a folder in memory is gone. One whose making is not finished belongs to somebody. */
export async function isOrphan(base: string): Promise<boolean> {
  try {
    const [ino = '', ...commonDir] = (await readFile(path.join(base, ownerFile), 'utf8')).split('\n');
    if (commonDir.length === 0) return false;
    return String((await stat(commonDir.join('\n'))).ino) !== ino;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return await isFile(path.join(base, ownerFile));
  }
}

/** `<store>/cache/scratch`, made when missing. A deleted repository stays deleted: its own folder is never made. */
export async function diskBase(layout: RepositoryLayout): Promise<string> {
  const base = path.join(layout.storeDir, 'cache', 'scratch');
  for (const folder of [layout.storeDir, path.dirname(base), base]) await makeFolder(folder);
  return base;
}

/** One folder, 0700. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch(ifThere);
}

function ifThere(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}
