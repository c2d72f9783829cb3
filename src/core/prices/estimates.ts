import type { TaskType } from '../../contract/plan';
import type { CostEstimate, Tokens } from '../../contract/usage';
import { costOf } from './pricer';
import type { Pricer, Rates } from './prices';
import { modelByName } from './tiers';

/**
 * The method's "Token Budget by Task Type", in output tokens. It names plan, code-small, code-large, review, tests,
 * spike, debug, docs, format and types; the others have the figures of what is nearest: a feature and a migration those
 * of large code, refactorings and dependencies those of small code, architecture those of a spike, security those of a
 * review.
 */
const methodTokens: Readonly<Record<TaskType, readonly [number, number]>> = {
  plan: [2_000, 5_000],
  feature: [15_000, 50_000],
  'code-small': [5_000, 15_000],
  'code-large': [15_000, 50_000],
  refactor: [5_000, 15_000],
  migration: [15_000, 50_000],
  dependencies: [5_000, 15_000],
  review: [3_000, 10_000],
  tests: [10_000, 30_000],
  spike: [5_000, 20_000],
  architecture: [5_000, 20_000],
  debug: [10_000, 40_000],
  security: [3_000, 10_000],
  docs: [5_000, 15_000],
  format: [2_000, 8_000],
  types: [3_000, 10_000],
};

/** So many finished tasks of a type say more than the method does. */
const enoughTasks = 3;

/** What a finished task of this repository used in the end, over all its sessions. */
export interface FinishedTask {
  readonly type: TaskType;
  readonly tokens: Tokens;
}

/**
 * What a task of a type is expected to use, at today's price of a model.
 *
 * From this repository's own finished tasks of the type, once there are three: the middle half of what they used. Until
 * then from the method's table, which counts output only: both its money and its budget tokens leave the prompts out,
 * and are a lower bound of what an agent with a long context uses.
 *
 * @param asked the model, also by a short name (`opus`); null: not known, and then only tokens are told
 * @param finished tasks of any type
 * @param now ms since 1970: day of the price
 */
export function estimateOf(
  type: TaskType,
  asked: string | null,
  finished: readonly FinishedTask[],
  pricer: Pricer,
  now: number = Date.now(),
): CostEstimate {
  const model = asked === null ? null : modelByName(asked, dayOf(now));
  const rates = model === null ? null : shortPromptRates(pricer, model, now);
  const tasks = finished.filter((task) => task.type === type).map(({ tokens }) => tokens);
  if (tasks.length >= enoughTasks) {
    return {
      type,
      model,
      outputTokens: middleHalf(tasks.map(({ output, reasoning }) => output + reasoning)),
      usd: rates === null ? null : middleHalf(tasks.map((tokens) => costOf(tokens, rates))),
      tokens: middleHalf(tasks.map(countedTokens)),
      from: { kind: 'log', tasks: tasks.length },
    };
  }
  const [low, high] = methodTokens[type];
  return {
    type,
    model,
    outputTokens: [low, high],
    usd: rates === null ? null : [(low * rates.output) / 1_000_000, (high * rates.output) / 1_000_000],
    tokens: [low, high],
    from: { kind: 'method' },
  };
}

/**
 * Rates of a model for prompts below its tier: sums of tokens do not tell how long the prompts of single answers were.
 * null: it has no price.
 */
export function shortPromptRates(pricer: Pricer, model: string, at: number): Rates | null {
  const tokens = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };
  return pricer.price({ model, at, tokens, speed: 'standard', batch: false, webSearches: 0 })?.rates ?? null;
}

/** @throws RangeError when it is no time */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Tokens as budgets count them: without what was read from the cache. */
function countedTokens({ input, output, cacheWrite5m, cacheWrite1h, reasoning }: Tokens): number {
  return input + output + cacheWrite5m + cacheWrite1h + reasoning;
}

/** First and third quartile, by nearest rank. */
function middleHalf(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return [at(0.25), at(0.75)];
}
