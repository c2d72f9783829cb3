import type {
  BudgetUse,
  CostEstimate,
  CostGrouping,
  ModelMismatch,
  Quota,
  SkippedRecord,
  Tokens,
} from '../contract/usage';
import type { PanelFrame } from './panel';

/**
 * The messages between the panel `switchyard.costs` and its host, both directions. The host answers `ready` and from
 * then on sends complete snapshots of what the reader looks at: grouped, sorted and cut by the host, so that a
 * year of hundreds of tasks is a small message. Texts in them are hostile until they are shown as text.
 */
export type ToCosts =
  | { readonly kind: 'snapshot'; readonly snapshot: CostsSnapshot }
  /** The host was asked to show this: what the reader looked at is over. Comes before its snapshot. */
  | { readonly kind: 'look'; readonly view: CostsView }
  /** Take the keyboard into the panel. */
  | { readonly kind: 'focus' };

export type FromCosts =
  | { readonly kind: 'ready' }
  /** The reader wants to look at something else. */
  | { readonly kind: 'view'; readonly view: CostsView }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'chooseRepository'; readonly repository: string }
  /** What the empty panel offers. */
  | { readonly kind: 'remedy' }
  | { readonly kind: 'action'; readonly action: CostsAction }
  /** Opens a file that the last snapshot named, at its line. */
  | { readonly kind: 'openFile'; readonly file: string; readonly line: number | null };

export const costsActions = ['export', 'refreshPrices', 'setBudget'] as const;
export type CostsAction = (typeof costsActions)[number];

export const costPeriods = ['today', 'days7', 'days30', 'all'] as const;
export type CostPeriod = (typeof costPeriods)[number];

export const costColumns = [
  'name',
  'usd',
  'tokens',
  'input',
  'output',
  'cacheWrite',
  'cacheRead',
  'sessions',
  'models',
] as const;
export type CostColumn = (typeof costColumns)[number];

/** Which figure is meant, within what is filtered: keys by what they group; none: the total. */
export type CostsFigure = { readonly [by in CostGrouping]?: string | undefined };

/** What the reader looks at. */
export interface CostsView {
  readonly by: CostGrouping;
  readonly period: CostPeriod;
  /** null: all plans, and what belongs to none. */
  readonly plan: string | null;
  readonly sort: { readonly column: CostColumn; readonly descending: boolean };
  /** At most so many rows; the others are one sum. */
  readonly rows: number;
  /** Whose records are shown; null: nobody's. */
  readonly figure: CostsFigure | null;
}

/** As many rows as are shown at first. */
export const firstRows = 100;

/** What is looked at before anybody has chosen anything. */
export const firstCostsView: CostsView = {
  by: 'task',
  period: 'days30',
  plan: null,
  sort: { column: 'usd', descending: true },
  rows: firstRows,
  figure: null,
};

/** What `setState` keeps: where the reader was. */
export interface CostsPageState {
  readonly repository: string | null;
  readonly view: CostsView;
  readonly scroll: number;
  /** The chart counts tokens, not money. */
  readonly chartTokens: boolean;
}

/** All that the panel shows. */
export interface CostsSnapshot extends PanelFrame {
  readonly costs: CostsData | null;
}

/** A sum. */
export interface CostsSum {
  readonly tokens: Tokens;
  /** US dollars, an estimate; null: nothing in it has a price. */
  readonly usd: number | null;
  /** More was spent than is known. */
  readonly atLeast: boolean;
  readonly sessions: number;
  readonly answers: number;
}

