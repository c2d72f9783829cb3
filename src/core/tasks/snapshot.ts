import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { TaskRow, WorktreeRow } from '../../contract/json';
import { readStatus, type WorktreeStatus } from '../git/status';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import type { SeenHolder } from '../store/leases';
import { readWorst } from './conflicts/readMatrix';
import { readRecord, readRecords, type TaskContext } from './context';
import { lastAgent } from './lastAgent';
import { refName, streamName } from './refs';
import { isRunnerLost, type RowParts, rowRefs, taskRow, worktreeRows } from './rows';
import { bounds, marksInForce, readMarks } from './usage/budgetMarks';
import { readCostsByTask } from './usage/readCosts';

export interface SnapshotOptions {
  /** False: no git process; heads and changes stay unknown, and a worktree that is gone is not told. */
  readonly git?: boolean | undefined;
}

/** All rows as they are now: what `tasks` and `worktrees` print. */
export interface Snapshot {
  readonly tasks: readonly TaskRow[];
  readonly worktrees: readonly WorktreeRow[];
}

/**
 * Reads everything anew: plans, events, leases, the list of worktrees, and the status of each worktree. A worktree
 * that cannot be read has a row whose facts are null.
 */
export async function takeSnapshot(context: TaskContext, o: SnapshotOptions = {}): Promise<Snapshot> {
  const { git, layout, store, host } = context;
  const [plans, records, worktrees, last, worst, costs] = await Promise.all([
    context.plans(),
    readRecords(context),
    o.git === false ? null : listWorktrees(git, layout),
    lastAgent(context),
    readWorst(context),
    readCostsByTask(context),
  ]);
  // After the events: a runner that ended in between shows as ended, and its lease is not missed.
  const leases = await leasesByName(context);
  const present = worktrees === null ? null : await presentPaths(worktrees);
  const listed = rowRefs(plans, records);
  const budgets = marksInForce(await readMarks(context), bounds(context, plans));
  const bases = new Map(
    listed.flatMap((row) =>
      row.record?.worktree ? [[row.record.worktree.path, row.record.dispatch?.base ?? null] as const] : [],
    ),
  );
  const statuses = await readStatuses(context, [...(present ?? [])], bases);
  const tasks = await Promise.all(
    listed.map(async (row) => {
      const lease = leases.get(streamName(row.ref)) ?? null;
      const parts: RowParts = {
        ...row,
        lease,
        present,
        status: row.record?.worktree ? (statuses.get(row.record.worktree.path) ?? null) : null,
        lastAgent: last.agent,
        records,
        wipLimit: host.settings().wipLimit,
        budgets,
        worst: worst.get(refName(row.ref)) ?? null,
        cost: costs.get(refName(row.ref)) ?? null,
      };
      // The end may have been written after we read the events and before we read the leases.
      if (row.record === null || !isRunnerLost(row.record, lease)) return taskRow(parts);
      return taskRow({ ...parts, record: await readRecord(context, row.ref) });
    }),
  );
  const dirty = new Map([...statuses].map(([at, status]) => [at, status.dirty]));
  store.log.debug(`A snapshot of ${tasks.length} tasks; ${git.started} git processes so far.`);
  return { tasks, worktrees: worktreeRows(worktrees ?? [], tasks, dirty) };
}

export async function leasesByName(context: TaskContext): Promise<Map<string, SeenHolder>> {
  return new Map((await context.store.leases.list()).map((lease) => [lease.file.name, lease]));
}

/** The worktrees whose folder and git file are there. git lists one whose folder was deleted until it is pruned. */
export async function presentPaths(worktrees: readonly GitWorktree[]): Promise<Set<string>> {
  const there = await Promise.all(
    worktrees.map(async (w) => (!w.bare && (await exists(path.join(w.path, '.git'))) ? w.path : null)),
  );
  return new Set(there.filter((at) => at !== null));
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    // Whatever the reason, git could not work there.
    return false;
  }
}

async function readStatuses(
  context: TaskContext,
  paths: readonly string[],
  bases: ReadonlyMap<string, string | null>,
): Promise<Map<string, WorktreeStatus>> {
  const statuses = new Map<string, WorktreeStatus>();
  await Promise.all(
    paths.map(async (at) => {
      try {
        statuses.set(at, await readStatus(context.git, at, bases.get(at) ?? null));
      } catch (error) {
        // One broken worktree must not hide the others; its facts stay unknown.
        context.host.log.warn(
          `The status of ${at} could not be read: ${error instanceof Error ? error.message : error}`,
        );
      }
    }),
  );
  return statuses;
}
