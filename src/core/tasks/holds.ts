import type { TaskRef } from '../../contract/plan';
import type { Plan, TaskFile } from '../plan/plan';
import { defaultSettings } from '../ports';
import { readRecords, refName, sameRef, type TaskContext } from './context';
import { countsAsWip, type TaskRecord } from './fold';
import { stateTable } from './stateTable';
import { TaskError } from './taskError';

/** Why a dispatch is held. */
export interface Hold {
  readonly kind: 'depends-on' | 'wip';
  /** One clause for people: what holds it. */
  readonly reason: string;
}

type Records = ReadonlyMap<string, { readonly ref: TaskRef; readonly record: TaskRecord }>;

/** Cleaned counts only for what was integrated before: a worktree may be thrown away with its work. */
export function hasLanded(record: TaskRecord | undefined): boolean {
  return record?.state === 'integrated' || (record?.state === 'cleaned' && record.cleanedFrom === 'integrated');
}

/** The tasks that must be integrated first and are not; ids as the front matter writes them. */
export function unmetDependencies(task: TaskFile, records: Records): string[] {
  return (task.fields.dependsOn ?? []).filter((id) => {
    const name = id.includes('/') ? id : `${task.ref.plan}/${id}`;
    return !hasLanded(records.get(name)?.record);
  });
}

/** Tasks of one plan that are dispatched and not yet integrated, abandoned or cleaned. */
export function inProgress(plan: string, records: Records): TaskRef[] {
  return [...records.values()]
    .filter(({ ref, record }) => ref.plan === plan && countsAsWip(record, (state) => stateTable[state].wip))
    .map(({ ref }) => ref);
}

/** What holds the start of a task, or null. `more`: others of the same plan that are about to start with it. */
export function holdOf(
  plan: Plan,
  task: TaskFile,
  records: Records,
  o: { wipLimit: number | undefined; more?: number },
): Hold | null {
  const unmet = unmetDependencies(task, records);
  if (unmet.length > 0) {
    return { kind: 'depends-on', reason: `it depends on ${unmet.join(', ')}, not integrated yet` };
  }
  const limit = plan.fields.wipLimit ?? o.wipLimit ?? defaultSettings.wipLimit;
  const others = inProgress(plan.id, records).filter((ref) => !sameRef(ref, task.ref));
  if (others.length + (o.more ?? 0) < limit) return null;
  const names = others.map((ref) => ref.task).join(', ');
  const group = o.more === undefined || o.more === 0 ? '' : `, and ${o.more} more would start with it`;
  return {
    kind: 'wip',
    reason: `${others.length} of ${limit} tasks of "${plan.id}" are in progress (${names})${group}`,
  };
}

/** @throws TaskError `held`, unless overridden: then that is put on record. */
export async function refuseHeld(
  context: TaskContext,
  plan: Plan,
  task: TaskFile,
  o: { override: boolean; more?: number; quiet?: boolean },
): Promise<void> {
  const records = await readRecords(context);
  const hold = holdOf(plan, task, records, {
    wipLimit: context.host.settings().wipLimit,
    ...(o.more === undefined ? {} : { more: o.more }),
  });
  if (hold === null) return;
  const before = records.get(refName(task.ref))?.record.held ?? null;
  // A group is looked at as a whole first; what is really overridden is put on record at each dispatch.
  if (o.quiet !== true && (o.override || before !== hold.reason)) {
    await context.store.events.appendTask(task.ref, { kind: 'held', reason: hold.reason, overridden: o.override });
  }
  if (o.override) return;
  throw new TaskError(
    'held',
    `${refName(task.ref)} is held: ${hold.reason}. Wait for that, or start it all the same with --override.`,
  );
}
