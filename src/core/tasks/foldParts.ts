import type { Condition, ConditionKind, TaskState } from '../../contract/states';
import type { TaskRecord } from './fold';

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

/** The state a task has besides its set-up. */
export function restingState({ state, run }: TaskRecord): TaskState {
  if (state !== null && state !== 'setup') return state;
  if (run === null) return 'queued';
  return run.exited?.exit === 0 ? 'review' : 'working';
}
