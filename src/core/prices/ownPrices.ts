import type { PriceEntry, Rates } from './prices';

interface OwnRates {
  readonly input: number;
  readonly output: number;
  /** Without it, and without any other of the cache: what input costs. */
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly cacheRead?: number | undefined;
}

/** What the user says a model costs, in US dollars per million tokens. */
export interface OwnPrice extends OwnRates {
  /** First day it holds, `YYYY-MM-DD`; absent: ever since. */
  readonly since?: string | undefined;
  readonly longPrompt?: (OwnRates & { readonly above: number }) | undefined;
  readonly fast?: number | undefined;
  readonly batch?: number | undefined;
}

/** Own prices by model; several of one model differ by `since`. */
export type OwnPrices = Readonly<Record<string, OwnPrice | readonly OwnPrice[]>>;

/** First day of a price that holds ever since. */
const always = '1970-01-01';

/** Entries from the user's own prices. */
export function ownEntries(prices: OwnPrices): PriceEntry[] {
  return Object.entries(prices).flatMap(([model, value]) =>
    (isList(value) ? value : [value]).map((price) => entryOf(model, price)),
  );
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: OwnPrice | readonly OwnPrice[]): value is readonly OwnPrice[] {
  return Array.isArray(value);
}

function entryOf(model: string, price: OwnPrice): PriceEntry {
  return {
    model: model.trim().toLowerCase(),
    since: price.since ?? always,
    rates: ratesOf(price),
    longPrompt:
      price.longPrompt === undefined ? null : { above: price.longPrompt.above, rates: ratesOf(price.longPrompt) },
    fast: price.fast ?? null,
    batch: price.batch ?? null,
    source: 'settings',
  };
}

function ratesOf(own: OwnRates): Rates {
  const cacheWrite5m = own.cacheWrite5m ?? own.input;
  return {
    input: own.input,
    output: own.output,
    cacheWrite5m,
    cacheWrite1h: own.cacheWrite1h ?? cacheWrite5m,
    cacheRead: own.cacheRead ?? own.input,
  };
}
