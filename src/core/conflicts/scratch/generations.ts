import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, isMissing } from '../../store/errors';
import { makeFolder } from './place';
import { isUsed, markUse } from './users';

/**
 * A generation is a folder `<number>-<random>` (never the same name twice: ids of objects that are gone must not seem
 * to be there). Its users mark themselves in `users/`; a file `closed` sends newcomers to the next one. Whoever removes
 * it writes `closed` first and looks for marks then, whoever uses it marks first and looks for `closed` then: so one of
 * both sees the other, without a lock that a killed process could leave.
 */
const named = /^(\d+)-[0-9a-f]{12}$/;
const goneSuffix = '.gone';

/** A generation in use. */
export interface Held {
  readonly dir: string;
  release(): Promise<void>;
}

/** The current generation of a base, made when there is none, marked as used. */
export async function holdCurrent(base: string): Promise<Held> {
  for (;;) {
    const names = await generationsIn(base);
    const current = await firstOpen(base, names);
    const dir = path.join(base, current ?? nextName(names));
    if (current === null) await makeFolder(dir);
    const held = await hold(dir);
    if (held !== null) return held;
  }
}

/** null: it was closed or removed meanwhile. */
async function hold(dir: string): Promise<Held | null> {
  try {
    // Each by itself, so that a removed generation is not made again under its old name.
    await makeFolder(path.join(dir, 'users'));
    await makeFolder(path.join(dir, 'objects'));
    const release = await markUse(path.join(dir, 'users'));
    if (!(await isClosed(dir))) return { dir, release };
    await release();
    return null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The youngest first. */
async function generationsIn(base: string): Promise<string[]> {
  const names = (await readdir(base)).filter((name) => named.test(name));
  // Two processes may have made one of the same number: both then take the same of them from here on.
  return names.sort((a, b) => numberOf(b) - numberOf(a) || (a < b ? 1 : -1));
}

export async function hasGenerations(base: string): Promise<boolean> {
  return (await generationsIn(base)).length > 0;
}

function numberOf(name: string): number {
  return Number(named.exec(name)?.[1] ?? 0);
}

async function firstOpen(base: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) if (!(await isClosed(path.join(base, name)))) return name;
  return null;
}

function nextName(names: readonly string[]): string {
  return `${numberOf(names[0] ?? '') + 1}-${randomBytes(6).toString('hex')}`;
}

async function isClosed(dir: string): Promise<boolean> {
  try {
    await stat(path.join(dir, 'closed'));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
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

/** Removes generations that nobody uses; the current one stays, unless all are to go. */
export async function sweep(base: string, o: { readonly all: boolean }): Promise<void> {
  const names = await generationsIn(base);
  const current = o.all ? null : await firstOpen(base, names);
  for (const name of names) if (name !== current) await removeUnused(path.join(base, name));
  // Left by whoever was killed while removing.
  for (const name of await readdir(base)) if (name.endsWith(goneSuffix)) await remove(path.join(base, name));
}

async function removeUnused(dir: string): Promise<void> {
  await closeGeneration(dir);
  try {
    if (await isUsed(path.join(dir, 'users'))) return;
  } catch (error) {
    // Made by somebody who was killed before the first mark, or gone.
    if (!isMissing(error)) throw error;
  }
  try {
    // First the name: half a generation must never be taken for a whole one.
    await rename(dir, `${dir}${goneSuffix}`);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await remove(`${dir}${goneSuffix}`);
}

/** Only what git computed for us is in it. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Whether its size was last looked at longer ago than `ms`; says so to others at once. */
export async function isDueForMeasuring(dir: string, ms: number): Promise<boolean> {
  const file = path.join(dir, 'measured');
  try {
    if (Date.now() - (await stat(file)).mtimeMs < ms) return false;
    await utimes(file, new Date(), new Date());
    return true;
  } catch (error) {
    if (!isMissing(error)) throw error;
    // A new generation is small.
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
