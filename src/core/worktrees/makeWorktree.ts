import { mkdir, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskRef } from '../../contract/plan';
import { GitError } from '../git/errors';
import type { Git } from '../git/git';
import { isFolder } from '../git/layoutFiles';
import { isFullId } from '../git/refNames';
import { placeOf, type RepositoryLayout, rememberMainWorktree } from '../git/repository';
import { readAdminDirs } from '../git/worktreeList';
import type { Log, Settings } from '../ports';
import { longestMs, mayStillRun } from './alive';
import { WorktreeError } from './errors';
import { excludeInsideMain } from './exclude';
import { type JournalEntry, type JournalFile, readJournal, writeJournal } from './journal';
import { lockWaitMs, worktreesLock } from './lock';
import { branchTaken, refuseBadBranch } from './names';
import { isInside, kindAt } from './paths';
import { isComplete, undoHalfMade } from './undo';

export interface WorktreeDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly settings: Settings;
  /** One holder over all processes. */
  readonly locks: {
    withLock<T>(name: string, fn: (signal: AbortSignal) => Promise<T>, o?: { waitMs?: number }): Promise<T>;
  };
  /** Absolute; made when needed. Shared by all processes of the repository. */
  readonly journalDir: string;
  readonly log: Log;
}

/** `waiting` for other worktrees to be made, `checking-out`, `undoing` after a failure. */
export type MakePhase = 'waiting' | 'checking-out' | 'undoing';

