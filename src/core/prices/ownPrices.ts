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

/**
 * Entries from the user's own prices. What is no price is left out: settings are typed by hand, and one slip must not
 * take the others away.
 */
export function ownEntries(prices: OwnPrices): PriceEntry[] {
  return Object.entries(prices).flatMap(([model, value]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.flatMap((one) => {
      const price = ownPriceSchema.safeParse(one);
      return price.success ? [entryOf(model, price.data)] : [];
    });
  });
}

/** Names in own prices and discounts that are not understood and do not count. */
export function unreadablePrices(settings: {
  readonly prices: OwnPrices;
  readonly priceDiscounts: Readonly<Record<string, number>>;
}): string[] {
  const prices = Object.entries(settings.prices).filter(([, value]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return !list.every((one) => ownPriceSchema.safeParse(one).success);
  });
  const discounts = Object.entries(settings.priceDiscounts).filter(
    ([, value]) => !discountSchema.safeParse(value).success,
  );
  return [...prices, ...discounts].map(([name]) => name);
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
