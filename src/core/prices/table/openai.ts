import type { PriceEntry, Rates } from '../prices';
import { entries, implicit, rates } from './rates';

/**
 * OpenAI. Standard prices as on developers.openai.com (the models' own pages and "Pricing"), read on 2026-11-21; of
 * retired models the last that were published. `since` is the day a model was released, or a price changed.
 *
 * Up to GPT-5.5 nothing extra is taken for writing to the cache; from GPT-5.6 on it costs 1.25 times the input. Kept
 * for 12 hours it costs twice that, but agents' records do not tell the two apart.
 */
const source = 'https://developers.openai.com/api/docs/pricing';
const batch = 0.5;

/** Of models whose cache is written for a price of its own. */
function explicit(input: number, output: number, cacheRead: number): Rates {
  return rates(input, output, input * 1.25, input * 1.25, cacheRead);
}

/** More than 272,000 tokens: twice the input and cache, one and a half times the output, for the whole request. */
function long(base: Rates): PriceEntry['longPrompt'] {
  return {
    above: 272_000,
    rates: rates(base.input * 2, base.output * 1.5, base.cacheWrite5m * 2, base.cacheWrite1h * 2, base.cacheRead * 2),
  };
}

function tiered(models: readonly string[], since: string, base: Rates, fast: number | null): readonly PriceEntry[] {
  return entries(models, { since, rates: base, longPrompt: long(base), fast, batch, source });
}

function flat(models: readonly string[], since: string, base: Rates): readonly PriceEntry[] {
  return entries(models, { since, rates: base, batch, source });
}

export const openaiPrices: readonly PriceEntry[] = [
  ...tiered(['gpt-6.2-astra'], '2026-11-17', explicit(8, 40, 0.4), 2),
  ...tiered(['gpt-6.2-sol'], '2026-11-17', explicit(2, 10, 0.1), 2),
  ...tiered(['gpt-6.1-terra'], '2026-10-26', explicit(1, 5, 0.05), 2),
  ...tiered(['gpt-6.1-sol'], '2026-09-29', explicit(2, 10, 0.1), 2),
  ...tiered(['gpt-6-sol'], '2026-09-22', explicit(2, 10, 0.2), 2),
  ...tiered(['gpt-6-luna'], '2026-09-22', explicit(0.1, 0.5, 0.01), 2),
  ...tiered(['gpt-6-astra'], '2026-09-03', explicit(10, 50, 1), 2),

  // The plain name stands for Sol. Its lower price is promised until 2026-11-21 "at least": it holds until we know.
  ...tiered(['gpt-5.6-sol', 'gpt-5.6'], '2026-07-09', explicit(5, 30, 0.5), 2),
  ...tiered(['gpt-5.6-sol', 'gpt-5.6'], '2026-08-21', explicit(4, 20, 0.4), 2),
  ...tiered(['gpt-5.6-terra'], '2026-07-09', explicit(2.5, 15, 0.25), 2),
  ...tiered(['gpt-5.6-terra'], '2026-07-30', explicit(2, 12, 0.2), 2),
  ...tiered(['gpt-5.6-luna'], '2026-07-09', explicit(1, 6, 0.1), 2),
  ...tiered(['gpt-5.6-luna'], '2026-07-30', explicit(0.2, 1.2, 0.02), 2),
  ...tiered(['gpt-5.5'], '2026-04-23', implicit(5, 30, 0.5), 2.5),
  ...tiered(['gpt-5.4'], '2026-03-05', implicit(2.5, 15, 0.25), null),
  ...flat(['gpt-5.4-mini'], '2026-03-17', implicit(0.75, 4.5, 0.075)),
  ...flat(['gpt-5.4-nano'], '2026-03-17', implicit(0.2, 1.25, 0.02)),
  ...flat(['gpt-5.3-codex'], '2026-02-05', implicit(1.75, 14, 0.175)),
  ...flat(['gpt-5.2', 'gpt-5.2-codex', 'gpt-5.2-chat'], '2025-12-11', implicit(1.75, 14, 0.175)),
  ...flat(['gpt-5.1', 'gpt-5.1-codex', 'gpt-5.1-codex-max', 'gpt-5.1-chat'], '2025-11-13', implicit(1.25, 10, 0.125)),
  ...flat(['gpt-5.1-codex-mini'], '2025-11-13', implicit(0.25, 2, 0.025)),
  ...flat(['gpt-5', 'gpt-5-codex', 'gpt-5-chat'], '2025-08-07', implicit(1.25, 10, 0.125)),
  ...flat(['gpt-5-mini', 'gpt-5-codex-mini'], '2025-08-07', implicit(0.25, 2, 0.025)),
  ...flat(['gpt-5-nano'], '2025-08-07', implicit(0.05, 0.4, 0.005)),

  ...flat(['gpt-4.1'], '2025-04-14', implicit(2, 8, 0.5)),
  ...flat(['gpt-4.1-mini'], '2025-04-14', implicit(0.4, 1.6, 0.1)),
  ...flat(['gpt-4.1-nano'], '2025-04-14', implicit(0.1, 0.4, 0.025)),
  ...flat(['gpt-4o'], '2024-08-06', implicit(2.5, 10, 1.25)),
  ...flat(['gpt-4o-mini'], '2024-07-18', implicit(0.15, 0.6, 0.075)),
  ...flat(['o4-mini'], '2025-04-16', implicit(1.1, 4.4, 0.275)),
  ...flat(['codex-mini'], '2025-05-16', implicit(1.5, 6, 0.375)),
  ...flat(['o3'], '2025-04-16', implicit(10, 40, 2.5)),
  ...flat(['o3'], '2025-06-10', implicit(2, 8, 0.5)),
  ...flat(['o3-mini'], '2025-01-31', implicit(1.1, 4.4, 0.55)),
  ...flat(['o1'], '2024-12-17', implicit(15, 60, 7.5)),
];
