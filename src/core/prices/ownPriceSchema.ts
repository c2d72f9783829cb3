import * as z from 'zod/mini';
import type { OwnPrice, OwnPrices } from './ownPrices';

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
