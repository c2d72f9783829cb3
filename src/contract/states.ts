/** The states a task walks through, in order; `abandoned` may follow any of them. */
export const taskStates = [
  'draft',
  'ready',
  'queued',
  'setup',
  'planning',
  'plan-review',
  'working',
  'review',
  'changes-requested',
  'approved',
  'integrating',
  'integrated',
  'cleaned',
  'abandoned',
] as const;
export type TaskState = (typeof taskStates)[number];

/** What may be true of a task besides its state. */
export const conditionKinds = [
  'waiting',
  'stuck',
  'paused',
  'failed',
  'setup-failed',
  'behind',
  'conflicting',
  /** 85 % or more of a budget is used. */
  'near-budget',
  'over-budget',
  'vanished',
  'unknown',
] as const;
export type ConditionKind = (typeof conditionKinds)[number];

/** A condition with why, since when (ISO 8601), and who said so. */
export interface Condition {
  readonly kind: ConditionKind;
  readonly reason: string;
  readonly since: string;
  readonly source: string;
}

/** The dispatcher's phases: where in the method a task stands. */
export const phases = ['intake', 'decompose', 'route', 'gate', 'monitor', 'integrate', 'learn'] as const;
export type Phase = (typeof phases)[number];

/** What the human does next, as a code; the hosts make the sentence. */
export const nextSteps = [
  'finish-task-file',
  'dispatch',
  'wait-for-dependencies',
  'wait',
  'open-window',
  'review-plan',
  'answer',
  'look-at-failure',
  'reassign',
  'resume',
  'review-work',
  'integrate',
  'sync',
  'resolve-conflict',
  'raise-budget',
  'clean',
  'forget',
  'nothing',
] as const;
export type NextStep = (typeof nextSteps)[number];
