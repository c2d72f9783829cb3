import type { PlanFields, Problem, TaskFields, TaskRef } from '../../contract/plan';
import type { Span } from './lines';

/** Where a value of the front matter stands; `key` is the span of its key (of the item itself, in a list). */
export interface FieldPosition {
  readonly key: Span;
  readonly value: Span;
  /** The value of a scalar as text. */
  readonly text: string | null;
}

/** By path: `scope`, `dependsOn.0`, `budget.usd`. Only what the text really says is in it. */
export type Positions = ReadonlyMap<string, FieldPosition>;

/** One task file as read; wrong values are left out of `fields` and told in `problems`. */
export interface TaskFile {
  readonly ref: TaskRef;
  readonly file: string;
  readonly fields: TaskFields;
  /** The Markdown below the front matter, trimmed: what the agent is told. */
  readonly instructions: string;
  /** The whole text as read. */
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}

/** One text of a `plan.md`. */
export interface PlanText {
  readonly file: string;
  readonly fields: PlanFields;
  readonly body: string;
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}

/** One folder of plans. */
export interface Plan {
  readonly id: string;
  readonly dir: string;
  /** `plan.md`, or null when the folder has none. */
  readonly file: string | null;
  readonly fields: PlanFields;
  readonly body: string;
  readonly text: string;
  /** Sorted by id. A file whose name is no valid id is not among them, only in `problems`. */
  readonly tasks: readonly TaskFile[];
  /** Of `plan.md` and of the folder; each task has its own. `checkPlan` gives them all. */
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}
