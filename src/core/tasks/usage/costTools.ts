import type { Disposable } from '../../disposable';
import type { UsageAnswer, UsageMeter, UsageQuestion } from '../../usage/parts';
import type { CostState } from './parts';

/** What the window with the duty finds cost out with; made when it gets the duty, disposed when it has it no longer. */
export interface CostTools extends Disposable {
  readonly meter: UsageMeter;
  /** Absolute folders below which agents keep their records; need not be there. */
  readonly roots: readonly string[];
  /** What is asked now, from events, plans and settings, which are read anew. @param worktrees their paths */
  question(worktrees: readonly string[]): Promise<UsageQuestion>;
  /** What was read becomes what is known: our own log is joined to it, and budgets are held against it. */
  complete(usage: UsageAnswer, question: UsageQuestion): Promise<CostState>;
  /**
   * Puts on record which budgets were crossed, and what sessions have used so far. Never throws: what could not be
   * written is tried again at the next call.
   * @param live tasks, by `plan/task`, of which a runner lives
   */
  record(state: CostState, live: ReadonlySet<string>): Promise<void>;
}
