import type { TaskEvent } from '../../contract/events';
import type { Condition, ConditionKind, TaskState } from '../../contract/states';
import type { TaskRecord } from './fold';
import { usedWords } from './usage/budgetWords';

export function into(record: TaskRecord, state: TaskState | null, at: string): TaskRecord {
  return record.state === state ? record : { ...record, state, since: at };
}

export function without(conditions: readonly Condition[], ...kinds: readonly ConditionKind[]): readonly Condition[] {
  return conditions.some(({ kind }) => kinds.includes(kind))
    ? conditions.filter(({ kind }) => !kinds.includes(kind))
    : conditions;
}

export function withCondition(
  conditions: readonly Condition[],
  kind: ConditionKind,
  reason: string,
  at: string,
  source: string,
): readonly Condition[] {
  const before = conditions.find((c) => c.kind === kind);
  return [...without(conditions, kind), { kind, reason, source, since: before?.since ?? at }];
}

/** What a crossed budget says of its task; a budget that was raised above what is used takes it back. */
export function budgetConditions(
  conditions: readonly Condition[],
  { at, by, use }: Extract<TaskEvent, { kind: 'budget' }>,
): readonly Condition[] {
  if (use.level === 'unknown') return conditions;
  if (use.level === 'within') return without(conditions, 'near-budget', 'over-budget');
  // Each crossing is one of its own, also that of a budget which was raised and is used up again.
  return withCondition(
    without(conditions, 'near-budget', 'over-budget'),
    use.level === 'over' ? 'over-budget' : 'near-budget',
    usedWords(use),
    at,
    by.actor,
  );
}

/** The state a task has besides its set-up. */
export function restingState({ state, run }: TaskRecord): TaskState {
  if (state !== null && state !== 'setup') return state;
  if (run === null) return 'queued';
  return run.exited?.exit === 0 ? 'review' : 'working';
}
