import type { TaskType } from '../../../contract/plan';
import type { BudgetUse } from '../../../contract/usage';
import type { Event } from '../../event';
import type { UsageAnswer } from '../../usage/parts';

/** What is known of cost at one moment: agents' records and our own log, joined, and the budgets held against them. */
export interface CostState {
  /** ISO 8601. */
  readonly at: string;
  /** Without what belongs to other repositories. */
  readonly usage: UsageAnswer;
  /** Of every budget that is set: tasks, plans, today, this week. */
  readonly budgets: readonly BudgetUse[];
  /** Date of the price table, `YYYY-MM-DD`. */
  readonly pricesAsOf: string;
  /** IANA name: whose days these are. */
  readonly timeZone: string;
  /** Why nothing could be read since: one sentence; absent: the figures are of `at`. */
  readonly failure?: string | undefined;
  /** Types of tasks by `plan/task`: as their files say, else as our log remembers; a task without one is not in it. */
  readonly types: Readonly<Record<string, TaskType>>;
}

/** Cost as it is known now, in any window: one of them reads the records, the others what it wrote. */
export interface CostView {
  /** null: not read yet. */
  readonly state: CostState | null;
  readonly onDidChange: Event<void>;
}
