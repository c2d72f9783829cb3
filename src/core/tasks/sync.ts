import path from 'node:path';
import type { SyncMethod } from '../../contract/events';
import type { SyncJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { ConditionKind } from '../../contract/states';
import { type Base, resolveBase } from '../git/base';
import { GitError } from '../git/errors';
import { isFolder } from '../git/layoutFiles';
import { readRefs, trackingAmong } from '../git/refs';
import { foreignCommits } from '../git/replay';
import { placeOf } from '../git/repository';
import { StoreError } from '../store/errors';
import { isSameProcess } from '../store/processes';
import { WorktreeError } from '../worktrees/errors';
import type { SyncChange } from '../worktrees/sync/journal';
import type { SyncDeps, SyncOutcome } from '../worktrees/sync/request';
import { syncWorktree } from '../worktrees/sync/syncWorktree';
import { findTask, readRecord, readRecords, type TaskContext, withTaskLock } from './context';
import type { TaskRecord } from './fold';
import { recoverSyncs } from './recoverSync';
import { streamName } from './refs';

export interface SyncOptions {
  /** Default: the setting. */
  readonly method?: SyncMethod | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type SyncedTask = SyncJson['tasks'][number];

/** What core/worktrees needs to bring one onto its base. */
export function syncDeps({ git, layout, store, host }: TaskContext): SyncDeps {
  const { journals, locks, dir } = store;
  return { git, layout, settings: host.settings(), journals, locks, syncDir: path.join(dir, 'sync'), log: host.log };
}

/**
 * Brings a task's branch and its working folder onto its base, uncommitted work included. What cannot be done leaves
 * everything as it was: `held` was not begun, `conflicting` is undone completely and put on record.
 * @throws TaskError `no-task`; GitError; StoreError
 */
export async function syncTask(context: TaskContext, ref: TaskRef, o: SyncOptions = {}): Promise<SyncedTask> {
  const method = o.method ?? context.host.settings().syncMethod;
  const answer = (outcome: SyncOutcome): SyncedTask => ({ ...ref, ...inJson(outcome, method) });
  const record = await readRecord(context, ref);
  if (record === null) await findTask(context, ref);
  const held = await whyHeld(record);
  if (record === null || held !== null) return answer(heldBy(held ?? 'it was not dispatched yet'));
  // Fetching may take seconds, and nobody needs to wait for it.
  const base = await baseOf(context, record, o.signal);
  if (typeof base === 'string') return answer(heldBy(base));
  try {
    return answer(await withTaskLock(context, ref, () => underLock(context, ref, base, { ...o, method }), 10_000));
  } catch (error) {
    if (!StoreError.is(error) || error.reason !== 'locked') throw error;
    return answer(heldBy('somebody else is at work on it; try again when that has ended'));
  }
}

/** All tasks that have a worktree and are not over, one after another. @throws as `syncTask` */
export async function syncAll(context: TaskContext, o: SyncOptions = {}): Promise<SyncedTask[]> {
  const synced: SyncedTask[] = [];
  for (const { ref, record } of (await readRecords(context)).values()) {
    const over = record.state === 'integrated' || record.state === 'cleaned' || record.state === 'abandoned';
    if (record.worktree === null || over) continue;
    synced.push(await syncTask(context, ref, o));
  }
  return synced;
}

async function whyHeld(record: TaskRecord | null): Promise<string | null> {
  if (record?.worktree == null) return 'it has no worktree yet';
  if (!(await isFolder(record.worktree.path))) return `its worktree is gone (${record.worktree.path})`;
  return null;
}

function heldBy(reason: string): SyncOutcome {
  return { result: 'held', head: null, reason };
}

/** No agent starts while the lease is ours, and none may be at work. */
async function underLock(
  context: TaskContext,
  ref: TaskRef,
  base: Base,
  o: SyncOptions & { readonly method: SyncMethod },
): Promise<SyncOutcome> {
  const record = await readRecord(context, ref);
  const held = await whyHeld(record);
  if (record === null || held !== null) return heldBy(held ?? 'it was forgotten');
  const { window, version } = context.host;
  const lease = await context.store.leases.acquire(streamName(ref), { window, version });
  if ('held' in lease) {
    const { agent, agentPid, pid } = lease.held;
    return heldBy(`its agent is at work (${agent ?? 'its runner'}, process ${agentPid ?? pid}); stop it first`);
  }
  try {
    const { run } = record;
    if (
      run !== null &&
      run.exited === null &&
      run.pidStarted !== null &&
      (await isSameProcess(run.pid, run.pidStarted))
    )
      return heldBy(`its agent is at work (process ${run.pid}); stop it first`);
    await recoverSyncs(context, { ref, locked: true });
    return await syncHeld(context, ref, record, base, o);
  } finally {
    await lease.release();
  }
}

async function syncHeld(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  base: Base,
  o: SyncOptions & { readonly method: SyncMethod },
): Promise<SyncOutcome> {
  const { worktree } = record;
  if (worktree === null) return heldBy('it has no worktree yet');
  const rewritten = await whyRewritten(context, ref, record, base);
  if (rewritten !== null) return heldBy(rewritten);
  const outcome = await syncWorktree(syncDeps(context), {
    ref,
    worktree: worktree.path,
    branch: worktree.branch,
    base: base.commit,
    baseName: base.name,
    method: o.method,
    signal: o.signal,
    settle: (change) => recordSynced(context, ref, change),
  }).catch((error: unknown) => {
    // A file that is written to all the time, or a lock of git's that stays: a human has to look.
    if (WorktreeError.is(error) && (error.reason === 'changed-meanwhile' || error.reason === 'in-use'))
      return heldBy(error.message);
    throw error;
  });
  await recordConditions(context, ref, record, base, outcome);
  return outcome;
}

export async function recordSynced(context: TaskContext, ref: TaskRef, change: SyncChange): Promise<void> {
  const { method, from, to, base } = change;
  await context.store.events.appendTask(ref, { kind: 'synced', method, from, to, base });
}

/** `synced` clears both by itself. */
async function recordConditions(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  base: Base,
  outcome: SyncOutcome,
): Promise<void> {
  const set = async (condition: ConditionKind, on: boolean, reason: string) => {
    const before = record.conditions.find(({ kind }) => kind === condition) ?? null;
    if (on ? before?.reason === reason : before === null) return;
    await context.store.events.appendTask(ref, { kind: 'condition', condition, on, reason, source: 'sync' });
  };
  if (outcome.result === 'up-to-date') {
    await set('conflicting', false, `it stands on ${base.name}`);
    await set('behind', false, `it stands on ${base.name}`);
  } else if (outcome.result === 'conflicting') {
    await set('conflicting', true, `${outcome.reason}: ${outcome.files.join(', ')}`);
    await set('behind', true, `${base.name} has moved`);
  }
}

/**
 * The commit to come onto: the base's branch or its remote-tracking ref, whichever is ahead. A task may have been cut
 * from the remote's side while the local branch was behind; that it follows the branch stays.
 * @returns a string: why there is none
 */
async function baseOf(context: TaskContext, record: TaskRecord, signal?: AbortSignal): Promise<Base | string> {
  const { git, layout, host } = context;
  const name = record.dispatch?.base ?? null;
  try {
    const refs = await readRefs(git, placeOf(layout), ['refs/heads', 'refs/remotes']);
    const locals = refs.filter((each) => each.name.startsWith('refs/heads/')).map((each) => each.name.slice(11));
    const followed =
      name === null || locals.includes(name)
        ? name
        : (locals.find((local) => trackingAmong(refs, local)?.ref === `refs/remotes/${name}`) ?? name);
    return await resolveBase(git, layout, followed, { fetch: host.settings().fetchBase, signal });
  } catch (error) {
    if (!GitError.is(error) || error.reason !== 'bad-ref') throw error;
    return error.message;
  }
}

/**
 * A base whose commits were taken back (a forced push, an amended commit) and that the branch still has: replayed,
 * they would come back as the task's own work. null: all is as it should be.
 */
async function whyRewritten(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  base: Base,
): Promise<string | null> {
  const { worktree, dispatch } = record;
  // Where an adopted branch was cut from is not known.
  if (worktree === null || dispatch === null || dispatch.adopted) return null;
  const { events } = await context.store.events.readTask(ref);
  const last = events.findLast((event) => event.kind === 'synced' || event.kind === 'dispatched');
  const cutFrom = last?.kind === 'synced' ? last.base : dispatch.baseHead;
  const foreign = await foreignCommits(context.git, worktree.path, { base: base.commit, cutFrom });
  if (foreign === 0) return null;
  return `${base.name} was rewritten: ${foreign} of its former commits are in the branch; rebase it by hand (git rebase --onto ${base.name} ${cutFrom.slice(0, 10)})`;
}

function inJson(outcome: SyncOutcome, asked: SyncMethod): Omit<SyncedTask, 'plan' | 'task'> {
  const { result } = outcome;
  if (result === 'synced') {
    const { method, from, to, note } = outcome;
    return { result, method, from, to, files: [], reason: note };
  }
  const { head } = outcome;
  if (result === 'up-to-date') return { result, method: asked, from: head, to: head, files: [], reason: null };
  const files = result === 'conflicting' ? outcome.files : [];
  return { result, method: asked, from: head, to: head, files, reason: outcome.reason };
}
