import { discountSchema, type OwnPrices, ownEntries } from './ownPrices';
import type { PriceBook, PriceEntry } from './prices';
import { priceTable, tableDate, webSearchPrice } from './table/table';

/** A public list of prices as it was on the day it was fetched. */
export interface RefreshedPrices {
  /** `YYYY-MM-DD` */
  readonly fetchedAt: string;
  /** One of each model, with `since` of that day. */
  readonly entries: readonly PriceEntry[];
}

/** What the user sets about prices. */
export interface PriceSettings {
  readonly prices: OwnPrices;
  readonly priceDiscounts: Readonly<Record<string, number>>;
}

/**
 * All prices in force: our table, over it what was refreshed, over it the user's own.
 *
 * - A refreshed price holds from the day it was fetched on; one that says what the table says changes nothing.
 * - An own price replaces all others of that name from its first day on, and of every day when it names none.
 *
 * @param refreshed null: never refreshed
 */
export function bookOf(settings: PriceSettings, refreshed: RefreshedPrices | null): PriceBook {
  const own = ownEntries(settings.prices);
  const begins = new Map<string, string>();
  for (const { model, since } of own) {
    const earlier = begins.get(model);
    if (earlier === undefined || since < earlier) begins.set(model, since);
  }
  const listed = [...priceTable, ...news(refreshed)].filter(({ model, since }) => {
    const begin = begins.get(model);
    return begin === undefined || since < begin;
  });
  return {
    asOf: refreshed !== null && refreshed.fetchedAt > tableDate ? refreshed.fetchedAt : tableDate,
    entries: [...listed, ...own],
    webSearch: webSearchPrice,
    discounts: Object.fromEntries(
      Object.entries(settings.priceDiscounts).filter(([, factor]) => discountSchema.safeParse(factor).success),
    ),
  };
}

/** What a refreshed list says that the table does not. */
function news(refreshed: RefreshedPrices | null): PriceEntry[] {
  if (refreshed === null) return [];
  const { fetchedAt } = refreshed;
  const inForce = new Map<string, PriceEntry>();
  for (const entry of priceTable) {
    const other = inForce.get(entry.model);
    if (entry.since <= fetchedAt && (other === undefined || entry.since >= other.since))
      inForce.set(entry.model, entry);
  }
  return refreshed.entries.flatMap((entry) => {
    const known = inForce.get(entry.model);
    if (known === undefined) return [{ ...entry, since: fetchedAt }];
    if (samePrice(known, entry)) return [];
    return [{ ...entry, since: fetchedAt, fast: entry.fast ?? known.fast, batch: entry.batch ?? known.batch }];
  });
}

function samePrice(one: PriceEntry, other: PriceEntry): boolean {
  return (
    JSON.stringify([numbers(one.rates), one.longPrompt?.above, numbers(one.longPrompt?.rates)]) ===
    JSON.stringify([numbers(other.rates), other.longPrompt?.above, numbers(other.longPrompt?.rates)])
  );
}

/** Rounded to a millionth of a dollar, since public lists give floating-point dollars per token. */
function numbers(rates: PriceEntry['rates'] | undefined): number[] {
  if (rates === undefined) return [];
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = rates;
  return [input, output, cacheWrite5m, cacheWrite1h, cacheRead].map((usd) => Math.round(usd * 1_000_000));
}
