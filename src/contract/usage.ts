import type { Budget, TaskType } from './plan';

/**
 * Tokens of one answer or of many. The six parts do not overlap: `input` is without what came from or went into the
 * cache, `output` without `reasoning` where the agent tells the two apart.
 */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  readonly reasoning: number;
}

/** Names of the six parts, in the order in which they are shown. */
export const tokenKinds = ['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead', 'reasoning'] as const;

/** What `cost` can be asked to group by. */
export const costGroupings = ['task', 'type', 'model', 'agent', 'session', 'day', 'week'] as const;
export type CostGrouping = (typeof costGroupings)[number];

/** Something in an agent's records that was not counted. */
export interface SkippedRecord {
  readonly agent: string;
  readonly file: string;
  /** From 1; null: the file as a whole. */
  readonly line: number | null;
  /** One clause. */
  readonly reason: string;
}

/** One row of `cost --json`. */
export interface CostRow {
  /** `plan/task` or `elsewhere`; a task type or `none`; a model or `unknown`; `2026-11-21`; `2026-W47`. */
  readonly key: string;
  readonly agents: readonly string[];
  readonly models: readonly string[];
  readonly tokens: Tokens;
  /** US dollars, an estimate by list prices; null: nothing in here has a price. */
  readonly usd: number | null;
  readonly sessions: number;
  /** Models without a price. */
  readonly unpriced: readonly string[];
  /** More was spent than `usd` and `tokens` say: something is unpriced, was skipped or is known to be missing. */
  readonly atLeast: boolean;
}

/** What a plan allows, apart from money: as the agent's provider told it last. */
export interface Quota {
  readonly agent: string;
  /** Name of the subscription; null: not told. */
  readonly plan: string | null;
  readonly at: string;
  readonly windows: readonly {
    readonly minutes: number | null;
    readonly usedPercent: number;
    /** ISO 8601; null: not told. */
    readonly resetsAt: string | null;
  }[];
}

/** `cost --json`. */
export interface CostJson {
  readonly rows: readonly CostRow[];
  readonly total: Pick<CostRow, 'tokens' | 'usd' | 'sessions' | 'unpriced' | 'atLeast'>;
  /** Date of the price table, `YYYY-MM-DD`. */
  readonly pricesAsOf: string;
  readonly skipped: readonly SkippedRecord[];
  readonly quotas: readonly Quota[];
}

/** What a budget is set for. */
export const budgetScopes = ['task', 'plan', 'day', 'week'] as const;
export type BudgetScope = (typeof budgetScopes)[number];

/**
 * `near`: 85 % or more; `over`: 100 % or more; `unknown`: money is limited, something was used, and nothing of it has a
 * price: nobody can say that it is within.
 */
export const budgetLevels = ['within', 'near', 'over', 'unknown'] as const;
export type BudgetLevel = (typeof budgetLevels)[number];

/** How much of a budget is used. */
export interface BudgetUse {
  readonly scope: BudgetScope;
  /** Of a task's or plan's budget. */
  readonly plan: string | null;
  readonly task: string | null;
  /** `2026-11-21`, `2026-W47`; null: no period. */
  readonly period: string | null;
  readonly budget: Budget;
  readonly used: {
    /** null: nothing has a price. */
    readonly usd: number | null;
    /** Input, cache writes, output and reasoning. */
    readonly tokens: number;
    readonly atLeast: boolean;
  };
  /** Of the part of the budget that is used most, rounded down. */
  readonly percent: number;
  readonly level: BudgetLevel;
}

/** How strong a model a task needs. */
export const modelTiers = ['small', 'medium', 'large'] as const;
export type ModelTier = (typeof modelTiers)[number];

/** Tasks of one type that ran on a model of another tier than the rules name. */
export interface ModelMismatch {
  readonly type: TaskType;
  readonly agent: string;
  readonly model: string;
  readonly tier: ModelTier;
  /** What the rules name, of the same vendor. */
  readonly byRule: { readonly tier: ModelTier; readonly model: string };
  readonly tasks: readonly string[];
  readonly usd: number | null;
  /** The same tokens at the price of the model by rule. */
  readonly usdByRule: number | null;
}

/** What a task of a type is expected to use. */
export interface CostEstimate {
  readonly type: TaskType;
  readonly model: string | null;
  /** Output tokens, as the method's table counts them: from, to. */
  readonly outputTokens: readonly [number, number];
  /** US dollars, from and to; null: the model is not known or has no price. */
  readonly usd: readonly [number, number] | null;
  /** Budget tokens: from, to. */
  readonly tokens: readonly [number, number];
  /** `method`: the method's table. `log`: this repository's own finished tasks of the type, so many. */
  readonly from: { readonly kind: 'method' } | { readonly kind: 'log'; readonly tasks: number };
}
