import type { OwnPrice, OwnPrices } from './ownPrices';

// By hand, and no schema: a window reads its settings while it starts, and has no library loaded by then.

const ratesOf = ['input', 'output'] as const;
const cacheRates = ['cacheWrite5m', 'cacheWrite1h', 'cacheRead'] as const;
const highestUsd = 1_000_000;
const highestFactor = 1_000;
const dayForm = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

type Fields = Readonly<Record<string, unknown>>;

/** One price of the user's own as it was typed (US dollars per million tokens); null: it is none. */
export function typedPrice(value: unknown): OwnPrice | null {
  if (!isFields(value) || !hasRates(value)) return null;
  const { since, longPrompt, fast, batch } = value;
  if (since !== undefined && !(typeof since === 'string' && dayForm.test(since))) return null;
  if (![fast, batch].every((factor) => factor === undefined || isNumber(factor, highestUsd))) return null;
  if (longPrompt !== undefined) {
    if (!isFields(longPrompt) || !hasRates(longPrompt)) return null;
    const { above } = longPrompt;
    if (!(typeof above === 'number' && Number.isSafeInteger(above) && above >= 1)) return null;
  }
  return pick(value, [...ratesOf, ...cacheRates, 'since', 'longPrompt', 'fast', 'batch']) as unknown as OwnPrice;
}

/** Factor on what is paid, as it was typed; null: it is none. */
export function typedDiscount(value: unknown): number | null {
  return isNumber(value, highestFactor) ? value : null;
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
    const good = list.flatMap((one) => typedPrice(one) ?? []);
    return good.length === 0 ? [] : [[model, good]];
  });
  const factors = entriesOf(discounts).flatMap(([glob, value]): [string, number][] => {
    const factor = typedDiscount(value);
    return factor === null ? [] : [[glob, factor]];
  });
  return { prices: Object.fromEntries(readable), priceDiscounts: Object.fromEntries(factors) };
}

function hasRates(value: Fields): boolean {
  return (
    ratesOf.every((name) => isNumber(value[name], highestUsd)) &&
    cacheRates.every((name) => value[name] === undefined || isNumber(value[name], highestUsd))
  );
}

function isNumber(value: unknown, highest: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= highest;
}

/** Only what is known, as plain data: it goes to another thread. */
function pick(value: Fields, names: readonly string[]): Fields {
  const known = names.filter((name) => value[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, plain(value[name])]));
}

function plain(value: unknown): unknown {
  return isFields(value) ? pick(value, [...ratesOf, ...cacheRates, 'above']) : value;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isFields(value) ? Object.entries(value) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
