import path from 'node:path';
import type { SyncJson } from '../../contract/json';
import { fetchBase } from '../git/base';
import { GitError } from '../git/errors';
import { readTrimmed } from '../git/layoutFiles';
import { branchPatterns, defaultBranch, readRefs, type Tracking, trackingAmong } from '../git/refs';
import { placeOf } from '../git/repository';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import { StoreError } from '../store/errors';
import { WorktreeError } from '../worktrees/errors';
import { syncWorktree } from '../worktrees/sync/syncWorktree';
import type { TaskContext } from './context';
import { baseLock, recoverSyncs } from './recoverSync';
import { syncDeps } from './sync';

export interface SyncBaseOptions {
  /** Local branch; default: the default branch. */
  readonly base?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type SyncedBase = NonNullable<SyncJson['base']>;

/**
 * Fast-forwards the local base to its remote. Where it is checked out, through that worktree, without touching the
 * user's changes: held when a file that it changes is changed there too, or something is in the way.
 * @throws GitError bad-ref when there is no such branch; StoreError
 */
export async function syncBase(context: TaskContext, o: SyncBaseOptions = {}): Promise<SyncedBase> {
  const name = o.base ?? (await defaultBranch(context.git, context.layout));
  const at = placeOf(context.layout);
  const before = await readSides(context, name);
  if (before.local === null) {
    throw new GitError('bad-ref', `There is no local branch ${JSON.stringify(name)} to bring up to date.`, at);
  }
  const from = before.local;
  const fetch = context.host.settings().fetchBase
    ? await fetchBase(context.git, at.cwd, name, { timeoutMs: 30_000, signal: o.signal })
    : { reason: null };
  const note = fetch.reason === null ? null : `it could not be fetched: ${fetch.reason}`;
  try {
    const move = () => underLock(context, name, note, o.signal);
    return await context.store.locks.withLock(baseLock, move, { waitMs: 10_000 });
  } catch (error) {
    if (!StoreError.is(error) || error.reason !== 'locked') throw error;
    return { name, from, to: from, result: 'held', reason: 'another process is bringing it up to date' };
  }
}

async function readSides(
  context: TaskContext,
  name: string,
): Promise<{ readonly local: string | null; readonly tracking: Tracking | null }> {
  const refs = await readRefs(context.git, placeOf(context.layout), branchPatterns(name));
  const local = refs.find((ref) => ref.name === `refs/heads/${name}`)?.commit ?? null;
  return { local, tracking: trackingAmong(refs, name) };
}

async function underLock(
  context: TaskContext,
  name: string,
  note: string | null,
  signal: AbortSignal | undefined,
): Promise<SyncedBase> {
  await recoverSyncs(context, { ref: null, locked: true });
  const { local: from, tracking } = await readSides(context, name);
  const answer = (result: SyncedBase['result'], reason: string | null, to = from) => {
    return { name, from, to, result, reason };
  };
  if (from === null) return answer('held', 'the branch is gone');
  if (tracking === null || tracking.commit === null) return answer('up-to-date', note ?? 'it follows no remote');
  const to = tracking.commit;
  const sides = await countSides(context, from, to);
  if (sides.behind === 0) return note === null ? answer('up-to-date', null) : answer('held', note);
  const remote = tracking.ref.replace(/^refs\/remotes\//, '');
  if (sides.ahead > 0) {
    return answer('held', `${name} (${sides.ahead} ahead) and ${remote} (${sides.behind} ahead) have diverged`);
  }
  const worktrees = await listWorktrees(context.git, context.layout);
  const busy = await rebasing(worktrees, context, name);
  if (busy !== null) return answer('held', `${busy} is rebasing it`);
  const checkedOut = worktrees.find((worktree) => worktree.branch === name && !worktree.bare);
  const message = `switchyard sync: fast-forward to ${remote}`;
  if (checkedOut === undefined) {
    const { cwd, args } = placeOf(context.layout);
    await context.git.run([...args, 'update-ref', '-m', message, `refs/heads/${name}`, to, from], { cwd, read: false });
    return answer('moved', note, to);
  }
  return throughWorktree(context, checkedOut, { name, from, to, remote, note, signal });
}

interface Move {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly remote: string;
  readonly note: string | null;
  readonly signal: AbortSignal | undefined;
}

async function throughWorktree(context: TaskContext, worktree: GitWorktree, move: Move): Promise<SyncedBase> {
  const { name, from, to, remote, note, signal } = move;
  const held = (reason: string): SyncedBase => ({ name, from, to: from, result: 'held', reason });
  if (worktree.prunable !== null) return held(`its worktree is gone (${worktree.path})`);
  try {
    const outcome = await syncWorktree(syncDeps(context), {
      ref: null,
      worktree: worktree.path,
      branch: name,
      base: to,
      baseName: remote,
      method: 'forward',
      signal,
    });
    if (outcome.result === 'synced') return { name, from, to, result: 'moved', reason: outcome.note ?? note };
    if (outcome.result === 'up-to-date') return { name, from, to: outcome.head, result: 'up-to-date', reason: note };
    return held(outcome.reason);
  } catch (error) {
    if (WorktreeError.is(error) && (error.reason === 'changed-meanwhile' || error.reason === 'in-use'))
      return held(error.message);
    throw error;
  }
}

async function countSides(context: TaskContext, a: string, b: string): Promise<{ ahead: number; behind: number }> {
  const { cwd, args } = placeOf(context.layout);
  const { stdout } = await context.git.run([...args, 'rev-list', '--left-right', '--count', `${a}...${b}`], { cwd });
  const [ahead = Number.NaN, behind = Number.NaN] = stdout.trim().split(/\s+/).map(Number);
  return { ahead, behind };
}

/** A worktree whose stopped rebase is of this branch: HEAD is detached there meanwhile. */
async function rebasing(worktrees: readonly GitWorktree[], context: TaskContext, name: string): Promise<string | null> {
  for (const worktree of worktrees) {
    const gitDir = worktree.adminDir ?? context.layout.commonDir;
    for (const state of ['rebase-merge', 'rebase-apply']) {
      const head = await readTrimmed(path.join(gitDir, state, 'head-name'));
      if (head === `refs/heads/${name}`) return worktree.path;
    }
  }
  return null;
}