export interface MakeOptions {
  readonly ref: TaskRef;
  readonly branch: string;
  /** Absolute path of a folder that does not exist, or is empty. */
  readonly worktree: string;
  /** Full commit id; with `existingBranch` the tip of the branch. */
  readonly base: string;
  /** The branch is there already and is checked out; it is never deleted when the worktree is undone. */
  readonly existingBranch?: boolean | undefined;
  readonly onProgress?: ((phase: MakePhase) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MadeWorktree {
  /** Real path. */
  readonly worktree: string;
  readonly branch: string;
  readonly head: string;
}

/**
 * Makes a branch and its worktree: one after another over all processes, because git's own locks collide otherwise.
 * Either all of it stands afterwards or nothing does. Two git processes.
 * @throws WorktreeError
 */
export async function makeWorktree(deps: WorktreeDeps, o: MakeOptions): Promise<MadeWorktree> {
  refuseBadBranch(o.branch, 'the branch of the task');
  refuseBadPlace(deps.layout, o.worktree);
  if (!isFullId(o.base)) {
    throw new WorktreeError('base-missing', `${JSON.stringify(o.base)} is no full commit id to start from.`);
  }
  o.onProgress?.('waiting');
  const make = (lost: AbortSignal) =>
    makeLocked(deps, o, o.signal === undefined ? lost : AbortSignal.any([lost, o.signal]));
  return deps.locks.withLock(worktreesLock, make, { waitMs: lockWaitMs });
}

/**
 * Undoes what a killed process left half made; to be called at start. Cheap when there is nothing: one folder is read.
 * What holds more than git's own checkout is kept, reported in the log, and shown as a worktree like any other.
 * @returns the worktrees it undid.
 */
export async function rollbackHalfMade(deps: WorktreeDeps): Promise<string[]> {
  if ((await readJournal(deps.journalDir, deps.log)).length === 0) return [];
  const undone: string[] = [];
  await deps.locks.withLock(
    worktreesLock,
    async (lost) => {
      for (const file of await readJournal(deps.journalDir, deps.log)) {
        if (lost.aborted) return;
        if (await rollBack(deps, file)) undone.push(file.entry.worktree);
      }
    },
    { waitMs: lockWaitMs },
  );
  return undone;
}

async function rollBack(deps: WorktreeDeps, file: JournalFile): Promise<boolean> {
  const { worktree } = file.entry;
  if (await mayStillRun(file.entry)) {
    deps.log.info(`git is still making ${worktree}; it is looked at again later.`);
    return false;
  }
  try {
    const result = await undoHalfMade({ ...deps, scratchDir: deps.journalDir }, file.entry);
    if (result.kind === 'undone') deps.log.info(`Undid the half-made worktree ${worktree}.`);
    if (result.kind === 'kept') deps.log.warn(`Kept the half-made worktree ${worktree}: ${result.why}.`);
    if (result.kind === 'busy')
      deps.log.info(`The half-made worktree ${worktree} is looked at again later: ${result.why}.`);
    if (result.kind !== 'busy') await file.remove();
    return result.kind === 'undone';
  } catch (error) {
    // One that cannot be undone now must not keep the repository from opening; its entry stays for the next start.
    deps.log.warn(`The half-made worktree ${worktree} could not be undone: ${String(error)}`);
    return false;
  }
}

async function makeLocked(deps: WorktreeDeps, o: MakeOptions, signal: AbortSignal): Promise<MadeWorktree> {
  if (signal.aborted) throw cancelled(o);
  const found = await kindAt(o.worktree);
  if (found === 'folder' || found === 'other') {
    throw new WorktreeError(
      'exists',
      `${o.worktree} exists already and is left as it is; remove it or choose another.`,
    );
  }
  await refuseTaken(deps, o);
  await mkdir(path.dirname(o.worktree), { recursive: true });
  const worktree = path.join(await realpath(path.dirname(o.worktree)), path.basename(o.worktree));
  await excludeInsideMain(deps.layout, worktree);
  const entry: JournalEntry = {
    v: 1,
    at: new Date().toISOString(),
    ...o.ref,
    worktree,
    existed: found === 'empty-folder',
    branch: o.branch,
    base: o.base,
    adminBefore: await adminNames(deps.layout),
    gitPid: null,
  };
  o.onProgress?.('checking-out');
  for (let attempt = 1; ; attempt += 1) {
    const file = await writeJournal(deps.journalDir, { ...entry, at: new Date().toISOString() });
    try {
      await addWorktree(deps, entry, signal, file);
      await file.remove();
      if (await isFolder(deps.layout.storeDir)) await rememberMainWorktree(deps.layout);
      return { worktree, branch: o.branch, head: o.base };
    } catch (error) {
      o.onProgress?.('undoing');
      const left = await undoAfterFailure(deps, file);
      // Someone else's git held a lock for a moment.
      if (left === null && attempt < 6 && GitError.is(error) && error.reason === 'locked' && !signal.aborted) {
        await sleep(50 * 2 ** attempt);
        continue;
      }
      throw reasonOf(error, o, left);
    }
  }
}

async function addWorktree(deps: WorktreeDeps, entry: JournalEntry, signal: AbortSignal, file: JournalFile) {
  const at = placeOf(deps.layout);
  // A base that is a commit cannot be tracked anyway; `--no-track` says so whatever is configured.
  const args = ['worktree', 'add', '--quiet', '--no-track', '-b', entry.branch, '--', entry.worktree, entry.base];
  try {
    await deps.git.run([...at.args, ...args], {
      cwd: at.cwd,
      read: false,
      signal,
      timeoutMs: longestMs,
      ownGroup: true,
      onSpawn: (pid) => file.setGitPid(pid),
    });
  } catch (error) {
    // git ends with the exit code of the post-checkout hook, which runs when the worktree is complete.
    if (!GitError.is(error) || error.reason !== 'failed' || error.exitCode === null) throw error;
    const adminDir = (await readAdminDirs(deps.layout.commonDir)).get(entry.worktree);
    if (adminDir === undefined || !(await isComplete(adminDir, entry.worktree, entry.branch))) throw error;
    deps.log.warn(`The post-checkout hook failed in ${entry.worktree}: ${error.message}`);
  }
}

/** null: nothing is left. Else a sentence about what is. */
async function undoAfterFailure(deps: WorktreeDeps, file: JournalFile): Promise<string | null> {
  try {
    const result = await undoHalfMade({ ...deps, scratchDir: deps.journalDir }, file.entry);
    if (result.kind !== 'busy') await file.remove();
    return result.kind === 'undone' ? null : result.why;
  } catch (error) {
    // The first failure is the one to tell; the entry stays, so the next start tries again.
    deps.log.warn(`${file.entry.worktree} could not be undone: ${String(error)}`);
    return `what was made so far could not be undone yet`;
  }
}

/** Base and branch in one process. */
async function refuseTaken(deps: WorktreeDeps, o: MakeOptions): Promise<void> {
  const at = placeOf(deps.layout);
  const { stdout } = await deps.git.run([...at.args, 'cat-file', '--batch-check'], {
    cwd: at.cwd,
    input: `${o.base}^{commit}\nrefs/heads/${o.branch}\n`,
  });
  const [base, branch] = stdout.split('\n');
  if (!base?.startsWith(`${o.base} commit `)) {
    throw new WorktreeError('base-missing', `The repository has no commit ${o.base} to start from; fetch it first.`);
  }
  if (!branch?.endsWith(' missing')) throw branchTaken(o.branch, o.branch);
}

function refuseBadPlace(layout: RepositoryLayout, worktree: string): void {
  const main = layout.mainWorktree;
  const holdsRepository = isInside(layout.commonDir, worktree) || (main !== null && isInside(main, worktree));
  if (
    path.isAbsolute(worktree) &&
    !worktree.includes('\0') &&
    !holdsRepository &&
    !isInside(worktree, layout.commonDir)
  ) {
    return;
  }
  throw new WorktreeError(
    'root-refused',
    `No worktree can be made at ${JSON.stringify(worktree)}; choose another folder.`,
  );
}

async function adminNames(layout: RepositoryLayout): Promise<string[]> {
  const parent = path.join(layout.commonDir, 'worktrees');
  return (await isFolder(parent)) ? readdir(parent) : [];
}

function cancelled(o: MakeOptions, cause?: unknown): WorktreeError {
  return new WorktreeError('cancelled', `Making ${o.worktree} was cancelled.`, cause);
}

/** git's words (builtin/worktree.c, branch.c, refs.c) as our reasons. */
function reasonOf(error: unknown, o: MakeOptions, left: string | null): unknown {
  if (!GitError.is(error)) return error;
  const rest = left === null ? '' : ` It was not undone: ${left}.`;
  const { stderr } = error;
  if (error.reason === 'cancelled' && o.signal?.aborted && left === null) return cancelled(o, error);
  if (/a branch named .* already exists/.test(stderr)) return branchTaken(o.branch, o.branch);
  const obstacle = /cannot lock ref .*: 'refs\/heads\/(.+)' exists; cannot create/.exec(stderr)?.[1];
  if (obstacle !== undefined) return branchTaken(o.branch, obstacle);
  if (/fatal: '.*' already exists/s.test(stderr)) {
    return new WorktreeError('exists', `${o.worktree} exists already; remove it or choose another.`, error);
  }
  return new WorktreeError(
    'git-failed',
    `The worktree ${o.worktree} could not be made: ${error.message}${rest}`,
    error,
  );
}
