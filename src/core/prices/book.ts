import { type OwnPrices, ownEntries } from './ownPrices';
import type { PriceBook, PriceEntry, Rates } from './prices';
import { priceTable, tableDate, webSearchPrice } from './table/table';

/** What a public list of prices said when it was fetched. */
export interface RefreshedPrices {
  /** Of the last time, `YYYY-MM-DD`. */
  readonly fetchedAt: string;
  /** The oldest first; `since` is the day on which a price was first seen. */
  readonly entries: readonly PriceEntry[];
}

/** Later than any entry. */
const endOfDays = '9999-12-31';

/** What the user sets about prices. */
export interface PriceSettings {
  readonly prices: OwnPrices;
  readonly priceDiscounts: Readonly<Record<string, number>>;
}

/**
 * All prices in force: our table, over it what was refreshed, over it the user's own.
 *
 * - A refreshed price holds from the day it was fetched on; one that says what the table says changes nothing.
 * - An own price replaces all others of that name from its first day on, and of every day when it names none. Modes of
 *   which it says nothing cost what part of it they cost in the table.
 *
 * @param refreshed null: never refreshed
 */
export function bookOf(settings: PriceSettings, refreshed: RefreshedPrices | null): PriceBook {
  const listedNow = tableAt(endOfDays);
  const own = ownEntries(settings.prices).map((entry) => {
    const known = listedNow.get(entry.model);
    return { ...entry, fast: entry.fast ?? known?.fast ?? null, batch: entry.batch ?? known?.batch ?? null };
  });
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

/** The table's entries in force on a day, by model. */
export function tableAt(day: string): ReadonlyMap<string, PriceEntry> {
  const inForce = new Map<string, PriceEntry>();
  for (const entry of priceTable) {
    const other = inForce.get(entry.model);
    if (entry.since <= day && (other === undefined || entry.since >= other.since)) inForce.set(entry.model, entry);
  }
  return inForce;
}

/** What a refreshed list says that the table does not. Of models in it a table of a later day knows better. */
function news(refreshed: RefreshedPrices | null): PriceEntry[] {
  if (refreshed === null) return [];
  const inTable = new Set(priceTable.map(({ model }) => model));
  const changed = new Set<string>();
  return refreshed.entries.flatMap((entry) => {
    if (refreshed.fetchedAt < tableDate && inTable.has(entry.model)) return [];
    const known = tableAt(entry.since).get(entry.model);
    if (known === undefined) return [entry];
    if (!changed.has(entry.model) && samePrice(known, entry)) return [];
    changed.add(entry.model);
    return [{ ...entry, fast: entry.fast ?? known.fast, batch: entry.batch ?? known.batch }];
  });
}

/**
 * What a list says now, after what earlier ones said: a price that is still the same keeps its first day, a new one
 * follows, so that answers of before keep theirs. What the list no longer names keeps its last price.
 */
export function laterPrices(before: RefreshedPrices | null, now: RefreshedPrices): RefreshedPrices {
  const earlier = before === null ? [] : before.entries.filter(({ since }) => since < now.fetchedAt);
  const last = new Map(earlier.map((entry) => [entry.model, entry]));
  const later = now.entries.filter((entry) => {
    const known = last.get(entry.model);
    return known === undefined || !samePrice(known, entry);
  });
  return { fetchedAt: now.fetchedAt, entries: [...earlier, ...later] };
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