export interface CostsData {
  /** What was asked for, as far as it still makes sense. */
  readonly view: CostsView;
  /** When the records were read, ISO 8601. */
  readonly at: string;
  /** Date of the price table. */
  readonly pricesAsOf: string;
  /** Why what is shown is old, one sentence; null: it is not. */
  readonly failure: string | null;
  /** To filter by. */
  readonly plans: readonly { readonly id: string; readonly title: string }[];
  /** Of the period and plan. */
  readonly total: CostsSum;
  readonly rows: readonly CostsRow[];
  /** What `view.rows` left out; null: nothing. */
  readonly rest: { readonly rows: number; readonly sum: CostsSum } | null;
  readonly chart: CostsChart;
  /** Types of tasks by what they cost, the most expensive first, at most five. */
  readonly categories: readonly CostsCategory[];
  readonly mismatches: readonly ModelMismatch[];
  readonly estimates: readonly CostsEstimate[];
  readonly budgets: readonly BudgetUse[];
  readonly quotas: readonly Quota[];
  readonly unpriced: readonly CostsUnpriced[];
  /** At most `mostSkipped`. */
  readonly skipped: readonly SkippedRecord[];
  readonly skippedCount: number;
  readonly records: CostsRecords | null;
}

/** More of what was skipped is only counted. */
export const mostSkipped = 100;

export interface CostsRow extends CostsSum {
  /** As `cost --json` names it: `plan/task`, `elsewhere`, a type, a model … */
  readonly key: string;
  /** Of a task's file; of a week its Monday; null: the key says all. */
  readonly title: string | null;
  readonly agents: readonly string[];
  readonly models: readonly string[];
  readonly unpriced: readonly string[];
  /** Of the total in money, 0 to 1; of its tokens where nothing is priced. */
  readonly share: number;
  /** In part or as a whole from Switchyard's own log: the agent has deleted the records. */
  readonly kept: boolean;
}

/** Sums by day or week, each stacked by what `stack` groups. */
export interface CostsChart {
  readonly by: 'day' | 'week';
  readonly stack: CostGrouping;
  /** Days or weeks without a gap, the latest last, each with its first day. */
  readonly columns: readonly { readonly key: string; readonly from: string }[];
  /** There are earlier ones, later ones or some without a time that are not shown. */
  readonly cut: boolean;
  /** The largest first; `key` null: all others. */
  readonly series: readonly CostsSeries[];
}

export interface CostsSeries {
  readonly key: string | null;
  /** Something in it has a price. */
  readonly priced: boolean;
  /** One per column. */
  readonly usd: readonly number[];
  /** Budget tokens, one per column. */
  readonly tokens: readonly number[];
}

export interface CostsCategory {
  readonly type: string;
  readonly tasks: number;
  readonly sum: CostsSum;
  readonly share: number;
}

/** What a type of task was expected to use, and what the tasks of this repository used. */
export interface CostsEstimate {
  readonly estimate: CostEstimate;
  /** Of tasks that have ended; medians. */
  readonly actual: { readonly tasks: number; readonly usd: number | null; readonly tokens: number };
}

export interface CostsUnpriced {
  /** `unknown`: the record tells none. */
  readonly model: string;
  readonly agents: readonly string[];
  readonly answers: number;
  /** Of what has no price, budget tokens of all of the model's answers. */
  readonly tokens: number;
}

/** The answers behind a figure. */
export interface CostsRecords {
  readonly figure: CostsFigure;
  readonly state: 'reading' | 'shown' | 'failed';
  readonly sum: CostsSum;
  /** Answers whose records the agent has deleted: only our log knows them. */
  readonly kept: number;
  /** The newest first. */
  readonly list: readonly CostsRecord[];
  /** Why there is none, one sentence; null: it went well. */
  readonly problem: string | null;
}

export interface CostsRecord {
  readonly agent: string;
  readonly session: string;
  readonly model: string | null;
  /** ISO 8601 */
  readonly at: string | null;
  readonly file: string;
  readonly line: number | null;
  readonly tokens: Tokens;
  readonly usd: number | null;
  /** US dollars per million tokens: input, output, cache writes of 5 minutes and an hour, cache reads. */
  readonly price: {
    readonly input: number;
    readonly output: number;
    readonly cacheWrite5m: number;
    readonly cacheWrite1h: number;
    readonly cacheRead: number;
    readonly source: string;
    readonly since: string;
  } | null;
}
