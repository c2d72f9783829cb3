import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readlink, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, foldersOf, onDisk, parentOf, shownPath } from '../../git/bytePath';
import { WorktreeError } from '../errors';
import type { Step, SwitchPlan } from './plan';
import { isSameContent, isUntouched, type Print, printOf, wasWritten } from './print';
import { isThere, type SyncPaths } from './workspace';

/**
 * How files are exchanged so that nobody's edit is lost, whenever it is made:
 * - a file is never overwritten or deleted: it is *renamed* out of the way, whatever it is at that moment, and only
 *   then looked at. Is it not what was merged, somebody has just saved it, and everything goes back;
 * - a new file is *linked* into its place, which fails where something has appeared meanwhile;
 * - going back links the very same inode, so that a program which still writes through an open file goes on doing so
 *   in the file that is there.
 * Each step can be cut off anywhere and done again, in both directions.
 */
export interface Swap {
  readonly worktree: string;
  readonly paths: SyncPaths;
  readonly plan: SwitchPlan;
}

/** Tests hold a switch between two steps with it. */
export type OnStep = (step: Step, moment: 'before' | 'taken' | 'placed') => Promise<void> | void;

/**
 * Exchanges the files, or what is left of it after a crash.
 * @throws WorktreeError changed-meanwhile when a file is not what it was, or something is in the way
 */
export async function swapForward(swap: Swap, onStep?: OnStep): Promise<void> {
  const { worktree, plan } = swap;
  const deletes = plan.steps.filter(({ next }) => next === null);
  const others = plan.steps.filter(({ next }) => next !== null);
  // Files of a folder go before a file takes its place, and a file before its folder comes.
  const making = new Set(others.map((step) => step.path));
  for (const step of deletes) await stepForward(swap, step, onStep);
  await removeEmptyFolders(worktree, deletes, (folder) => making.has(folder));
  for (const { path: name, comes } of plan.submoduleFolders) {
    if (comes) await mkdir(onDisk(worktree, name), { recursive: true });
  }
  for (const step of others) await stepForward(swap, step, onStep);
}

/**
 * Files that were written to after they were taken out, through a file that a program had open: `kept` has what was
 * written, and the worktree does not.
 */
export async function lateWrites({ paths, plan }: Swap): Promise<BytePath[]> {
  const found: BytePath[] = [];
  for (const { path: name, old } of plan.steps) {
    if (old !== null && (await wasWritten(onDisk(paths.kept, name), old))) found.push(name);
  }
  return found;
}

async function stepForward({ worktree, paths }: Swap, step: Step, onStep: OnStep | undefined): Promise<void> {
  const here = onDisk(worktree, step.path);
  await onStep?.(step, 'before');
  if (step.old !== null) {
    const kept = onDisk(paths.kept, step.path);
    if (!(await isThere(kept))) await take(here, paths.kept, step.path);
    if (!isUntouched(await printOf(kept), step.old)) throw meanwhile(step.path);
  }
  await onStep?.(step, 'taken');
  if (step.next === null) return;
  const staged = onDisk(paths.stage, step.path);
  // Placed already, before a crash; what a human did to it since is a change like any other.
  if (!(await isThere(staged))) return;
  await mkdir(onDisk(worktree, parentOf(step.path)), { recursive: true }).catch((error: unknown) => {
    throw meanwhile(step.path, error);
  });
  if (!(await place(staged, here)) && !(await isSameFile(staged, here))) throw meanwhile(step.path);
  await unlink(staged);
  await onStep?.(step, 'placed');
}

/**
 * Takes everything back that was exchanged. A file that a human has changed since stays as that human left it.
 * @returns those files; what was at their place before stays in `kept`, what was there for an instant in `undone`
 */
export async function swapBack({ worktree, paths, plan }: Swap): Promise<BytePath[]> {
  const left: BytePath[] = [];
  for (const step of [...plan.steps].reverse()) {
    if (!(await removePlaced(worktree, paths, step))) left.push(step.path);
  }
  for (const { path: name, comes } of plan.submoduleFolders) {
    if (comes) await rmdirIfEmpty(worktree, name);
  }
  for (const folder of [...plan.newFolders].reverse()) await rmdirIfEmpty(worktree, folder);
  for (const step of plan.steps) {
    if (step.old === null) continue;
    if (!(await putBack(worktree, paths, step))) left.push(step.path);
  }
  return left;
}

