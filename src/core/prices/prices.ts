import type { Tokens } from '../../contract/usage';

/** US dollars per million tokens. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
}

/** What a model costs from a day on. */
export interface PriceEntry {
  /** As it stands in records, without a vendor's prefix or a date at the end. */
  readonly model: string;
  /** First day it holds, `YYYY-MM-DD`; it holds until the next entry of the same model. */
  readonly since: string;
  readonly rates: Rates;
  /** Requests whose prompt (input and cache, read and written) is longer than `above` tokens: every token at these. */
  readonly longPrompt: { readonly above: number; readonly rates: Rates } | null;
  /** Factor of the fast mode; null: has none. */
  readonly fast: number | null;
  /** Factor of the batch mode; null: has none. */
  readonly batch: number | null;
  /** Where it was read: a page's address, `LiteLLM`, `settings`. */
  readonly source: string;
}

/** All prices in force, as plain data: it goes to another thread. Later entries beat earlier ones of the same day. */
export interface PriceBook {
  /** Date of the newest of its sources, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly entries: readonly PriceEntry[];
  /** US dollars per web search; null: not known. */
  readonly webSearch: number | null;
  /** Factors on everything of a model or vendor (`0.8`: a fifth less), by a glob over model names. */
  readonly discounts: Readonly<Record<string, number>>;
}

/** What of an answer has a price. */
export interface Priceable {
  readonly model: string | null;
  /** Milliseconds since 1970; null: not told, and then priced as of today. */
  readonly at: number | null;
  readonly tokens: Tokens;
  readonly speed: 'standard' | 'fast';
  readonly batch: boolean;
  readonly webSearches: number;
}

/** What an answer cost, and by which rates. */
export interface Priced {
  /** US dollars. */
  readonly usd: number;
  /** As applied: tier, mode and discount are in them. */
  readonly rates: Rates;
  readonly entry: PriceEntry;
}

/** Prices answers; made once from a book, since finding an entry by a record's name for a model is kept. */
export interface Pricer {
  /** null: the model has no price, which is never the same as nothing to pay. */
  price(answer: Priceable): Priced | null;
}
