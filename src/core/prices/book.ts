import { type OwnPrices, ownEntries } from './ownPrices';
import type { PriceBook, PriceEntry, Rates } from './prices';
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
    discounts: settings.priceDiscounts,
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

/** Whether a list tells nothing new of a model. Lists often lack the tier of long prompts: that is no news. */
function samePrice(known: PriceEntry, listed: PriceEntry): boolean {
  if (!sameRates(known.rates, listed.rates)) return false;
  if (listed.longPrompt === null) return true;
  return (
    known.longPrompt !== null &&
    known.longPrompt.above === listed.longPrompt.above &&
    sameRates(known.longPrompt.rates, listed.longPrompt.rates)
  );
}

/** To a millionth of a dollar, since public lists give floating-point dollars per token. */
function sameRates(one: Rates, other: Rates): boolean {
  return (['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead'] as const).every(
    (kind) => Math.abs(one[kind] - other[kind]) < 1e-6,
  );
}
