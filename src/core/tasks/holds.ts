import type { TaskRef } from '../../contract/plan';
import type { BudgetUse } from '../../contract/usage';
import type { Plan, TaskFile } from '../plan/plan';
import { defaultSettings } from '../ports';
import { readRecord, readRecords, type TaskContext } from './context';
import { countsAsWip, type TaskRecord } from './fold';
import { refName, sameRef } from './refs';
import { stateTable } from './stateTable';
import { TaskError } from './taskError';
import {
  type BudgetHold,
  budgetHolds,
  type Expected,
  type ExpectedOf,
  isConsented,
  unreadHolds,
} from './usage/budgetHolds';
import type { BudgetsAtStart } from './usage/budgetsAtStart';

/** Why a dispatch is held. */
export type Hold =
  | BudgetHold
  | {
      readonly kind: 'depends-on' | 'wip';
      /** One clause for people: what holds it. */
      readonly reason: string;
    };

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
  o: { wipLimit: number | undefined; more?: number; budgets?: readonly BudgetUse[]; expected?: Expected | null },
): Hold | null {
  return holdOfPlan(plan, task, records, o) ?? budgetHolds(o.budgets ?? [], task.ref, o.expected ?? null)[0] ?? null;
}

function holdOfPlan(
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

export interface RefuseOptions {
  /** Start all the same: what holds it is put on record as overridden. */
  readonly override: boolean;
  readonly more?: number | undefined;
  /** Nothing is put on record. */
  readonly quiet?: boolean | undefined;
  /** What is used of the budgets, and what the task is expected to use; null: nothing limits it. */
  readonly budgets: BudgetsAtStart | null;
  /** Others that start together with it, before it. */
  readonly ahead?: readonly ExpectedOf[] | undefined;
}

/** @throws TaskError `held`, unless overridden: then that is put on record. */
export async function refuseHeld(context: TaskContext, plan: Plan, task: TaskFile, o: RefuseOptions): Promise<void> {
  const records = await readRecords(context);
  const { wipLimit } = context.host.settings();
  const more = o.more === undefined ? {} : { more: o.more };
  const hold = holdOfPlan(plan, task, records, { wipLimit, ...more });
  const budgets = await budgetsThatHold(context, task.ref, o);
  await refuse(context, task.ref, [...(hold === null ? [] : [hold]), ...budgets], o);
}

/**
 * The same for a task that was started before: only what it uses can hold it now.
 * @throws TaskError `held`
 */
export async function refuseOverBudget(context: TaskContext, ref: TaskRef, o: RefuseOptions): Promise<void> {
  await refuse(context, ref, await budgetsThatHold(context, ref, o), o);
}

async function budgetsThatHold(
  context: TaskContext,
  ref: TaskRef,
  { budgets, ahead }: RefuseOptions,
): Promise<BudgetHold[]> {
  if (budgets === null) return [];
  const known = budgetHolds(budgets.uses, ref, budgets.expected, ahead);
  const unread = budgets.unread === null ? [] : unreadHolds(budgets.uses, ref, budgets.unread);
  const holds = [...known, ...unread.filter(({ use }) => !known.some((hold) => hold.use === use))];
  if (holds.length === 0) return [];
  const { events } = await context.store.events.readTask(ref);
  return holds.filter((hold) => !isConsented(events, hold));
}

async function refuse(context: TaskContext, ref: TaskRef, holds: readonly Hold[], o: RefuseOptions): Promise<void> {
  const [first] = holds;
  if (first === undefined) return;
  const before = (await readRecord(context, ref))?.held ?? null;
  // A group is looked at as a whole first; what is really overridden is put on record at each dispatch.
  if (o.quiet !== true && (o.override || before !== first.reason)) {
    for (const hold of o.override ? holds : [first]) {
      const budget = hold.kind === 'budget' ? { budget: hold.use } : {};
      await context.store.events.appendTask(ref, {
        kind: 'held',
        reason: hold.reason,
        overridden: o.override,
        ...budget,
      });
    }
  }
  if (o.override) return;
  const reason = [...new Set(holds.map((hold) => hold.reason))].join('; ');
  const budget = holds.find((hold) => hold.kind === 'budget')?.use;
  const kind = budget === undefined ? first.kind : 'budget';
  throw new TaskError(
    'held',
    `${refName(ref)} is held: ${reason}. ${remedyOf(first)}, or start it all the same with --override.`,
    { hold: { kind, reason, budget } },
  );
}

function remedyOf(hold: Hold): string {
  if (hold.kind !== 'budget') return 'Wait for that';
  return hold.unread === true ? 'Make them readable' : 'Raise that budget';
}
