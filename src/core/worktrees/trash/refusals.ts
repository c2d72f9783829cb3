import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { gitDirOf } from '../../git/layoutFiles';
import { type GitWorktree, listWorktrees } from '../../git/worktreeList';
import { WorktreeError } from '../errors';
import { errorCode, isInside, kindAt } from '../paths';
import type { CleanTarget } from '../state/target';
import { branchTip } from './branch';
import type { BranchAt, TrashDeps } from './journal';

/**
 * Looks once more, under the lock, whether the worktree is the one that was surveyed and may be moved.
 * @throws WorktreeError in-use, locked-worktree, changed-meanwhile
 */
export async function refuseToClean(deps: TrashDeps, target: CleanTarget, branch: BranchAt | null): Promise<void> {
  const { worktree, adminDir } = target;
  const found = await lstat(worktree).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  });
  if (found === null) throw changed(`The worktree ${worktree} is gone; forget it, or restore it from its archive.`);
  const own = found.isDirectory() && (await gitDirOf(worktree)) === adminDir;
  if (!own || path.dirname(adminDir) !== path.join(deps.layout.commonDir, 'worktrees')) {
    throw changed(`${worktree} is no longer the worktree that ${adminDir} belongs to; see what happened to it first.`);
  }
  const all = await listWorktrees(deps.git, deps.layout);
  refuseOthersInside(deps, worktree, all);
  refuseMoved(target, all.find((each) => each.adminDir === adminDir) ?? null);
  await refuseBusy(worktree, adminDir);
  if (branch !== null && branch.name !== target.branch && (await branchTip(deps, branch.name)) !== branch.tip) {
    throw changed(`The branch ${branch.name} has moved since it was looked at; look again, then clean.`);
  }
}

/** They would move along, and nothing that points at them would know. */
function refuseOthersInside(deps: TrashDeps, worktree: string, all: readonly GitWorktree[]): void {
  const others = all.map((each) => each.path).filter((each) => each !== worktree);
  const inside = [...others, deps.layout.commonDir].find((each) => isInside(each, worktree));
  if (inside === undefined) return;
  throw new WorktreeError('in-use', `${worktree} holds ${inside}; clean or move that first.`);
}

function refuseMoved(target: CleanTarget, now: GitWorktree | null): void {
  if (now === null) throw changed(`git no longer lists the worktree ${target.worktree}; look again, then clean.`);
  if (now.locked !== null) throw lockedWorktree(target.adminDir, now.locked);
  if (now.branch !== target.branch || now.head !== target.head) {
    throw changed(
      `${target.worktree} has moved to another commit or branch since it was looked at; look again, then clean.`,
    );
  }
}

/** Also the marks of a git that died: what it left half written is for a human to judge. */
async function refuseBusy(worktree: string, adminDir: string): Promise<void> {
  for (const name of ['index.lock', 'HEAD.lock']) {
    const file = path.join(adminDir, name);
    if ((await kindAt(file)) === 'nothing') continue;
    throw new WorktreeError(
      'in-use',
      `git is at work in ${worktree}, or died there: ${file} exists; when no git runs there, delete that file and try again.`,
    );
  }
}

export function lockedWorktree(adminDir: string, reason: string | null): WorktreeError {
  const why = reason === null || reason === '' || reason === 'locked' ? '' : ` (${reason})`;
  return new WorktreeError(
    'locked-worktree',
    `The worktree of ${adminDir} is locked${why}; run git worktree unlock when that no longer holds, then try again.`,
  );
}

function changed(message: string): WorktreeError {
  return new WorktreeError('changed-meanwhile', message);
}
