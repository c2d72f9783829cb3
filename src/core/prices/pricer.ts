import type { Tokens } from '../../contract/usage';
import { matchesGlob, modelNames } from './names';
import type { Priceable, PriceBook, Priced, PriceEntry, Pricer, Rates } from './prices';

const million = 1_000_000;
/** So many names are remembered; an agent that writes a new one into each record must not fill the memory. */
const rememberedNames = 2_000;

interface DatedEntry {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly entry: PriceEntry;
}

/** What a record's name for a model stands for. */
interface Model {
  /** The newest first. */
  readonly entries: readonly DatedEntry[];
  readonly factor: number;
}

/**
 * Prices answers by a book.
 *
 * - The entry is the newest that begins no later than the answer's day (UTC); before the first one, the first one.
 * - A prompt (input, cache read and written) longer than the entry's tier puts every token at the tier's rates, for each
 *   answer apart: Anthropic's, OpenAI's and Google's rule alike.
 * - Fast mode and batch are factors on the rates of the tier. Where no factor is known, an answer in that mode has no price.
 * - Reasoning costs what output costs.
 *
 * @param now what an answer without a time is priced as of, in ms since 1970
 */
export function createPricer(book: PriceBook, now: number = Date.now()): Pricer {
  const byName = indexEntries(book.entries);
  const remembered = new Map<string, Model | null>();

  function find(raw: string): Model | null {
    const known = remembered.get(raw);
    if (known !== undefined) return known;
    const names = modelNames(raw);
    if (names.length === 0) return null;
    const entries = names.map((name) => byName.get(name)).find((some) => some !== undefined);
    const model = entries === undefined ? null : { entries, factor: discountOf(names, book.discounts) };
    if (remembered.size >= rememberedNames) remembered.clear();
    remembered.set(raw, model);
    return model;
  }

  return {
    price(answer) {
      const model = answer.model === null ? null : find(answer.model);
      if (model === null) return null;
      const at = answer.at !== null && Number.isFinite(answer.at) ? answer.at : now;
      const entry = entryAt(model.entries, at);
      return entry === null ? null : apply(entry, answer, model.factor, book.webSearch);
    },
  };
}

/** Length of a request's prompt in tokens, as vendors count it for their long-prompt tiers. */
function promptTokens(tokens: Tokens): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
}

function apply(entry: PriceEntry, answer: Priceable, discount: number, webSearch: number | null): Priced | null {
  const fast = answer.speed === 'fast' ? entry.fast : 1;
  const batch = answer.batch ? entry.batch : 1;
  if (fast === null || batch === null) return null;
  const { tokens, webSearches } = answer;
  if (webSearches > 0 && webSearch === null) return null;
  const { longPrompt } = entry;
  const long = longPrompt !== null && promptTokens(tokens) > longPrompt.above;
  const rates = scaled(long ? longPrompt.rates : entry.rates, fast * batch * discount);
  const usd = costOf(tokens, rates) + webSearches * (webSearch ?? 0) * discount;
  return Number.isFinite(usd) && usd >= 0 ? { usd, rates, entry } : null;
}

/** US dollars of tokens at rates, without tiers, modes or web searches. */
export function costOf(tokens: Tokens, rates: Rates): number {
  return (
    (tokens.input * rates.input +
      (tokens.output + tokens.reasoning) * rates.output +
      tokens.cacheWrite5m * rates.cacheWrite5m +
      tokens.cacheWrite1h * rates.cacheWrite1h +
      tokens.cacheRead * rates.cacheRead) /
    million
  );
}

function scaled(rates: Rates, factor: number): Rates {
  if (factor === 1) return rates;
  return {
    input: rates.input * factor,
    output: rates.output * factor,
    cacheWrite5m: rates.cacheWrite5m * factor,
    cacheWrite1h: rates.cacheWrite1h * factor,
    cacheRead: rates.cacheRead * factor,
  };
}

function indexEntries(entries: readonly PriceEntry[]): ReadonlyMap<string, readonly DatedEntry[]> {
  const byName = new Map<string, DatedEntry[]>();
  for (const entry of entries) {
    const name = entry.model.toLowerCase();
    const dated = { from: Date.parse(`${entry.since}T00:00:00Z`), entry };
    const others = byName.get(name);
    if (others === undefined) byName.set(name, [dated]);
    else others.unshift(dated);
  }
  // A stable sort: of one day's entries the later one comes first.
  for (const dated of byName.values()) dated.sort((one, other) => other.from - one.from);
  return byName;
}

function entryAt(entries: readonly DatedEntry[], at: number): PriceEntry | null {
  for (const dated of entries) if (dated.from <= at) return dated.entry;
  // Before the first day that is known: of that day's entries the one that counts.
  const first = entries.at(-1)?.from;
  return entries.find(({ from }) => from === first)?.entry ?? null;
}

/** Of the globs that match any of the names, the one with the most letters counts. */
function discountOf(names: readonly string[], discounts: Readonly<Record<string, number>>): number {
  let factor = 1;
  let best = -1;
  for (const [glob, value] of Object.entries(discounts)) {
    const letters = glob.replaceAll('*', '').length;
    if (letters < best || !Number.isFinite(value) || value < 0) continue;
    if (!names.some((name) => matchesGlob(name, glob))) continue;
    factor = value;
    best = letters;
  }
  return factor;
}
