import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { childEnvironment } from '../git/environment';

/** Over more, a disk is not slower; the answer is for people who wait. */
const longestMs = 60_000;

/** Folders that are measured at once in this process: more only make the disk's head jump. */
const few = pLimit(2);

/**
 * What a folder takes up on the disk, in bytes; links are not followed, hard links count once. Measured by a program of
 * the system where there is one, since a folder may have a hundred thousand files.
 * @returns null when it cannot be told: gone, partly unreadable, cancelled, or not done within a minute
 */
export function folderSize(folder: string, o: { signal?: AbortSignal | undefined } = {}): Promise<number | null> {
  return few(async () => {
    const limit = AbortSignal.any([AbortSignal.timeout(longestMs), ...(o.signal === undefined ? [] : [o.signal])]);
    if (limit.aborted) return null;
    // Not measurable is an answer.
    return (process.platform === 'win32' ? sumOfFiles(folder, limit) : sizeByDu(folder, limit)).catch(() => null);
  });
}

/** POSIX du: `-s` the sum, `-k` in units of 1,024 bytes; an exit code other than 0 means that something is missing. */
async function sizeByDu(folder: string, signal: AbortSignal): Promise<number | null> {
  const { exitCode, stdout } = await execa('du', ['-sk', '--', path.resolve(folder)], {
    env: childEnvironment(process.env, { LC_ALL: 'C' }),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
    cancelSignal: signal,
  });
  const kilobytes = /^(\d+)\s/.exec(stdout ?? '')?.[1];
  return exitCode === 0 && kilobytes !== undefined ? Number(kilobytes) * 1024 : null;
}

/**
 * Where there is no `du` (Windows): the lengths of all files, some at a time.
 * @throws the system's error, or the signal's reason
 */
export async function sumOfFiles(folder: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const files = pLimit(16);
  let sum = 0;
  const folders: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  const sizes = entries.map((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) folders.push(file);
    return entry.isFile() ? files(async () => (await lstat(file)).size) : 0;
  });
  for (const size of await Promise.all(sizes)) sum += size;
  for (const each of folders) sum += await sumOfFiles(each, signal);
  return sum;
}
