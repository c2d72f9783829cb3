import type { BudgetLevel, BudgetScope, CostGrouping, ModelTier } from '../contract/usage';
import type { CostColumn, CostPeriod, CostsAction } from './costs';

/** A sentence that differs by number; `{0}` is the number where there are many. */
export interface Counted {
  readonly one: string;
  readonly many: string;
}

/** Every sentence of the panel, translated by the host and handed over with the page. `{0}` … are replaced. */
export interface CostsWords {
  readonly title: string;
  readonly repository: string;
  readonly plan: string;
  readonly allPlans: string;
  readonly period: string;
  readonly periods: Readonly<Record<CostPeriod, string>>;
  readonly refresh: string;
  readonly refreshing: string;
  /** `{0}` how long ago. */
  readonly read: string;
  readonly actions: Readonly<Record<CostsAction, string>>;
  /** `{0}` a sum that is more than is shown. */
  readonly atLeast: string;
  readonly atLeastSpoken: string;
  readonly unpriced: string;
  readonly total: {
    readonly title: string;
    /** `{0}` date of the prices. */
    readonly estimate: string;
    readonly tokens: string;
    readonly tokensHint: string;
    readonly cacheRead: string;
    /** Stand after their number. */
    readonly sessions: Counted;
    readonly answers: Counted;
    readonly missing: string;
    readonly whyUnpriced: Counted;
    readonly whySkipped: Counted;
    readonly why: string;
    /** `{0}` the reason. */
    readonly failure: string;
  };
  readonly nothing: { readonly text: string; readonly showAll: string };
  readonly chart: {
    readonly title: { readonly day: string; readonly week: string };
    readonly money: string;
    readonly tokens: string;
    readonly measure: string;
    readonly others: string;
    readonly asTable: string;
    readonly cut: string;
    readonly sum: string;
    /** `{0}` columns, `{1}` series: what a screen reader hears instead. */
    readonly spoken: string;
  };
  readonly groupBy: string;
  readonly groupings: Readonly<Record<CostGrouping, string>>;
  readonly columns: Readonly<Record<Exclude<CostColumn, 'name'>, string>>;
  readonly columnHints: Readonly<Record<Exclude<CostColumn, 'name'>, string>>;
  readonly table: {
    /** `{0}` what it groups by. */
    readonly caption: string;
    readonly share: string;
    readonly rest: Counted;
    readonly more: string;
    readonly kept: string;
    readonly keptHint: string;
    readonly open: string;
  };
  readonly keys: {
    readonly elsewhere: string;
    readonly other: string;
    readonly noType: string;
    readonly unknownModel: string;
    readonly unknownDay: string;
    /** `{0}` the Monday. */
    readonly week: string;
  };
  readonly budgets: {
    readonly title: string;
    readonly none: string;
    readonly scopes: Readonly<Record<BudgetScope, string>>;
    readonly levels: Readonly<Record<BudgetLevel, string>>;
    /** `{0}` used, `{1}` of. */
    readonly used: string;
    /** `{0}` the limit, where nobody can tell what is used of it. */
    readonly allowed: string;
    readonly usedTokens: string;
  };
  readonly quotas: {
    readonly title: string;
    readonly hint: string;
    readonly percent: string;
    readonly resets: string;
    readonly told: string;
    readonly hours: string;
    readonly days: string;
    readonly window: string;
  };
  readonly categories: {
    readonly title: string;
    readonly none: string;
    readonly tasks: Counted;
    readonly each: string;
  };
  readonly mismatches: {
    readonly title: string;
    readonly none: string;
    /** `{0}` model, `{1}` type. */
    readonly what: string;
    /** `{0}` tasks in words, `{1}` money, `{2}` model, `{3}` money. */
    readonly cost: string;
    readonly costUnknown: string;
    readonly tiers: Readonly<Record<ModelTier, string>>;
    /** `{0}` tier of the model, `{1}` tier by rule. */
    readonly tier: string;
  };
  readonly estimates: {
    readonly title: string;
    readonly none: string;
    readonly type: string;
    readonly expected: string;
    readonly actual: string;
    readonly from: string;
    readonly method: string;
    readonly log: Counted;
    readonly range: string;
    readonly tokens: string;
    readonly median: Counted;
  };
  readonly lists: {
    readonly unpriced: string;
    readonly unpricedHint: string;
    readonly unpricedOf: string;
    readonly skipped: string;
    readonly skippedHint: string;
    readonly more: string;
  };
  readonly records: {
    readonly title: string;
    readonly of: string;
    readonly close: string;
    readonly reading: string;
    readonly none: string;
    readonly newest: string;
    readonly kept: Counted;
    readonly rates: string;
    readonly unpriced: string;
    readonly source: string;
    readonly tokens: string;
    readonly open: string;
    readonly openLine: string;
    readonly session: string;
    readonly noTime: string;
  };
}
