import type { TaskRef } from '../../contract/plan';
import type { Quota, SkippedRecord, Tokens } from '../../contract/usage';
import type { PriceBook } from '../prices/prices';

/** One place of a task's worktree, while it was there. Milliseconds since 1970. */
export interface TaskPlace {
  /** Absolute. */
  readonly path: string;
  readonly from: number;
  /** null: it is there still. */
  readonly to: number | null;
}

/** By what a task's records are recognised. */
export interface TaskTraces {
  readonly ref: TaskRef;
  /** Session ids, by agent's name. */
  readonly sessions: readonly { readonly agent: string; readonly session: string }[];
  readonly places: readonly TaskPlace[];
}

/** What is asked of agents' records. */
export interface UsageQuestion {
  readonly tasks: readonly TaskTraces[];
  /** Absolute folders of the repository: main worktree, all other worktrees. What is in none of them is `other`. */
  readonly folders: readonly string[];
  readonly prices: PriceBook;
  /** IANA name of the user's time zone, for days; empty: that of the process that counts. */
  readonly timeZone: string;
  /** Keep what belongs to no folder of this repository (`--all`). */
  readonly all: boolean;
}

/** Whom an answer is credited to. */
export type Owner =
  | { readonly kind: 'task'; readonly ref: TaskRef }
  /** In this repository, and no task's. */
  | { readonly kind: 'elsewhere' }
  /** Another repository, or nobody knows. */
  | { readonly kind: 'other' };

/** All answers of one session on one day by one model for one owner: what every figure is a sum of. */
export interface UsageBucket {
  readonly owner: Owner;
  readonly agent: string;
  readonly session: string;
  /** null: not told. */
  readonly model: string | null;
  /** `YYYY-MM-DD` in the user's time zone; null: no time was told. */
  readonly day: string | null;
  readonly answers: number;
  readonly tokens: Tokens;
  /** US dollars of what has a price. */
  readonly usd: number;
  /** Of these answers, how many have a price; less than `answers`: the model is unpriced, in part or at all. */
  readonly priced: number;
  /** First and last answer, milliseconds since 1970; null: no time was told. */
  readonly first: number | null;
  readonly last: number | null;
  /** `log`: the agent has deleted the record, and our own log has kept the figure. */
  readonly source: 'records' | 'log';
  /** More was spent than is told here: a record of this session was skipped. */
  readonly incomplete?: boolean | undefined;
}

export interface UsageAnswer {
  readonly buckets: readonly UsageBucket[];
  readonly quotas: readonly Quota[];
  readonly skipped: readonly SkippedRecord[];
  /** What reading took, in ms; files looked at, bytes read now. */
  readonly timing: { readonly ms: number; readonly files: number; readonly bytes: number };
}

/** One answer with its price, for whoever wants to check a figure. */
export interface PricedRecord {
  readonly agent: string;
  readonly session: string;
  readonly model: string | null;
  readonly at: number | null;
  readonly file: string;
  /** From 1; null: the record is no line of a text. */
  readonly line: number | null;
  readonly tokens: Tokens;
  readonly usd: number | null;
  /** US dollars per million tokens that were applied, with their source and date; null: unpriced. */
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

/** Which answers are wanted; absent: any. */
export interface RecordFilter {
  readonly owner?: Owner | undefined;
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  /** null: those that tell none. */
  readonly model?: string | null | undefined;
  readonly day?: string | undefined;
  /** At most so many, the newest first. */
  readonly limit: number;
}

/** Adds up what agents' own records tell. What was read is kept: asked again, only what was appended is read. */
export interface UsageMeter {
  ask(question: UsageQuestion, signal?: AbortSignal): Promise<UsageAnswer>;
  /** The answers behind a figure, as of the last `ask`. */
  records(filter: RecordFilter): Promise<readonly PricedRecord[]>;
  dispose(): void;
}
