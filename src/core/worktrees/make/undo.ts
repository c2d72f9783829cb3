import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../../git/git';
import { isFolder, readTrimmed } from '../../git/layoutFiles';
import { readRefs } from '../../git/refs';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import { listWorktrees, readAdminDirs } from '../../git/worktreeList';
import { kindAt } from '../paths';
import { whyNotUntouched } from './inspect';
import type { JournalEntry } from './journal';
import { removeCheckedOut } from './removeCheckedOut';

/**
 * `undone`: nothing is left of it. `kept`: it holds something that git did not just check out, so a human decides.
 * `busy`: git is still at it, or files appeared meanwhile; try again later.
 */
export type UndoResult = { readonly kind: 'undone' } | { readonly kind: 'kept' | 'busy'; readonly why: string };

interface UndoDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  /** For an index of our own; the worktree's is not touched before it is known to be worthless. */
  readonly scratchDir: string;
}

/**
 * Undoes a worktree that was being made when git or we were killed, or that git could not make. Removes only files
 * that are byte for byte what git checks out at the base (or the beginning of it: the file git was killed in), and the
 * branch only while it points at the base, and only if it was made for the worktree. Must run under the lock that
 * makes worktrees. Can itself be killed and run again.
 * @throws GitError
 */
export async function undoHalfMade(deps: UndoDeps, entry: JournalEntry): Promise<UndoResult> {
  const { git, layout } = deps;
  const at = placeOf(layout);
  await completeCommonDir(layout, entry);
  const [branch] = (await readRefs(git, at, [`refs/heads/${entry.branch}`])).filter(
    (ref) => ref.name === `refs/heads/${entry.branch}`,
  );
  if (branch !== undefined && branch.commit !== entry.base) {
    return { kind: 'kept', why: `the branch ${entry.branch} has moved on from where it was cut` };
  }
  const adminDir = (await readAdminDirs(layout.commonDir)).get(entry.worktree) ?? null;
  const found = await kindAt(entry.worktree);
  if (found === 'other') return { kind: 'kept', why: `${entry.worktree} is not a folder` };
  if (found === 'folder') {
    const result = await removeFolder(deps, entry, adminDir);
    if (result !== null) return result;
  } else if (found === 'empty-folder') {
    await rmdir(entry.worktree);
  }
  if (adminDir !== null) await forgetWorktree(git, layout, entry.worktree);
  await removeUnfinishedAdminDirs(layout, entry);
  if (branch !== undefined && entry.existingBranch !== true) {
    const elsewhere = (await listWorktrees(git, layout)).find((worktree) => worktree.branch === entry.branch);
    if (elsewhere !== undefined) return { kind: 'kept', why: `${elsewhere.path} is on the branch ${entry.branch}` };
    await deleteBranch(git, layout, entry);
  }
  if (entry.existed) await mkdir(entry.worktree, { recursive: true });
  return { kind: 'undone' };
}

/** null: the folder is gone. */
async function removeFolder(deps: UndoDeps, entry: JournalEntry, adminDir: string | null): Promise<UndoResult | null> {
  const names = await readdir(entry.worktree);
  const hasIndex = adminDir !== null && (await kindAt(path.join(adminDir, 'index'))) !== 'nothing';
  // Only `.git`, and nothing was ever checked out: killed so early that git cannot even be asked about it.
  const onlyDotGit = names.length === 1 && names[0] === '.git' && !hasIndex;
  if (adminDir === null || (await readTrimmed(path.join(entry.worktree, '.git'))) === null) {
    // git writes `.git` first of all, so without it, or with one of another repository, nothing here is git's.
    return { kind: 'kept', why: `${entry.worktree} holds files that git did not put there` };
  }
  if (!onlyDotGit) {
    const checked = await whyNotUntouched({ ...deps, adminDir, entry });
    if (checked.why !== null) return { kind: 'kept', why: checked.why };
    await removeCheckedOut(entry.worktree, checked.files);
  }
  const left = (await readdir(entry.worktree)).filter((name) => name !== '.git');
  // A checkout that outlived its git, or a human just now: what appeared stays, and so does the way to restore it.
  if (left.length > 0) return { kind: 'busy', why: `${entry.worktree} is still being written to (${left[0]})` };
  await rm(path.join(entry.worktree, '.git'), { force: true });
  await rmdir(entry.worktree);
  return null;
}

/** Twice forced: a half-made worktree is locked with the reason "initializing". Its folder is gone already. */
async function forgetWorktree(git: Git, layout: RepositoryLayout, worktree: string): Promise<void> {
  const at = placeOf(layout);
  await git.run([...at.args, 'worktree', 'remove', '--force', '--force', '--', worktree], { cwd: at.cwd, read: false });
}

/**
 * git was killed between opening and writing `commondir`: empty, it makes every git that lists worktrees give up, our
 * undoing among them. So what git was about to write is written, in a folder that it still marks as being made. To be
 * called when the git of the entry is dead.
 */
export async function completeCommonDir(layout: RepositoryLayout, entry: JournalEntry): Promise<void> {
  for (const dir of await newAdminDirs(layout, entry)) {
    const file = path.join(dir, 'commondir');
    const gitdir = await readTrimmed(path.join(dir, 'gitdir'));
    const isOurs = gitdir !== null && path.resolve(dir, gitdir) === path.join(entry.worktree, '.git');
    const isBeingMade = (await readTrimmed(path.join(dir, 'locked'))) === 'initializing';
    if (isOurs && isBeingMade && (await readTrimmed(file)) === '') await writeFile(file, '../..\n');
  }
}

/** Those made since the entry was written that may be its worktree's: git puts a number behind a name that is taken. */
async function newAdminDirs(layout: RepositoryLayout, entry: JournalEntry): Promise<string[]> {
  const parent = path.join(layout.commonDir, 'worktrees');
  if (!(await isFolder(parent))) return [];
  const before = new Set(entry.adminBefore);
  const ids = (await readdir(parent)).filter((id) => !before.has(id) && id.startsWith(path.basename(entry.worktree)));
  return ids.map((id) => path.join(parent, id));
}

/**
 * git was killed after it made `<common>/worktrees/<id>` and before it wrote there where the worktree lies: git neither
 * lists nor prunes such a folder. Only one that is new, named after our worktree, and still marked as being made.
 */
async function removeUnfinishedAdminDirs(layout: RepositoryLayout, entry: JournalEntry): Promise<void> {
  for (const dir of await newAdminDirs(layout, entry)) {
    const gitdir = await readTrimmed(path.join(dir, 'gitdir'));
    const locked = await readTrimmed(path.join(dir, 'locked'));
    if ((gitdir === null || gitdir === '') && (locked === null || locked === '' || locked === 'initializing')) {
      await rm(dir, { recursive: true, force: true });
    }
  }
}

/** With the old value given, git itself refuses when the branch has moved since we looked. */
async function deleteBranch(git: Git, layout: RepositoryLayout, entry: JournalEntry): Promise<void> {
  const at = placeOf(layout);
  await git.run([...at.args, 'update-ref', '-d', `refs/heads/${entry.branch}`, entry.base], {
    cwd: at.cwd,
    read: false,
  });
}
