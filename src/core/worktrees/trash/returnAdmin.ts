import { lstat, mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isFile, isFolder, readTrimmed } from '../../git/layoutFiles';
import { WorktreeError } from '../errors';
import { errorCode, isInside, kindAt } from '../paths';
import type { RestoreJournal, TrashDeps } from './journal';
import { moveFolder, onAnotherDisk } from './move';
import { findAdmin, trashParts } from './trash';

/**
 * Lets the `.git` of a worktree that is being restored name a folder under `<common>/worktrees` that is free: its old
 * one as a rule. `folder` is where the worktree lies now.
 * @returns the folder named
 */
export async function pointAtAdmin(deps: TrashDeps, data: RestoreJournal, folder: string): Promise<string> {
  const adminDir = await freeAdminDir(deps, path.basename(data.adminDir));
  await repoint(path.join(folder, '.git'), 'gitdir: ', data.worktree, adminDir, data.trash);
  return adminDir;
}

/**
 * Moves the administrative folder back under a free name, everything that names it mended before. Does nothing when it
 * is back already. Can be killed and run again.
 * @throws WorktreeError cannot-move
 */
export async function returnAdmin(deps: TrashDeps, data: RestoreJournal): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const admin = await findAdmin(deps.layout, data.trash, data.record.id);
    if (admin === null) return;
    const adminDir = await pointAtAdmin(deps, data, data.worktree);
    await repoint(path.join(admin, 'gitdir'), '', adminDir, path.join(data.worktree, '.git'), admin);
    if (adminDir !== data.adminDir || data.worktree !== data.record.worktree) {
      await mendSubmodules(deps, data, admin, adminDir);
    }
    await mkdir(path.dirname(adminDir), { recursive: true });
    try {
      if (await moveFolder(admin, adminDir)) return;
    } catch (error) {
      // Some git has taken the name since we looked.
      const taken = WorktreeError.is(error) && ['ENOTEMPTY', 'EEXIST'].includes(errorCode(error.cause) ?? '');
      if (!taken || attempt >= 10) throw error;
      continue;
    }
    throw onAnotherDisk(admin, adminDir);
  }
}

/** As git does when a name is taken: a number behind it. */
async function freeAdminDir({ layout }: TrashDeps, name: string): Promise<string> {
  for (let n = 0; ; n += 1) {
    const dir = path.join(layout.commonDir, 'worktrees', n === 0 ? name : `${name}${n}`);
    if ((await kindAt(dir)) === 'nothing') return dir;
  }
}

/** Writes the path of `target` into a small file of git's, unless it says so already; relative where it was relative. */
async function repoint(file: string, prefix: string, from: string, target: string, tempDir: string): Promise<void> {
  const text = (await readTrimmed(file)) ?? '';
  const now = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  if (now !== '' && path.resolve(from, now) === target) return;
  const relative = now !== '' && !path.isAbsolute(now);
  const value = (relative ? path.relative(from, target) : target).split(path.sep).join('/');
  const temp = path.join(tempDir, trashParts.pointer);
  await writeFile(temp, `${prefix}${value}\n`);
  await rename(temp, file);
}

/**
 * Submodules' git directories lie in the administrative folder; they and their checkouts name each other by relative
 * paths, which no longer hold when either is at another place than before.
 */
async function mendSubmodules(deps: TrashDeps, data: RestoreJournal, admin: string, adminDir: string): Promise<void> {
  for (const module of await moduleDirs(path.join(admin, 'modules'))) {
    const name = path.relative(admin, module);
    const config = path.join(module, 'config');
    const run = (...args: string[]) =>
      deps.git.run(['config', '--file', config, ...args], { cwd: admin, okExitCodes: [0, 1] });
    const old = (await run('--get', 'core.worktree')).stdout.replace(/\n$/, '');
    // Its checkout, relative to the worktree: told by where it was, or, in a second run, where it will be.
    const places = [path.resolve(data.adminDir, name, old), path.resolve(adminDir, name, old)];
    const inside = [data.record.worktree, data.worktree].flatMap((top, i) => {
      const place = places[i];
      return place !== undefined && isInside(place, top) ? [path.relative(top, place)] : [];
    })[0];
    if (old === '' || inside === undefined) continue;
    const checkout = path.join(data.worktree, inside);
    const moduleDir = path.join(adminDir, name);
    if (await hasDotGitFile(checkout, data.worktree)) {
      const value = path.relative(checkout, moduleDir).split(path.sep).join('/');
      const temp = path.join(data.trash, trashParts.pointer);
      await writeFile(temp, `gitdir: ${value}\n`);
      await rename(temp, path.join(checkout, '.git'));
    }
    await run('core.worktree', path.relative(moduleDir, checkout).split(path.sep).join('/'));
  }
}

/** Git directories below `modules`; names of submodules may hold slashes. */
async function moduleDirs(folder: string): Promise<string[]> {
  if (!(await isFolder(folder))) return [];
  if (await isFile(path.join(folder, 'HEAD'))) return [folder, ...(await moduleDirs(path.join(folder, 'modules')))];
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return (await Promise.all(entries.map((entry) => moduleDirs(path.join(folder, entry.name))))).flat();
}

/** A real file in a folder that no link leads out of the worktree. */
async function hasDotGitFile(checkout: string, worktree: string): Promise<boolean> {
  const file = path.join(checkout, '.git');
  const found = await lstat(file).catch(() => null); // not there: never filled
  if (found === null || !found.isFile() || !(await readFile(file, 'utf8')).startsWith('gitdir: ')) return false;
  return (await realpath(checkout)) === checkout && isInside(checkout, worktree);
}
