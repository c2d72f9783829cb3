import { constants } from 'node:fs';
import { access, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskRef } from '../../../contract/plan';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { isFolder } from '../../git/layoutFiles';
import { isFullId } from '../../git/refNames';
import { placeOf, type RepositoryLayout, rememberMainWorktree } from '../../git/repository';
import { listWorktrees } from '../../git/worktreeList';
import type { Log, Settings } from '../../ports';
import { hostId, ownStartTime } from '../../store/processes';
import { WorktreeError } from '../errors';
import { lockWaitMs, worktreesLock } from '../lock';
import { branchTaken, refuseBadBranch } from '../names';
import { kindAt } from '../paths';
import { longestMs } from './alive';
import { checkOut, hookFrom, inCheckoutPlace, longPaths, makingMark, takeOffMark } from './checkout';
import { excludeInsideMain } from './exclude';
import { type JournalEntry, type JournalFile, writeJournal } from './journal';
import { branchInUse, cancelled, diskFailure, makeFailure } from './makeFailure';
import { realWorktree } from './place';
import { undoHalfMade } from './undo';

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

/** A worktree whose branch and folder stand, and whose files are still to be checked out. */
export interface BegunWorktree extends MadeWorktree {
  /** Checks the files out, beside others. To be called once; either all of it stands afterwards or nothing does. */
  finish(): Promise<MadeWorktree>;
}

/**
 * Makes a branch and its worktree. Either all of it stands afterwards or nothing does. Three git processes, and one
 * for a post-checkout hook.
 * @throws WorktreeError
 */
export async function makeWorktree(deps: WorktreeDeps, o: MakeOptions): Promise<MadeWorktree> {
  return (await beginWorktree(deps, o)).finish();
}

/**
 * The short first half: branch, folder and git's bookkeeping, one after another over all processes, because git's own
 * locks collide otherwise. Until it is finished the worktree is locked with git's own mark of one being made.
 * @throws WorktreeError; then nothing stands
 */
export async function beginWorktree(deps: WorktreeDeps, o: MakeOptions): Promise<BegunWorktree> {
  refuseBadBranch(o.branch, 'the branch of the task');
  if (!isFullId(o.base)) {
    throw new WorktreeError('base-missing', `${JSON.stringify(o.base)} is no full commit id to start from.`);
  }
  const worktree = await realWorktree(deps.layout, o.worktree);
  o.onProgress?.('waiting');
  const begin = (lost: AbortSignal) =>
    beginLocked(deps, { ...o, worktree }, o.signal === undefined ? lost : AbortSignal.any([lost, o.signal]));
  return deps.locks.withLock(worktreesLock, begin, { waitMs: lockWaitMs });
}

async function beginLocked(deps: WorktreeDeps, o: MakeOptions, signal: AbortSignal): Promise<BegunWorktree> {
  if (signal.aborted) throw cancelled(o);
  const { worktree } = o;
  const found = await kindAt(worktree);
  if (found === 'folder' || found === 'other') {
    throw new WorktreeError('exists', `${worktree} exists already and is left as it is; remove it or choose another.`);
  }
  const hook = await refuseTaken(deps, o);
  await makeParent(deps.layout, worktree);
  const entry = {
    v: 1 as const,
    ...o.ref,
    worktree,
    existed: found === 'empty-folder',
    branch: o.branch,
    base: o.base,
    existingBranch: o.existingBranch ?? false,
    adminBefore: await adminNames(deps.layout),
    gitPid: null,
    maker: { pid: process.pid, pidStarted: await ownStartTime(), host: hostId() },
  };
  for (let attempt = 1; ; attempt += 1) {
    const journal = await beginJournal(deps, { ...entry, at: new Date().toISOString() });
    try {
      await addWorktree(deps, journal, signal);
      const made = { worktree, branch: o.branch, head: o.base };
      return { ...made, finish: () => finishMaking(deps, o, { journal, hook, made }) };
    } catch (error) {
      o.onProgress?.('undoing');
      const left = await undoAfterFailure(deps, journal);
      // Someone else's git held a lock for a moment.
      if (left === null && attempt < 6 && GitError.is(error) && error.reason === 'locked' && !signal.aborted) {
        await sleep(50 * 2 ** attempt);
        continue;
      }
      throw makeFailure(error, o, left);
    }
  }
}

async function beginJournal(deps: WorktreeDeps, entry: JournalEntry): Promise<JournalFile> {
  try {
    return await writeJournal(deps.journalDir, entry);
  } catch (error) {
    throw diskFailure(error, deps.journalDir) ?? error;
  }
}

