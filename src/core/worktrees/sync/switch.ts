import { chmod, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { readTrimmed } from '../../git/layoutFiles';
import type { Journal } from '../../store/journals';
import { WorktreeError } from '../errors';
import { IndexLock } from './indexLock';
import type { SyncChange, SyncJournal } from './journal';
import type { SwitchPlan } from './plan';
import { hashOf } from './snapshot';
import { lateWrites, meanwhile, type OnStep, removeEmptyFolders, rmdirIfEmpty, swapBack, swapForward } from './swap';
import type { PrivateGit, SyncPaths } from './workspace';

export interface Switch {
  readonly git: Git;
  readonly private: PrivateGit;
  readonly journal: Journal<SyncJournal>;
  readonly paths: SyncPaths;
  readonly plan: SwitchPlan;
  readonly change: SyncChange;
  /** The process that began it was killed. */
  readonly recovering: boolean;
  readonly onStep?: OnStep | undefined;
}

/** What could not be taken back, because a human has changed it meanwhile. */
export class LeftBehind extends Error {
  constructor(
    readonly files: readonly string[],
    override readonly cause: unknown,
  ) {
    super(`Changed meanwhile: ${files.join(', ')}`);
  }
}

/**
 * Brings the worktree to the new commit: files, branch, index, in this order, under git's own index lock. Everything
 * it needs lies ready, and the journal says `switching`. Either all of it is done, or nothing: whatever fails, files
 * go back. Cut off at any moment, `recoverSync` goes on from there.
 * @param stillSame asked under the lock: whether the worktree is what the plan was made from
 * @throws WorktreeError changed-meanwhile, in-use; GitError; LeftBehind
 */
export async function switchWorktree(s: Switch, stillSame: () => Promise<boolean>): Promise<void> {
  const lock = lockOf(s);
  try {
    await lock.take();
  } catch (error) {
    await s.journal.update({ ...s.journal.data, phase: 'preparing' });
    throw error;
  }
  try {
    if (!(await isUnmoved(s)) || !(await stillSame())) throw changedMeanwhile(s);
    await exchange(s);
  } catch (error) {
    await goBack(s, lock, error);
  }
  await commit(s, lock);
}

export function lockOf(s: Pick<Switch, 'journal' | 'paths'>): IndexLock {
  return new IndexLock(s.journal.data.gitDir, s.paths.lock);
}

/** Files forward, each compared; afterwards nobody can have written to one that was replaced. @throws WorktreeError */
export async function exchange(s: Switch): Promise<void> {
  const swap = { worktree: s.journal.data.worktree, paths: s.paths, plan: s.plan };
  await swapForward(swap, s.onStep);
  // Sizes and times of the new files; exit 1 says that some are changed against the index, as they should be.
  await s.private.run(['update-index', '-q', '--refresh'], {
    index: s.paths.indexNext,
    okExitCodes: [0, 1],
    signal: undefined,
  });
  const [late] = await lateWrites(swap);
  if (late !== undefined) throw meanwhile(late);
}

/** Files back, then the error; when all are, the journal says that nothing is touched. @throws always */
export async function goBack(s: Switch, lock: IndexLock, error: unknown): Promise<never> {
  const left = await swapBack({ worktree: s.journal.data.worktree, paths: s.paths, plan: s.plan });
  await lock.release();
  if (left.length > 0) throw new LeftBehind(left.map(shownPath), error);
  await s.journal.update({ ...s.journal.data, phase: 'preparing' });
  throw error;
}

/**
 * Branch, index, tidying. The branch comes first, because only it can be refused (it moved, a hook says no): then
 * everything still goes back.
 */
export async function commit(s: Switch, lock: IndexLock): Promise<void> {
  const { journal, change } = s;
  const { worktree, gitDir } = journal.data;
  const o = { cwd: worktree, read: false };
  await journal.update({ ...journal.data, phase: 'committing' });
  try {
    await moveBranch(s);
  } catch (error) {
    // A git process that outlived a killed one of ours may hold the ref: then nothing is decided yet.
    if (s.recovering && GitError.is(error) && error.reason === 'locked') throw error;
    await journal.update({ ...journal.data, phase: 'switching' });
    await goBack(s, lock, error);
  }
  await placeIndex(s, gitDir);
  await s.git.run(['update-ref', 'ORIG_HEAD', change.from], o);
  await journal.update({ ...journal.data, phase: 'done' });
  await finish(s, lock);
}

/** What is left when all is done: safe to be done twice. */
export async function finish(s: Pick<Switch, 'journal' | 'paths' | 'plan'>, lock: IndexLock): Promise<void> {
  const { worktree } = s.journal.data;
  await removeEmptyFolders(
    worktree,
    s.plan.steps.filter(({ next }) => next === null),
  );
  for (const { path: name, comes } of s.plan.submoduleFolders) if (!comes) await rmdirIfEmpty(worktree, name);
  await lock.release();
}

const lockedRetries = 5;

/** With the old value given, git itself refuses when the branch has moved. */
async function moveBranch(s: Switch): Promise<void> {
  const { branch, from, to, message } = s.change;
  const o = { cwd: s.journal.data.worktree, read: false };
  for (let attempt = 1; from !== to && (await branchCommit(s)) !== to; attempt += 1) {
    try {
      await s.git.run(['update-ref', '-m', message, branch, to, from], o);
      return;
    } catch (error) {
      if ((await branchCommit(s)) === to) return;
      if (!GitError.is(error) || error.reason !== 'locked' || attempt === lockedRetries) throw error;
      await sleep(100 * attempt);
    }
  }
}

async function placeIndex(s: Switch, gitDir: string): Promise<void> {
  const index = path.join(gitDir, 'index');
  // Before a crash it was placed already when ours is gone.
  const there = await stat(s.paths.indexNext).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (there === null) return;
  await chmod(s.paths.indexNext, (await stat(index)).mode & 0o777);
  await rename(s.paths.indexNext, index);
}

/** HEAD, branch and index are what they were when the plan was made. */
export async function isUnmoved(s: Switch): Promise<boolean> {
  const { gitDir } = s.journal.data;
  if ((await readTrimmed(path.join(gitDir, 'HEAD'))) !== `ref: ${s.change.branch}`) return false;
  if ((await hashOf(path.join(gitDir, 'index'))) !== s.change.indexHash) return false;
  return (await branchCommit(s)) === s.change.from;
}

/** null: the branch is gone. */
export async function branchCommit(s: Pick<Switch, 'git' | 'journal' | 'change'>): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', s.change.branch];
  const { exitCode, stdout } = await s.git.run(args, { cwd: s.journal.data.worktree, okExitCodes: [0, 1] });
  return exitCode === 0 ? stdout.trim() : null;
}

function changedMeanwhile(s: Switch): WorktreeError {
  return new WorktreeError(
    'changed-meanwhile',
    `${s.journal.data.worktree} was changed while it was brought onto its base; it is as you left it, try again.`,
  );
}
