import { createHash } from 'node:crypto';
import path from 'node:path';
import type { TaskRef } from '../../contract/plan';
import type { Git } from '../git/git';
import type { RepositoryLayout } from '../git/repository';
import type { Plan, TaskFile } from '../plan/plan';
import type { Host } from '../ports';
import type { Store } from '../store/store';
import { foldTask, type TaskRecord } from './fold';
import { refName, streamName } from './refs';
import { TaskError } from './taskError';

/** What the rooms below give to everything that is done to tasks. */
export interface TaskContext {
  readonly host: Host;
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly store: Store;
  /** All plans as they are on disk now. */
  readonly plans: () => Promise<readonly Plan[]>;
  readonly plan: (id: string) => Promise<Plan | null>;
}

/** A task's file together with its plan. */
export interface FoundTask {
  readonly plan: Plan;
  readonly task: TaskFile;
}

/** The name under which the store keeps a text. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function readRecord(context: TaskContext, ref: TaskRef): Promise<TaskRecord | null> {
  return foldTask((await context.store.events.readTask(ref)).events);
}

/** The records of all tasks that have events, by `plan/task`. */
export async function readRecords(context: TaskContext): Promise<Map<string, { ref: TaskRef; record: TaskRecord }>> {
  const refs = await context.store.events.tasks();
  const found = await Promise.all(refs.map(async (ref) => ({ ref, record: await readRecord(context, ref) })));
  const records = new Map<string, { ref: TaskRef; record: TaskRecord }>();
  for (const { ref, record } of found) if (record !== null) records.set(refName(ref), { ref, record });
  return records;
}

/**
 * @throws TaskError `no-task`
 */
export async function findTask(context: TaskContext, ref: TaskRef): Promise<FoundTask> {
  const plan = await context.plan(ref.plan);
  const task = plan?.tasks.find((t) => t.ref.task === ref.task);
  if (plan !== null && task !== undefined) return { plan, task };
  const known = plan === null ? null : plan.tasks.map((t) => t.ref.task);
  throw new TaskError(
    'no-task',
    known === null
      ? `There is no plan "${ref.plan}" in ${context.layout.plansDir}: write one with "switchyard plan new ${ref.plan}".`
      : `The plan "${ref.plan}" has no task "${ref.task}": it has ${known.length === 0 ? 'none yet' : known.join(', ')}.`,
  );
}

export function noWorktree(ref: TaskRef): TaskError {
  return new TaskError(
    'no-worktree',
    `${refName(ref)} has no worktree yet: make it with "switchyard spawn ${refName(ref)}".`,
  );
}

/**
 * Does something decisive to a task while nobody else can: what is decided must be decided on events read inside.
 * A worktree may take minutes to make, and whoever asks for the same one meanwhile waits for it.
 */
export function withTaskLock<T>(
  context: TaskContext,
  ref: TaskRef,
  action: () => Promise<T>,
  waitMs = 600_000,
): Promise<T> {
  return context.store.locks.withLock(`task-${streamName(ref)}`, action, { waitMs });
}

/**
 * Waits until nobody decides about the task any more. Who decides later sees the lease that the caller holds: so that
 * no agent starts in a worktree that is being moved into the trash.
 */
export function afterDecisions(context: TaskContext, ref: TaskRef): Promise<void> {
  return withTaskLock(context, ref, async () => undefined);
}

/** What core/worktrees needs to make one. */
export function worktreesDeps({ git, layout, store, host }: TaskContext) {
  return {
    git,
    layout,
    settings: host.settings(),
    locks: store.locks,
    journalDir: path.join(store.dir, 'cache'),
    log: host.log,
  };
}

/** What moving worktrees into the trash and back needs. */
export function trashDeps(context: TaskContext) {
  return { ...worktreesDeps(context), journals: context.store.journals };
}
