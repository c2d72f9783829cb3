import * as z from 'zod/mini';
import { canonicalName } from './names';
import type { PriceEntry, Rates } from './prices';

/** Vendors whose prices are taken: of resellers' the list has hundreds, and a model's name does not tell which it was. */
const vendors = new Set([
  'anthropic',
  'openai',
  'gemini',
  'xai',
  'deepseek',
  'moonshot',
  'mistral',
  'zai',
  'dashscope',
]);

/** Of more than a dollar a token nobody has heard: the list is damaged there. */
const usdPerToken = z.optional(z.nullable(z.number().check(z.minimum(0), z.maximum(1))));

/** The keys that count; prices are US dollars per token. */
const modelSchema = z.looseObject({
  litellm_provider: z.string(),
  mode: z.optional(z.nullable(z.string())),
  input_cost_per_token: usdPerToken,
  output_cost_per_token: usdPerToken,
  cache_creation_input_token_cost: usdPerToken,
  cache_creation_input_token_cost_above_1hr: usdPerToken,
  cache_read_input_token_cost: usdPerToken,
  input_cost_per_token_batches: usdPerToken,
  output_cost_per_token_batches: usdPerToken,
  provider_specific_entry: z.optional(z.nullable(z.looseObject({ fast: z.optional(z.unknown()) }))),
});
type Model = z.infer<typeof modelSchema>;

/** The threshold of a long-prompt tier stands in its keys' names only. */
const tierKey = /^input_cost_per_token_above_(\d{1,5})k_tokens$/;

const million = 1_000_000;

/**
 * Prices from LiteLLM's public list `model_prices_and_context_window.json`: one of each model, by the name under which
 * its vendor sells it. What is no price of a text model is left out, as is what costs nothing: previews are listed at 0.
 *
 * @param list the parsed file
 * @param since first day of every entry, `YYYY-MM-DD`
 */
export function entriesFromLiteLlm(list: unknown, since: string): PriceEntry[] {
  if (typeof list !== 'object' || list === null || Array.isArray(list)) return [];
  const chosen = new Map<string, { key: string; entry: PriceEntry }>();
  for (const [key, value] of Object.entries(list)) {
    const name = canonicalName(key);
    const parsed = modelSchema.safeParse(value);
    if (name === null || !parsed.success) continue;
    const entry = entryOf(name, parsed.data, since);
    if (entry === null) continue;
    const other = chosen.get(name);
    if (other === undefined || comesBefore(key, other.key, name)) chosen.set(name, { key, entry });
  }
  return [...chosen.values()].map(({ entry }) => entry);
}

/** The plain name beats dated ones, and of those the newest counts. */
function comesBefore(key: string, other: string, name: string): boolean {
  if (other === name) return false;
  return key === name || key > other;
}

function entryOf(model: string, listed: Model, since: string): PriceEntry | null {
  const { litellm_provider: vendor, mode } = listed;
  if (!vendors.has(vendor) || !(mode === undefined || mode === null || mode === 'chat' || mode === 'responses')) {
    return null;
  }
  const rates = ratesOf(model, listed, '');
  if (rates === null || (rates.input === 0 && rates.output === 0)) return null;
  return {
    model,
    since,
    rates,
    longPrompt: longPromptOf(model, listed, rates),
    fast: fastOf(listed),
    batch: batchOf(listed),
    source: 'LiteLLM',
  };
}

/** @param suffix of the keys of a tier; empty: of the model's own */
function ratesOf(model: string, listed: Model, suffix: string, short: Rates | null = null): Rates | null {
  const usd = (key: string) => {
    const value = listed[`${key}${suffix}`];
    return typeof value === 'number' && value >= 0 && value <= 1
      ? Math.round(value * million * million) / million
      : null;
  };
  const input = usd('input_cost_per_token');
  const output = usd('output_cost_per_token') ?? short?.output ?? null;
  if (input === null || output === null) return null;
  const cacheWrite5m = usd('cache_creation_input_token_cost') ?? short?.cacheWrite5m ?? input;
  // Anthropic's fixed rule, where the list says nothing of the hour.
  const hour = model.startsWith('claude-') ? input * 2 : cacheWrite5m;
  return {
    input,
    output,
    cacheWrite5m,
    cacheWrite1h: usd('cache_creation_input_token_cost_above_1hr') ?? hour,
    cacheRead: usd('cache_read_input_token_cost') ?? short?.cacheRead ?? input,
  };
}

/** The lowest tier: our entries have one, and of the few models with two the second lies beyond what agents send. */
function longPromptOf(model: string, listed: Model, short: Rates): PriceEntry['longPrompt'] {
  const thousands = Object.keys(listed)
    .map((key) => Number(tierKey.exec(key)?.[1] ?? Number.NaN))
    .filter((value) => value > 0)
    .sort((one, other) => one - other)[0];
  if (thousands === undefined) return null;
  const rates = ratesOf(model, listed, `_above_${thousands}k_tokens`, short);
  return rates === null ? null : { above: thousands * 1_000, rates };
}

function fastOf(listed: Model): number | null {
  const factor = listed.provider_specific_entry?.fast;
  return typeof factor === 'number' && factor > 0 && factor <= 1_000 ? factor : null;
}

/** One factor, where input and output are cheaper by the same. */
function batchOf(listed: Model): number | null {
  const part = (batch: number | null | undefined, full: number | null | undefined) =>
    typeof batch === 'number' && typeof full === 'number' && full > 0 ? batch / full : null;
  const input = part(listed.input_cost_per_token_batches, listed.input_cost_per_token);
  const output = part(listed.output_cost_per_token_batches, listed.output_cost_per_token);
  if (input === null || output === null || Math.abs(input - output) > 0.001) return null;
  return Math.round(input * 1_000) / 1_000;
}
