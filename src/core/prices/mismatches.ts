import type { TaskType } from '../../contract/plan';
import type { ModelMismatch, Tokens } from '../../contract/usage';
import { shortPromptRates } from './estimates';
import { costOf } from './pricer';
import type { Pricer } from './prices';
import { modelFor, tierByType, tierOf } from './tiers';

/** What one task used of one model. */
export interface ModelUse {
  /** `plan/task`. */
  readonly task: string;
  readonly type: TaskType;
  readonly agent: string;
  readonly model: string;
  readonly tokens: Tokens;
  /** null: the model has no price. */
  readonly usd: number | null;
  /** Last answer, ms since 1970; null: not told, and then the rules are today's. */
  readonly at: number | null;
}

interface Row {
  use: ModelUse;
  tasks: string[];
  usd: number | null;
  usdByRule: number | null;
  ruleModel: string;
  ruleDay: string;
}

/**
 * Tasks that ran on a model of another tier than the rules name for their type, by type, agent and model; what could be
 * saved most comes first. Of each task and agent only the model that cost most counts: agents ask small models for titles
 * and summaries in passing. What the model by rule would have cost is the same tokens at its price of that day for short
 * prompts: about.
 *
 * @param now ms since 1970
 */
export function mismatches(uses: readonly ModelUse[], pricer: Pricer, now: number = Date.now()): ModelMismatch[] {
  const rows = new Map<string, Row>();
  for (const use of mainUses(uses)) {
    const tier = tierByType[use.type];
    const used = tierOf(use.model);
    if (used === null || used === tier) continue;
    const at = use.at ?? now;
    const day = dayOf(at) ?? dayOf(now) ?? '9999-12-31';
    const ruleModel = modelFor(use.agent, tier, day, use.model);
    if (ruleModel === null) continue;
    const rates = shortPromptRates(pricer, ruleModel, at);
    const usdByRule = rates === null ? null : costOf(use.tokens, rates);
    const key = JSON.stringify([use.type, use.agent, use.model]);
    const row = rows.get(key);
    if (row === undefined) {
      rows.set(key, { use, tasks: [use.task], usd: use.usd, usdByRule, ruleModel, ruleDay: day });
      continue;
    }
    row.tasks.push(use.task);
    row.usd = sum(row.usd, use.usd);
    row.usdByRule = sum(row.usdByRule, usdByRule);
    if (day > row.ruleDay) Object.assign(row, { ruleModel, ruleDay: day });
  }
  return [...rows.values()].map(mismatchOf).sort((one, other) => saving(other) - saving(one));
}

/** Of each task and agent the use that cost most; where nothing has a price, the one with most output. */
function mainUses(uses: readonly ModelUse[]): Iterable<ModelUse> {
  const main = new Map<string, ModelUse>();
  for (const use of uses) {
    const key = JSON.stringify([use.task, use.agent]);
    const other = main.get(key);
    if (other === undefined || weighsMore(use, other)) main.set(key, use);
  }
  return main.values();
}

function weighsMore(one: ModelUse, other: ModelUse): boolean {
  if (one.usd !== null && other.usd !== null) return one.usd > other.usd;
  return one.tokens.output + one.tokens.reasoning > other.tokens.output + other.tokens.reasoning;
}

function mismatchOf({ use, tasks, usd, usdByRule, ruleModel }: Row): ModelMismatch {
  const { type, agent, model } = use;
  const byRule = { tier: tierByType[type], model: ruleModel };
  return { type, agent, model, tier: tierOf(model) ?? byRule.tier, byRule, tasks, usd, usdByRule };
}

function saving({ usd, usdByRule }: ModelMismatch): number {
  return usd === null || usdByRule === null ? 0 : usd - usdByRule;
}

/** Nothing is known of a sum of which a part is not known. */
function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

function dayOf(at: number): string | null {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, 10);
}
