import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import path from 'node:path';
import { isFile, isFolder } from '../../git/layoutFiles';
import { errorCode, isMissing } from '../../store/errors';
import { makeFolder } from './place';
import { isUsed, isUserAlive, markUse, userName } from './users';

/**
 * A generation is a folder named by a number; the highest is current until it is closed. A file `id` tells one from
 * another of the same number that was deleted: ids of objects that are gone must not seem to be there. Its users mark
 * themselves in `users/`; a file `closed` sends newcomers to the next one. Whoever removes it writes `closed` first and
 * looks for marks then, whoever uses it marks first and looks for `closed` then: so one of both sees the other, without
 * a lock that a killed process could leave.
 *
 * That holds as long as both mean the same folder. Therefore no number is used twice: the highest is never removed, and
 * only the highest is used, so one that somebody makes again by an old list stays without users.
 */
const named = /^\d+$/;
const madePrefix = 'new-';
const gonePrefix = 'gone-';

/** A generation in use. */
export interface Held {
  readonly dir: string;
  readonly generation: string;
  release(): Promise<void>;
}

/** The current generation of a base, made when there is none, marked as used. */
export async function holdCurrent(base: string): Promise<Held> {
  for (;;) {
    const number = await nextOpen(base);
    const dir = path.join(base, String(number));
    if (!(await isFolder(dir))) await makeGeneration(base, dir);
    const held = await hold(base, number);
    if (held !== null) return held;
  }
}

/** The number of the highest generation, or of the one to be made after it. The first is the time, in seconds. */
async function nextOpen(base: string): Promise<number> {
  const [highest] = await generationsIn(base);
  if (highest === undefined) return Math.floor(Date.now() / 1000);
  return (await isClosed(path.join(base, String(highest)))) ? highest + 1 : highest;
}

/** Whole or not at all: of several who make the same one, one does. */
async function makeGeneration(base: string, dir: string): Promise<void> {
  const temp = path.join(base, `${madePrefix}${await userName()}`);
  await makeFolder(temp);
  await makeFolder(path.join(temp, 'users'));
  await makeFolder(path.join(temp, 'objects'));
  await writeFile(path.join(temp, 'id'), `${randomBytes(6).toString('hex')} ${bootedAt()}`, { mode: 0o600 });
  try {
    await rename(temp, dir);
  } catch (error) {
    await remove(temp);
    if (!(await wasThere(error, dir))) throw error;
  }
}

/** Whether a rename failed because another one was faster, whose generation may be closed and removed by now. */
async function wasThere(error: unknown, dir: string): Promise<boolean> {
  const code = errorCode(error) ?? '';
  if (['ENOTEMPTY', 'EEXIST'].includes(code)) return true;
  // Windows says only this, and says it of a folder that nobody may write as well.
  return ['EPERM', 'EACCES'].includes(code) && (await isFolder(dir));
}

/** null: it was closed, followed or removed meanwhile. */
async function hold(base: string, number: number): Promise<Held | null> {
  const dir = path.join(base, String(number));
  try {
    const release = await markUse(path.join(dir, 'users'));
    const [id = '', booted] = (await readFile(path.join(dir, 'id'), 'utf8')).split(' ');
    const sameBoot = Math.abs(Number(booted) - bootedAt()) < 120;
    if (!sameBoot) await closeGeneration(dir);
    const current = sameBoot && (await nextOpen(base)) === number;
    if (current) return { dir, generation: `${number}-${id}`, release };
    await release();
    return null;
  } catch (error) {
    if (!isMissing(error)) throw error;
    // Somebody deletes it at this moment, or deleted a part.
    await closeGeneration(dir);
    return null;
  }
}

/**
 * When the system started, in seconds. Nothing of ours is forced to the disk, so objects that were written shortly
 * before a power cut may be there and empty, and git would take them for written: a new start begins anew.
 */
function bootedAt(): number {
  return Math.round(Date.now() / 1000 - uptime());
}

/** Their numbers, the youngest first. */
async function generationsIn(base: string): Promise<number[]> {
  const names = (await readdir(base)).filter((name) => named.test(name));
  return names.map(Number).sort((a, b) => b - a);
}

export async function hasGenerations(base: string): Promise<boolean> {
  return (await generationsIn(base)).length > 0;
}

async function isClosed(dir: string): Promise<boolean> {
  return isFile(path.join(dir, 'closed'));
}

/**
 * Nobody begins to use this generation any more: it has grown too large, or what is in it is damaged. Those who use it
 * may finish.
 * @param dir of the generation
 */
export async function closeGeneration(dir: string): Promise<void> {
  try {
    await writeFile(path.join(dir, 'closed'), '', { mode: 0o600 });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Removes generations that nobody uses; the highest stays, also a closed one, unless all are to go. */
export async function sweep(base: string, o: { readonly all: boolean }): Promise<void> {
  const [highest, ...older] = await generationsIn(base);
  for (const number of older) await removeUnused(base, String(number));
  if (o.all && highest !== undefined) await removeUnused(base, String(highest));
  // Left by whoever was killed while making or removing one.
  for (const name of await readdir(base)) {
    const left =
      name.startsWith(gonePrefix) ||
      (name.startsWith(madePrefix) && !(await isUserAlive(path.join(base, name), madePrefix)));
    if (left) await remove(path.join(base, name));
  }
}

async function removeUnused(base: string, name: string): Promise<void> {
  const dir = path.join(base, name);
  await closeGeneration(dir);
  try {
    if (await isUsed(path.join(dir, 'users'))) return;
  } catch (error) {
    // Deleted, or a part of it: nobody can begin to use it.
    if (!isMissing(error)) throw error;
  }
  // First the name: half a generation must never be taken for a whole one.
  const gone = path.join(base, `${gonePrefix}${randomBytes(6).toString('hex')}`);
  try {
    await rename(dir, gone);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await remove(gone);
}

/** Only what git computed for us is in it. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Whether something was last done longer ago than `ms`, by the time of a file; says so to others at once. What is not
 * there yet is not due.
 */
export async function isDue(file: string, ms: number): Promise<boolean> {
  try {
    if (Date.now() - (await stat(file)).mtimeMs < ms) return false;
    await utimes(file, new Date(), new Date());
    return true;
  } catch (error) {
    if (!isMissing(error)) throw error;
    await writeFile(file, '', { mode: 0o600 });
    return false;
  }
}

/** Bytes of all objects, as the file system counts them where it does. */
export async function measure(dir: string): Promise<number> {
  let bytes = 0;
  const objects = path.join(dir, 'objects');
  for (const folder of await readdir(objects, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const inside = path.join(objects, folder.name);
    const sizes = await Promise.all((await readdir(inside)).map((name) => sizeOf(path.join(inside, name))));
    for (const size of sizes) bytes += size;
  }
  return bytes;
}

async function sizeOf(file: string): Promise<number> {
  try {
    const { size, blocks } = await lstat(file);
    // A block is 512 bytes (stat(2)); Windows counts none.
    return Math.max(size, blocks * 512 || 0);
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return 0;
  }
}
