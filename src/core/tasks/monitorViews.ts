import type { Event } from '../event';
import type { Worst } from './conflicts/worst';
import type { CostsByTask } from './usage/costsByTask';

/** Who does what is done once per repository; `null` in place of it: we do, alone. */
export interface DutyView {
  readonly held: boolean;
  readonly onDidChange: Event<boolean>;
}

/** What the rows show of the conflict matrix. */
export interface WorstView {
  /** By `plan/task`. */
  readonly worst: Worst;
  readonly onDidChange: Event<void>;
}

/** What the rows show of cost. */
export interface CostsView {
  /** By `plan/task`. */
  readonly byTask: CostsByTask;
  readonly onDidChange: Event<void>;
}
