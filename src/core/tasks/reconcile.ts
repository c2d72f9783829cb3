import path from 'node:path';
import type { TaskRef } from '../../contract/plan';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import { StoreError } from '../store/errors';
import { launchLapseMs } from '../store/launches';
import { repairMoved } from '../worktrees/moved';
import { resolveWorktreeRoot } from '../worktrees/root';
import { recordEndedApps } from './app';
import { readRecord, readRecords, type TaskContext, withTaskLock } from './context';
import { type TaskRecord, taskRecordSchema } from './fold';
import { type Recovered, recover } from './recover';
import { refName, streamName } from './refs';
import { isRunnerLost, runnerLost, worktreeGone } from './rows';
import { leasesByName, presentPaths } from './snapshot';

/** What was found to differ from the events, and put on record. */
export interface ReconcileReport {
  /** Long operations that were cut off, and what became of them. */
  readonly recovered: readonly Recovered[];
  /** Worktrees whose pointers were mended after they, or the repository, were moved. */
  readonly repaired: readonly string[];
  /** Tasks whose worktree is at another path now. */
  readonly moved: readonly TaskRef[];
  readonly vanished: readonly TaskRef[];
  readonly returned: readonly TaskRef[];
  /** Tasks whose runner died without a word. */
  readonly lost: readonly TaskRef[];
  /** Dispatches that were cut off while their worktree was made. */
  readonly interrupted: readonly TaskRef[];
  readonly lapsed: readonly TaskRef[];
}

/**
 * Brings the events up to what is true: git's list of worktrees, the leases, launches nobody took. Safe to run in many
 * processes at once: each change is decided under the task's lock on events read inside.
 */
export async function reconcile(context: TaskContext): Promise<ReconcileReport> {
  const recovered = await recover(context);
  const [before, first, lapsed] = await Promise.all([
    readRecords(context),
    listWorktrees(context.git, context.layout),
    lapseLaunches(context),
  ]);
  const repaired = await repair(context, first);
  const worktrees = repaired.length === 0 ? first : await listWorktrees(context.git, context.layout);
  const moved = await recordMoves(context, before, worktrees);
  const records = moved.length === 0 ? before : await readRecords(context);
  const present = await presentPaths(worktrees);
  const leases = await leasesByName(context);
  const report = {
    vanished: [] as TaskRef[],
    returned: [] as TaskRef[],
    lost: [] as TaskRef[],
    interrupted: [] as TaskRef[],
  };
  for (const { ref, record } of records.values()) {
    const lease = leases.get(streamName(ref)) ?? null;
    if (isCutOff(record)) {
      if (await settleCutOff(context, ref, worktrees)) report.interrupted.push(ref);
      continue;
    }
    const gone = isGone(record, present);
    const marked = record.conditions.some(({ kind }) => kind === 'vanished');
    if (gone && !marked && (await mark(context, ref, 'vanished', (r) => isGone(r, present)))) report.vanished.push(ref);
    if (!gone && marked && (await unmark(context, ref, (r) => !isGone(r, present)))) report.returned.push(ref);
    if (isUnrecordedLoss(record, lease) && (await mark(context, ref, 'unknown', (r) => isUnrecordedLoss(r, lease)))) {
      report.lost.push(ref);
    }
  }
  await recordEndedApps(context, records.values());
  return { recovered, repaired, moved, lapsed, ...report };
}

