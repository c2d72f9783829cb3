import * as z from 'zod/mini';
import type { PriceEntry, Rates } from './prices';

const usd = z.number().check(z.minimum(0), z.maximum(1_000_000));
const day = z.string().check(z.regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/));

const ownRates = {
  input: usd,
  output: usd,
  cacheWrite5m: z.optional(usd),
  cacheWrite1h: z.optional(usd),
  cacheRead: z.optional(usd),
};

/** One price of the user's own: US dollars per million tokens. */
export const ownPriceSchema = z.object({
  ...ownRates,
  since: z.optional(day),
  longPrompt: z.optional(z.object({ above: z.int().check(z.minimum(1)), ...ownRates })),
  fast: z.optional(usd),
  batch: z.optional(usd),
});

/** The setting `prices`: of each model one price, or several with a first day each. */
export const ownPricesSchema = z.record(z.string(), z.union([ownPriceSchema, z.array(ownPriceSchema)]));

/** Factor on what is paid. */
export const discountSchema = z.number().check(z.minimum(0), z.maximum(1_000));

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

/**
 * What can be understood of prices and discounts as they were typed, model by model; the rest is left out. The editor of
 * settings marks it, by the manifest's schema.
 */
export function readablePrices(
  prices: unknown,
  discounts: unknown,
): { prices: OwnPrices; priceDiscounts: Readonly<Record<string, number>> } {
  const readable = entriesOf(prices).flatMap(([model, value]): [string, OwnPrice[]][] => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const good = list.flatMap((one) => {
      const price = ownPriceSchema.safeParse(one);
      return price.success ? [price.data] : [];
    });
    return good.length === 0 ? [] : [[model, good]];
  });
  const factors = entriesOf(discounts).flatMap(([glob, value]): [string, number][] => {
    const factor = discountSchema.safeParse(value);
    return factor.success ? [[glob, factor.data]] : [];
  });
  return { prices: Object.fromEntries(readable), priceDiscounts: Object.fromEntries(factors) };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
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