/** The new file goes out again, if it is still what was placed. @returns false: a human's file could not go back */
async function removePlaced(worktree: string, paths: SyncPaths, step: Step): Promise<boolean> {
  const { next, old } = step;
  // Where the old file was never taken, whatever is there is not ours.
  if (next === null || (old !== null && !(await isThere(onDisk(paths.kept, step.path))))) return true;
  const here = onDisk(worktree, step.path);
  const now = await printOf(here);
  if (!isSameContent(now, next) || !(await isPlaced(onDisk(paths.stage, step.path), now))) return true;
  // Renamed first and looked at then, as on the way there: it may be saved at this very moment.
  const into = path.join(paths.undone, randomUUID());
  await take(here, into, step.path);
  const out = onDisk(into, step.path);
  if (isSameContent(await printOf(out), next)) return true;
  if (!(await place(out, here))) return false;
  await unlink(out);
  return true;
}

/** While the staged file is there, only its own inode was placed; a link is made anew, so its content has to do. */
async function isPlaced(staged: string | Buffer, now: Print): Promise<boolean> {
  const before = await printOf(staged);
  if (before === null) return true;
  return before !== 'other' && (before.inode === now.inode || now.kind === 'link');
}

/**
 * @returns false: something else is at its place, and what was taken out is no longer what was merged: both were
 * changed. Where only the place is another's, a human has saved over the file, as it would have been without us.
 */
async function putBack(worktree: string, paths: SyncPaths, step: Step): Promise<boolean> {
  const kept = onDisk(paths.kept, step.path);
  if (!(await isThere(kept))) return true;
  const here = onDisk(worktree, step.path);
  try {
    await mkdir(onDisk(worktree, parentOf(step.path)), { recursive: true });
    if ((await lstat(kept)).isDirectory()) {
      // A folder that was put at the file's place in the instant before it was renamed.
      if (await isThere(here)) return false;
      await rename(kept, here);
      return true;
    }
    if (!(await place(kept, here)) && !(await isSameFile(kept, here))) {
      return step.old !== null && isUntouched(await printOf(kept), step.old);
    }
  } catch (error) {
    // A file where its folder was: somebody has built something else here.
    if (['EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  await unlink(kept);
  return true;
}

/** Moves whatever is at a path into a folder of ours, under the same name. */
async function take(here: string | Buffer, into: string, name: BytePath): Promise<void> {
  const target = onDisk(into, name);
  await mkdir(onDisk(into, parentOf(name)), { recursive: true });
  try {
    await rename(here, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw meanwhile(name, error);
    if (code === 'EBUSY' || code === 'EPERM' || code === 'EACCES') {
      throw new WorktreeError(
        'in-use',
        `${shownPath(name)} cannot be moved (${code}): close the program that has it open, or check its folder's permissions.`,
        error,
      );
    }
    throw error;
  }
}

/** Puts the very file there, never over anything. @returns false when something is there */
async function place(from: string | Buffer, to: string | Buffer): Promise<boolean> {
  try {
    // link(2) of a link follows it on macOS.
    if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from, { encoding: 'buffer' }), to);
    else await linkOrCopy(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function linkOrCopy(from: string | Buffer, to: string | Buffer): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A file system without hard links (exFAT, some shares): made exclusively as well.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

async function isSameFile(a: string | Buffer, b: string | Buffer): Promise<boolean> {
  const [one, other] = await Promise.all([printOf(a), printOf(b)]);
  if (one === null || one === 'other') return false;
  // A link was made anew, and so was a copy.
  return isSameContent(other, one);
}

/** Removes the folders that the deleted files leave empty, as git does. */
export async function removeEmptyFolders(
  worktree: string,
  deletes: readonly Step[],
  which: (folder: BytePath) => boolean = () => true,
): Promise<void> {
  const folders = new Set(deletes.flatMap((step) => foldersOf(step.path)));
  const deepestFirst = [...folders].sort((a, b) => b.length - a.length);
  // A folder inside one that has to go has to go too.
  const wanted = (folder: BytePath) => which(folder) || foldersOf(folder).some(which);
  for (const folder of deepestFirst.filter(wanted)) await rmdirIfEmpty(worktree, folder);
}

export async function rmdirIfEmpty(worktree: string, folder: BytePath): Promise<void> {
  try {
    await rmdir(onDisk(worktree, folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Something is in it, or it is gone already, or it is a file now.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EPERM', 'EACCES'].includes(code ?? '')) throw error;
  }
}

export function meanwhile(name: BytePath, cause?: unknown): WorktreeError {
  return new WorktreeError(
    'changed-meanwhile',
    `${shownPath(name)} was changed while the worktree was brought onto its base; it is as you left it, try again.`,
    cause,
  );
}
