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
  cache_read_input_token_cost: usdPerToken,
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
 * @param known rates by model: where the list is silent about the cache, its price stands to the input's as it does there
 */
export function entriesFromLiteLlm(
  list: unknown,
  since: string,
  known: ReadonlyMap<string, Rates> = new Map(),
): PriceEntry[] {
  if (typeof list !== 'object' || list === null || Array.isArray(list)) return [];
  const chosen = new Map<string, { key: string; entry: PriceEntry }>();
  for (const [key, value] of Object.entries(list)) {
    const name = canonicalName(key);
    const parsed = modelSchema.safeParse(value);
    if (name === null || !parsed.success) continue;
    const entry = entryOf(name, parsed.data, since, known.get(name));
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

function entryOf(model: string, listed: Model, since: string, known: Rates | undefined): PriceEntry | null {
  const { litellm_provider: vendor, mode } = listed;
  if (!vendors.has(vendor) || !(mode === undefined || mode === null || mode === 'chat' || mode === 'responses')) {
    return null;
  }
  const rates = ratesOf(model, listed, '', known);
  if (rates === null || (rates.input === 0 && rates.output === 0)) return null;
  return {
    model,
    since,
    rates,
    longPrompt: longPromptOf(model, listed, rates),
    fast: fastOf(listed),
    batch: factorOf(listed, '_batches'),
    source: 'LiteLLM',
  };
}

/**
 * @param suffix of the keys of a tier; empty: of the model's own
 * @param alike rates whose proportions hold where the list is silent
 */
function ratesOf(model: string, listed: Model, suffix: string, alike: Rates | undefined): Rates | null {
  const usd = (key: string) => {
    const value = listed[`${key}${suffix}`];
    return typeof value === 'number' && value >= 0 && value <= 1
      ? Math.round(value * million * million) / million
      : null;
  };
  const input = usd('input_cost_per_token');
  const output = usd('output_cost_per_token');
  if (input === null || output === null) return null;
  const asThere = (kind: 'cacheWrite5m' | 'cacheRead') =>
    alike === undefined || alike.input === 0 ? input : (input * alike[kind]) / alike.input;
  const cacheWrite5m = usd('cache_creation_input_token_cost') ?? asThere('cacheWrite5m');
  // Anthropic's is twice the input by rule; the list has had it wrong for some models.
  const hour = model.startsWith('claude-') ? input * 2 : usd('cache_creation_input_token_cost_above_1hr');
  return {
    input,
    output,
    cacheWrite5m,
    cacheWrite1h: hour ?? cacheWrite5m,
    cacheRead: usd('cache_read_input_token_cost') ?? asThere('cacheRead'),
  };
}

/** The lowest tier: our entries have one, and no model in the list has more. */
function longPromptOf(model: string, listed: Model, short: Rates): PriceEntry['longPrompt'] {
  const thousands = Object.keys(listed)
    .map((key) => Number(tierKey.exec(key)?.[1] ?? Number.NaN))
    .filter((value) => value > 0)
    .sort((one, other) => one - other)[0];
  if (thousands === undefined) return null;
  const rates = ratesOf(model, listed, `_above_${thousands}k_tokens`, short);
  return rates === null ? null : { above: thousands * 1_000, rates };
}

/** Anthropic's is told as a factor, OpenAI's as prices of its priority tier. */
function fastOf(listed: Model): number | null {
  const factor = listed.provider_specific_entry?.fast;
  if (typeof factor === 'number' && factor > 0 && factor <= 1_000) return factor;
  return factorOf(listed, '_priority');
}

/** What a mode costs of the usual price, where input and output cost the same part. */
function factorOf(listed: Model, suffix: string): number | null {
  const part = (key: string) => {
    const [mode, usual] = [listed[`${key}${suffix}`], listed[key]];
    return typeof mode === 'number' && typeof usual === 'number' && mode >= 0 && usual > 0 ? mode / usual : null;
  };
  const input = part('input_cost_per_token');
  const output = part('output_cost_per_token');
  if (input === null || output === null || Math.abs(input - output) > 0.001) return null;
  return Math.round(input * 1_000) / 1_000;
}
