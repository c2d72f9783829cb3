import type { TaskRef } from '../../../contract/plan';
import type { BudgetUse } from '../../../contract/usage';
import type { TaskContext } from '../context';
import type { Expected } from './budgetHolds';

/** What the start of an agent is held against. */
export interface BudgetsAtStart {
  readonly uses: readonly BudgetUse[];
  /** null: it goes on with what it has begun, or nobody can tell. */
  readonly expected: Expected | null;
}

export interface StartingAgent {
  /** It was started before and goes on. */
  readonly begun: boolean;
  /** Of the caller; else the task's. */
  readonly agent?: string | undefined;
  readonly model?: string | null | undefined;
}

export async function budgetsAtStart(
  _context: TaskContext,
  _ref: TaskRef,
  _o: StartingAgent,
): Promise<BudgetsAtStart | null> {
  return null;
}
