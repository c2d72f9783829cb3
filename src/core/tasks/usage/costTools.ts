import type { Disposable } from '../../disposable';
import type { UsageAnswer, UsageMeter, UsageQuestion } from '../../usage/parts';
import type { CostState } from './parts';

/** What the window with the duty finds cost out with; made when it first has the duty, disposed when it has no longer. */
export interface CostTools extends Disposable {
  readonly meter: UsageMeter;
  /** Absolute folders below which agents keep their records; need not be there. */
  readonly roots: readonly string[];
  /** What is asked now, from events, plans and settings. */
  question(): Promise<UsageQuestion>;
  /**
   * What was read becomes what is known: our own log is joined to it, and budgets are held against it. What was crossed
   * is put on record; what sessions have used since is kept in the log.
   */
  complete(usage: UsageAnswer, question: UsageQuestion): Promise<CostState>;
}
