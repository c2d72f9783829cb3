import type { Consent } from '../../contract/json';

/** A row of the pick: a consent, or a line of what it is about. */
export interface Tickable {
  readonly consent: Consent;
}

/** What the pick may have looked like when the user ticked something. */
export interface Ticked<T> {
  /** As it was told last. */
  readonly heard: readonly T[];
  /** As it was set last; on its way to the screen while the user goes on. */
  readonly set: readonly T[];
}

/**
 * A consent and its lines are ticked together: ticking one of them ticks all, taking one tick away takes all away. The
 * user may be faster than what was set: then one row differs from what was heard before, and many from what was set.
 * @param consents that were ticked
 * @param selected rows that are ticked now
 * @returns consents that are ticked now
 */
export function tickTogether<T extends Tickable>(
  consents: ReadonlySet<Consent>,
  before: Ticked<T>,
  selected: readonly T[],
): Set<Consent> {
  const overtaken = difference(before.set, selected).length !== 1 && difference(before.heard, selected).length === 1;
  const now = new Set(consents);
  const changed = difference(overtaken ? before.heard : before.set, selected);
  for (const row of changed) if (!selected.includes(row)) now.delete(row.consent);
  for (const row of changed) if (selected.includes(row)) now.add(row.consent);
  return now;
}

/** What is in one of two lists only. */
function difference<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...a.filter((row) => !b.includes(row)), ...b.filter((row) => !a.includes(row))];
}