/** A repository whose worktrees cannot be repaired now must open all the same. */
async function repair(context: TaskContext, listed: readonly GitWorktree[]): Promise<string[]> {
  const { git, layout, host } = context;
  try {
    // Nowhere to make worktrees (a setting that is refused): then only their old places are looked at.
    const root = await resolveWorktreeRoot(layout, host.settings()).catch(() => null);
    return await repairMoved({ git, layout, log: host.log }, listed, root?.root ?? null);
  } catch (error) {
    host.log.warn(`Worktrees that were moved could not be repaired: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

/** Tasks whose worktree git lists under another path than the events do. */
async function recordMoves(
  context: TaskContext,
  records: Awaited<ReturnType<typeof readRecords>>,
  worktrees: readonly GitWorktree[],
): Promise<TaskRef[]> {
  const listed = new Set(worktrees.map(({ path }) => path));
  const all = [...records.values()];
  if (!all.some(({ record }) => record.worktree !== null && !listed.has(record.worktree.path))) return [];
  const present = await presentPaths(worktrees);
  const owned = new Set(all.flatMap(({ record }) => record.worktree?.path ?? []));
  const free = worktrees.filter((w) => !w.main && present.has(w.path) && !owned.has(w.path));
  const moved: TaskRef[] = [];
  for (const { ref, record } of all) {
    const from = record.worktree?.path;
    const to = from === undefined || listed.has(from) ? null : movedTo(record, free);
    if (from === undefined || to === null) continue;
    const told = await decide(context, ref, async (now) => {
      if (now.worktree?.path !== from) return false;
      await context.store.events.appendTask(ref, { kind: 'worktree-moved', from, to });
      return true;
    });
    if (told) moved.push(ref);
  }
  return moved;
}

/** The one worktree of nobody's on the task's branch; during a rebase HEAD is detached, and the folder's name decides. */
function movedTo(record: TaskRecord, free: readonly GitWorktree[]): string | null {
  const { worktree } = record;
  if (worktree === null) return null;
  const onBranch = free.filter(({ branch }) => branch !== null && branch === worktree.branch);
  const name = path.basename(worktree.path);
  const detached = free.filter((w) => w.detached && path.basename(w.path) === name);
  const [only, ...more] = onBranch.length > 0 ? onBranch : detached;
  return only !== undefined && more.length === 0 ? only.path : null;
}

/** Runners that died, put on record: the part of `reconcile` that costs no git process. */
export async function recordLostRunners(context: TaskContext): Promise<TaskRef[]> {
  const records = await readRecords(context);
  const leases = await leasesByName(context);
  const lost: TaskRef[] = [];
  for (const { ref, record } of records.values()) {
    const lease = leases.get(streamName(ref)) ?? null;
    if (!isUnrecordedLoss(record, lease)) continue;
    if (await mark(context, ref, 'unknown', (r) => isUnrecordedLoss(r, lease))) lost.push(ref);
  }
  return lost;
}

/** Launches that no window took in time; each is put on record by one process. */
export async function lapseLaunches(context: TaskContext): Promise<TaskRef[]> {
  const lapsed = await context.store.launches.lapseOlderThan(launchLapseMs);
  for (const launch of lapsed) {
    const ref = { plan: launch.plan, task: launch.task };
    await context.store.events.appendTask(ref, { kind: 'launch-lapsed', launch: launch.id });
  }
  return lapsed.map(({ plan, task }) => ({ plan, task }));
}

/** Keeps the folds on disk for those who read without folding; they are a cache and say nothing new. */
export async function keepRecords(context: TaskContext): Promise<void> {
  for (const { ref, record } of (await readRecords(context)).values()) {
    const kept = await context.store.documents.read('tasks', streamName(ref), taskRecordSchema);
    if (JSON.stringify(kept) !== JSON.stringify(record)) {
      await context.store.documents.write('tasks', streamName(ref), record);
    }
  }
}

function isGone(record: TaskRecord, present: ReadonlySet<string>): boolean {
  return record.worktree !== null && record.state !== 'cleaned' && !present.has(record.worktree.path);
}

function isUnrecordedLoss(record: TaskRecord, lease: Parameters<typeof isRunnerLost>[1]): boolean {
  return isRunnerLost(record, lease) && !record.conditions.some(({ kind }) => kind === 'unknown');
}

/** Dispatched, and nothing says that its worktree was made or could not be made. */
function isCutOff(record: TaskRecord): boolean {
  return record.dispatch !== null && record.worktree === null && record.state !== 'cleaned';
}

async function mark(
  context: TaskContext,
  ref: TaskRef,
  condition: 'vanished' | 'unknown',
  still: (record: TaskRecord) => boolean,
): Promise<boolean> {
  return decide(context, ref, async (record) => {
    if (!still(record) || record.conditions.some(({ kind }) => kind === condition)) return false;
    const reason = condition === 'vanished' ? worktreeGone : runnerLost;
    const source = condition === 'vanished' ? 'git' : 'lease';
    await context.store.events.appendTask(ref, { kind: 'condition', condition, on: true, reason, source });
    return true;
  });
}

async function unmark(context: TaskContext, ref: TaskRef, still: (record: TaskRecord) => boolean): Promise<boolean> {
  return decide(context, ref, async (record) => {
    if (!still(record) || !record.conditions.some(({ kind }) => kind === 'vanished')) return false;
    await context.store.events.appendTask(ref, {
      kind: 'condition',
      condition: 'vanished',
      on: false,
      reason: 'the worktree is there again',
      source: 'git',
    });
    return true;
  });
}

/** A worktree that was made although its maker died before saying so is the task's; any other dispatch is undone. */
async function settleCutOff(
  context: TaskContext,
  ref: TaskRef,
  worktrees: Awaited<ReturnType<typeof listWorktrees>>,
): Promise<boolean> {
  return decide(context, ref, async (record) => {
    if (!isCutOff(record) || record.dispatch === null) return false;
    const { branch } = record.dispatch;
    const made = worktrees.find((w) => w.branch === branch && !w.main && w.prunable === null && w.locked === null);
    if (made !== undefined) {
      await context.store.events.appendTask(ref, {
        kind: 'worktree-made',
        worktree: made.path,
        branch,
        head: made.head ?? record.dispatch.baseHead,
      });
    } else {
      await context.store.events.appendTask(ref, {
        kind: 'worktree-failed',
        reason: 'interrupted while the worktree was made',
      });
    }
    return true;
  });
}

/** Under the task's lock; a task that someone else is busy with is left to them. */
async function decide(
  context: TaskContext,
  ref: TaskRef,
  action: (record: TaskRecord) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await withTaskLock(
      context,
      ref,
      async () => {
        const record = await readRecord(context, ref);
        return record === null ? false : action(record);
      },
      0,
    );
  } catch (error) {
    if (!StoreError.is(error) || error.reason !== 'locked') throw error;
    context.host.log.debug(`${refName(ref)} is being worked on; it is reconciled the next time.`);
    return false;
  }
}
