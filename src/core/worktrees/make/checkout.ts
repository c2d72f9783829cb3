import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { gitDirOf, isFile, readTrimmed } from '../../git/layoutFiles';
import type { Log, Settings } from '../../ports';
import { isInside } from '../paths';
import { longestMs } from './alive';
import type { JournalFile } from './journal';

/** Options before the command: Windows' own limit of 260 characters is short for worktrees of deep repositories. */
export function longPaths(): string[] {
  return process.platform === 'win32' ? ['-c', 'core.longpaths=true'] : [];
}

/** git-lfs-smudge(1): with the variable large files stay the pointers that the commit has. */
export function checkoutEnvironment(settings: Pick<Settings, 'skipLfs'>): Record<string, string> {
  return settings.skipLfs ? { GIT_LFS_SKIP_SMUDGE: '1' } : {};
}

/** More at once only wait for the disk and for each other; measured: two are faster than one and than four. */
const checkoutsAtOnce = 2;
const places = new WeakMap<Git, LimitFunction>();

/** Runs `work` when fewer than two checkouts run through this door. */
export function inCheckoutPlace<T>(git: Git, work: () => Promise<T>): Promise<T> {
  const place = places.get(git) ?? pLimit(checkoutsAtOnce);
  places.set(git, place);
  return place(work);
}

export interface CheckoutOptions {
  readonly git: Git;
  readonly settings: Settings;
  readonly log: Log;
  /** Told each process before anything else happens. */
  readonly journal: JournalFile;
  /** The hook of the repository, as `git rev-parse --git-path` says it from the repository's own place. */
  readonly hook: string | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The second half of `git worktree add`, with its own words: `reset --hard`, then the post-checkout hook (git's
 * builtin/worktree.c, checkout_worktree and add_worktree). A hook that fails is reported, as there.
 * @throws GitError
 */
export async function checkOut(o: CheckoutOptions): Promise<void> {
  const { worktree, base } = o.journal.entry;
  // Of an earlier process: it has ended, and its id must not stand for the next one.
  o.journal.update({ gitPid: null });
  const run = (args: string[]) =>
    o.git.run([...longPaths(), ...args], {
      cwd: worktree,
      read: false,
      ownGroup: true,
      timeoutMs: longestMs,
      signal: o.signal,
      env: checkoutEnvironment(o.settings),
      onSpawn: (gitPid) => o.journal.noteGit(gitPid, o.log),
    });
  await whileLocked(() => run(['reset', '--hard', '--quiet', '--no-recurse-submodules']), o.signal);
  const hook = o.hook === null ? null : path.resolve(worktree, o.hook);
  if (hook === null || !(await isFile(hook))) return;
  try {
    await run(['hook', 'run', '--ignore-missing', 'post-checkout', '--', '0'.repeat(base.length), base, '1']);
  } catch (error) {
    if (!GitError.is(error) || error.reason !== 'failed' || error.exitCode === null) throw error;
    o.log.warn(`The post-checkout hook failed in ${worktree}: ${error.message}`);
  }
}

/** Where `git rev-parse --git-path hooks/post-checkout` points: a relative `core.hooksPath` is meant from each worktree. */
export function hookFrom(printed: string, cwd: string, commonDir: string): string {
  const fromHere = path.resolve(cwd, printed);
  return isInside(fromHere, commonDir) ? fromHere : printed;
}

/** The reason git itself locks a worktree with while it makes it (builtin/worktree.c); prune and remove respect it. */
export const makingMark = 'initializing';

/** Unlocks a worktree that was locked because it was being made; any other lock is somebody's own. */
export async function takeOffMark(worktree: string): Promise<void> {
  const adminDir = await gitDirOf(worktree);
  if (adminDir === null) return;
  const locked = path.join(adminDir, 'locked');
  if ((await readTrimmed(locked)) === makingMark) await rm(locked, { force: true });
}

/** Whether git came to the end of a checkout: it writes the index last. */
export async function isCheckedOut(worktree: string): Promise<boolean> {
  const adminDir = await gitDirOf(worktree);
  if (adminDir === null) return false;
  return (await isFile(path.join(adminDir, 'index'))) && !(await isFile(path.join(adminDir, 'index.lock')));
}

/** Repeats while another git holds a lock for a moment. */
async function whileLocked(work: () => Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt >= 6 || !GitError.is(error) || error.reason !== 'locked' || signal?.aborted) throw error;
      await sleep(50 * 2 ** attempt);
    }
  }
}