/** Locked with git's mark: until the files are there nobody may prune it, or take it for a whole one. */
async function addWorktree(deps: WorktreeDeps, journal: JournalFile, signal: AbortSignal): Promise<void> {
  const at = placeOf(deps.layout);
  const { worktree, branch, base, existingBranch } = journal.entry;
  // A base that is a commit cannot be tracked anyway; `--no-track` says so whatever is configured.
  const what = existingBranch === true ? ['--', worktree, branch] : ['--no-track', '-b', branch, '--', worktree, base];
  const add = ['worktree', 'add', '--quiet', '--no-checkout', '--lock', '--reason', makingMark];
  await deps.git.run([...at.args, ...longPaths(), ...add, ...what], {
    cwd: at.cwd,
    read: false,
    signal,
    timeoutMs: longestMs,
    ownGroup: true,
    onSpawn: (gitPid) => journal.noteGit(gitPid, deps.log),
  });
}

async function finishMaking(
  deps: WorktreeDeps,
  o: MakeOptions,
  begun: { journal: JournalFile; hook: string; made: MadeWorktree },
): Promise<MadeWorktree> {
  const { journal, hook, made } = begun;
  try {
    await inCheckoutPlace(deps.git, async () => {
      if (o.signal?.aborted) throw cancelled(o);
      o.onProgress?.('checking-out');
      await checkOut({ ...deps, journal, hook, signal: o.signal });
    });
    // From here on a killed process leaves a worktree to be finished, and none to be undone.
    journal.update({ complete: true, gitPid: null });
    await takeOffMark(made.worktree);
    await journal.remove();
    if (await isFolder(deps.layout.storeDir)) await rememberMainWorktree(deps.layout);
    return made;
  } catch (error) {
    o.onProgress?.('undoing');
    const undo = () => undoAfterFailure(deps, journal);
    throw makeFailure(error, o, await deps.locks.withLock(worktreesLock, undo, { waitMs: lockWaitMs }));
  }
}

/** null: nothing is left. Else a sentence about what is. */
async function undoAfterFailure(deps: WorktreeDeps, journal: JournalFile): Promise<string | null> {
  try {
    const result = await undoHalfMade({ ...deps, scratchDir: deps.journalDir }, journal.entry);
    if (result.kind !== 'busy') await journal.remove();
    else journal.release();
    return result.kind === 'undone' ? null : result.why;
  } catch (error) {
    // The first failure is the one to tell; the entry stays, nobody's any more, so the next start tries again.
    deps.log.warn(`${journal.entry.worktree} could not be undone: ${String(error)}`);
    journal.release();
    return `what was made so far could not be undone yet`;
  }
}

/**
 * Base and branch, before anything is changed, in one process.
 * @returns where the post-checkout hook would lie
 */
async function refuseTaken(deps: WorktreeDeps, o: MakeOptions): Promise<string> {
  const at = placeOf(deps.layout);
  // `--revs-only` leaves out what names nothing, and what comes after it.
  const revs = ['--revs-only', `${o.base}^{commit}`, `refs/heads/${o.branch}`];
  const args = ['rev-parse', '--git-path', 'hooks/post-checkout', ...revs];
  const lines = (await deps.git.run([...at.args, ...args], { cwd: at.cwd })).stdout.split('\n').slice(0, -1);
  const ids = lines.splice(lines.findLastIndex((line) => !isFullId(line)) + 1);
  const [base, branch] = ids;
  if (base !== o.base) {
    throw new WorktreeError('base-missing', `The repository has no commit ${o.base} to start from; fetch it first.`);
  }
  if (o.existingBranch === true) await refuseElsewhere(deps, o, branch);
  else if (branch !== undefined) throw branchTaken(o.branch, o.branch);
  return hookFrom(lines.join('\n'), at.cwd, deps.layout.commonDir);
}

async function refuseElsewhere(deps: WorktreeDeps, o: MakeOptions, tip: string | undefined): Promise<void> {
  if (tip === undefined) {
    throw new WorktreeError('base-missing', `There is no branch ${o.branch} to check out; name one that exists.`);
  }
  if (tip !== o.base) {
    throw new WorktreeError('changed-meanwhile', `The branch ${o.branch} has moved on meanwhile; try again.`);
  }
  const elsewhere = (await listWorktrees(deps.git, deps.layout)).find(({ branch }) => branch === o.branch);
  if (elsewhere !== undefined) throw branchInUse(o.branch, elsewhere.path);
}

/** The folder around the worktree, kept out of git where it lies in the main worktree. */
async function makeParent(layout: RepositoryLayout, worktree: string): Promise<void> {
  const parent = path.dirname(worktree);
  try {
    // Asked first: of a read-only file system `mkdir` says that the folder does not exist.
    await access(await nearestFolder(parent), constants.W_OK);
    await mkdir(parent, { recursive: true });
    await excludeInsideMain(layout, worktree);
  } catch (error) {
    throw diskFailure(error, parent) ?? error;
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  return parent === folder || (await kindAt(folder)) !== 'nothing' ? folder : nearestFolder(parent);
}

async function adminNames(layout: RepositoryLayout): Promise<string[]> {
  const parent = path.join(layout.commonDir, 'worktrees');
  return (await isFolder(parent)) ? readdir(parent) : [];
}
