import type { ArchiveRecord, TaskEvent } from '../../contract/events';
import type { TaskRef } from '../../contract/plan';
import type { RestoredWorktree } from '../worktrees/trash/restore';
import type { TaskContext } from './context';
import { foldEvent, type KeptArchive, type TaskRecord } from './fold';
import { refName } from './refs';
import { TaskError } from './taskError';

/** A kept worktree and the task it was of; the task may be forgotten since. */
export interface FoundArchive {
  readonly ref: TaskRef;
  readonly archive: KeptArchive;
}

/** All archives of the repository that are neither restored nor deleted, the oldest first. */
export async function readArchives(context: TaskContext): Promise<FoundArchive[]> {
  const refs = await context.store.events.tasks();
  const all = await Promise.all(refs.map((ref) => archivesOf(context, ref)));
  return all.flat().sort((a, b) => (a.archive.at < b.archive.at ? -1 : 1));
}

/** A task's archives, the latest last: those of its earlier lives, too, because forgetting deletes none. */
export async function archivesOf(context: TaskContext, ref: TaskRef): Promise<FoundArchive[]> {
  const { events } = await context.store.events.readTask(ref);
  return keptArchives(events).map((archive) => ({ ref, archive }));
}

/** A restore from the ref leaves the ref: it may know commits that nothing else does. */
function isUsedUp(event: TaskEvent): event is Extract<TaskEvent, { kind: 'restored' }> {
  return event.kind === 'restored' && event.from === 'trash';
}

function keptArchives(events: readonly TaskEvent[]): KeptArchive[] {
  const kept = new Map<string, KeptArchive>();
  for (const event of events) {
    if (event.kind === 'cleaned') kept.set(event.archive.id, { ...event.archive, at: event.at });
    if (event.kind === 'archive-deleted' || isUsedUp(event)) kept.delete(event.archive);
  }
  return [...kept.values()];
}

/** The record of a forgotten task as it was just before; null when it was never forgotten or is back. */
function beforeForgotten(events: readonly TaskEvent[]): TaskRecord | null {
  let record: TaskRecord | null = null;
  let before: TaskRecord | null = null;
  for (const event of events) {
    if (event.kind === 'forgotten') before = record ?? before;
    record = foldEvent(record, event);
  }
  return record === null ? before : null;
}

/**
 * The archive that is meant: the latest, or the one whose id begins with `wanted`.
 * @throws TaskError `no-archive`
 */
export function chooseArchive(
  ref: TaskRef,
  archives: readonly FoundArchive[],
  wanted: string | undefined,
): KeptArchive {
  const latest = archives.at(-1);
  if (latest === undefined) {
    throw new TaskError(
      'no-archive',
      `Nothing is kept of ${refName(ref)}: it was not cleaned, or was restored already.`,
    );
  }
  if (wanted === undefined) return latest.archive;
  const found = archives.filter(({ archive }) => archive.id.startsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.archive;
  const ids = archives.map(({ archive }) => archive.id).join(', ');
  throw new TaskError(
    'no-archive',
    `${JSON.stringify(wanted)} names no single archive of ${refName(ref)}: it has ${ids}.`,
  );
}

/** Puts a clean-up on record; said twice it changes nothing. */
export async function recordCleaned(context: TaskContext, ref: TaskRef, archive: ArchiveRecord): Promise<void> {
  await context.store.events.appendTask(ref, { kind: 'cleaned', archive });
}

/** How git writes that there is no commit yet. */
export const noCommit = '0'.repeat(40);

/** Puts a restore on record; a task that was forgotten comes back as it was. */
export async function recordRestored(context: TaskContext, ref: TaskRef, done: RestoredWorktree): Promise<void> {
  const { events } = context.store;
  const before = beforeForgotten((await events.readTask(ref)).events);
  if (before !== null) await bringBack(context, ref, before);
  const { archive, worktree, branch, head, from } = done;
  await events.appendTask(ref, { kind: 'restored', archive, worktree, branch, head: head ?? noCommit, from });
}

async function bringBack(context: TaskContext, ref: TaskRef, before: TaskRecord): Promise<void> {
  const { dispatch } = before;
  if (dispatch === null) return;
  const { at: _, ...decision } = dispatch;
  const { events } = context.store;
  await events.appendTask(ref, { kind: 'dispatched', ...decision, title: before.title ?? ref.task });
  const to = before.cleanedFrom ?? (before.state === 'cleaned' ? null : before.state) ?? 'review';
  await events.appendTask(ref, { kind: 'state', to, reason: 'restored' });
}
