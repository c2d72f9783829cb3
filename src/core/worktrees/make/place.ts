import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { gitDirOf, isGitDir, realpathOrNull } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import { WorktreeError } from '../errors';
import { errorCode, isInside } from '../paths';

/**
 * Where a folder for worktrees really lies; it need not exist yet. A link that the user put on the way is followed, and
 * what is shown and recorded is where it leads: somebody with a small home disk does just that. It is refused where it
 * could surprise:
 * - inside the main worktree no link is followed at all: a branch may have brought it along;
 * - not in or around this repository's own git directory, and not around its main worktree;
 * - not inside another repository or another worktree, whose `git clean` or `git add -A` would take it, unless this
 *   repository lies in there as well (a home folder under version control).
 * @throws WorktreeError root-refused
 */
export async function realRoot(layout: RepositoryLayout, folder: string): Promise<string> {
  await refuseText(layout, folder);
  return checked(layout, await realOf(folder));
}

/** The same for a worktree in it, where a link at the very place is something that exists already: not followed. */
export async function realWorktree(layout: RepositoryLayout, worktree: string): Promise<string> {
  await refuseText(layout, worktree);
  return checked(layout, path.join(await realOf(path.dirname(worktree)), path.basename(worktree)));
}

async function refuseText(layout: RepositoryLayout, folder: string): Promise<void> {
  if (!path.isAbsolute(folder) || folder.includes('\0')) throw refused(folder, 'it is no absolute path');
  const main = layout.mainWorktree;
  if (main !== null && isInside(folder, main)) await refuseLinks(main, folder);
}

async function checked(layout: RepositoryLayout, real: string): Promise<string> {
  const main = layout.mainWorktree;
  if (isInside(real, layout.commonDir)) throw refused(real, 'it lies in the git directory');
  if ([layout.commonDir, main].some((own) => own !== null && isInside(own, real))) {
    throw refused(real, 'it is or holds the repository itself');
  }
  const other = await repositoryAround(real, main ?? layout.commonDir);
  if (other !== null) throw refused(real, `it lies inside another repository or worktree, ${other}`);
  return real;
}

/** The existing part resolved, the rest appended. */
async function realOf(folder: string): Promise<string> {
  const real = await realpathOrNull(folder);
  if (real !== null) return real;
  const parent = path.dirname(folder);
  // A link that leads nowhere: whatever is made through it would appear somewhere unseen.
  if (parent === folder || (await isLink(folder))) throw refused(folder, 'it is a link that leads nowhere');
  return path.join(await realOf(parent), path.basename(folder));
}

async function refuseLinks(main: string, folder: string): Promise<void> {
  let at = main;
  for (const part of path.relative(main, folder).split(path.sep)) {
    at = path.join(at, part);
    if (await isLink(at)) throw refused(folder, `${at} is a link inside the repository`);
  }
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch (error) {
    const code = errorCode(error);
    // Not there yet. One that cannot be looked at is refused when it is made.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return false;
    throw error;
  }
}

/** The nearest folder around `place` that is a repository or a worktree and does not hold `home`; null: none. */
async function repositoryAround(place: string, home: string): Promise<string | null> {
  for (let folder = place; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (isInside(home, folder)) return null;
    if ((await gitDirOf(folder)) !== null || (await isGitDir(folder))) return folder;
  }
  return null;
}

function refused(folder: string, why: string): WorktreeError {
  return new WorktreeError(
    'root-refused',
    `No worktree can be made at ${JSON.stringify(folder)} because ${why}; set switchyard.worktreeRoot to another folder.`,
  );
}
