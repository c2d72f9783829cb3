import path from 'node:path';
import { GitError } from '../../git/errors';
import { WorktreeError } from '../errors';
import { branchTaken } from '../names';
import { errorCode } from '../paths';
import type { MakeOptions } from './makeWorktree';

export function cancelled(o: MakeOptions, cause?: unknown): WorktreeError {
  return new WorktreeError('cancelled', `Making ${o.worktree} was cancelled.`, cause);
}

export function branchInUse(branch: string, worktree: string, cause?: unknown): WorktreeError {
  return new WorktreeError(
    'in-use',
    `The branch ${branch} is checked out in ${worktree}; work there, or switch that worktree to another branch first.`,
    cause,
  );
}

/** A folder that could not be written, in words; null for any other failure. */
export function diskFailure(error: unknown, folder: string): WorktreeError | null {
  const code = errorCode(error);
  const why =
    code === 'EROFS'
      ? 'the file system is read-only'
      : code === 'EACCES' || code === 'EPERM'
        ? 'it may not be written'
        : code === 'ENOSPC' || code === 'EDQUOT'
          ? 'the disk is full'
          : code === 'ENOTDIR' || code === 'EEXIST'
            ? 'a file is in the way'
            : null;
  if (why === null) return null;
  return new WorktreeError(
    'root-refused',
    `No worktree can be made in ${folder} because ${why}; change that, or set switchyard.worktreeRoot to another folder.`,
    error,
  );
}

/**
 * What made the making fail, as an error of ours: git's words (builtin/worktree.c, branch.c, refs.c) as our reasons.
 * @param left what could not be undone, a clause; null: nothing is left
 */
export function makeFailure(error: unknown, o: MakeOptions, left: string | null): unknown {
  if (!GitError.is(error)) return diskFailure(error, path.dirname(o.worktree)) ?? error;
  const rest = left === null ? '' : ` It was not undone: ${left}.`;
  const { stderr } = error;
  if (error.reason === 'cancelled' && o.signal?.aborted && left === null) return cancelled(o, error);
  if (/a branch named .* already exists/.test(stderr)) return branchTaken(o.branch, o.branch);
  const obstacle = /cannot lock ref .*: 'refs\/heads\/(.+)' exists; cannot create/.exec(stderr)?.[1];
  if (obstacle !== undefined) return branchTaken(o.branch, obstacle);
  // 2.39: "is already checked out at"; since 2.42: "is already used by worktree at".
  const elsewhere = /is already (?:checked out|used by worktree) at '(.*)'/s.exec(stderr)?.[1];
  if (elsewhere !== undefined) return branchInUse(o.branch, elsewhere, error);
  if (/fatal: '.*' already exists/s.test(stderr)) {
    return new WorktreeError('exists', `${o.worktree} exists already; remove it or choose another.`, error);
  }
  const why = unwritten(stderr) ?? error.message;
  return new WorktreeError('git-failed', `The worktree ${o.worktree} could not be made: ${why}${rest}`, error);
}

/** git's words for a file that could not be written (entry.c, read-cache.c) do not say why, and come before its last. */
function unwritten(stderr: string): string | null {
  const found =
    /^(?:error|fatal): (.*(?:unable to (?:write|create)|could not write|write error|No space left on device).*)$/m.exec(
      stderr,
    );
  if (found?.[1] === undefined) return null;
  return `git could not write there (${found[1].trim()}); see whether the disk is full, and try again.`;
}
