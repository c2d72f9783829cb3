import type { PriceEntry } from '../prices';
import { entries, implicit } from './rates';

/**
 * Gemini, text. Paid-tier prices as on ai.google.dev, read on 2026-11-21; of retired models the last that were
 * published. What is read from the cache costs a tenth, what is written there costs what input costs (the storage by
 * the hour, of caches that were asked for, is in no record). `since` is the day a model was released, or a price changed.
 */
const source = 'https://ai.google.dev/gemini-api/docs/pricing';
const batch = 0.5;

const pro3 = implicit(2, 12, 0.2);
const pro3Long = { above: 200_000, rates: implicit(4, 18, 0.4) };
const flash36 = implicit(1.5, 7.5, 0.15);
/** Half price from the release of 3.7 to the end of 2026; the prices of 2027 are published. */
const flash36Introduction = implicit(0.75, 3.75, 0.075);

export const googlePrices: readonly PriceEntry[] = [
  ...entries(['gemini-3.8-flash'], { since: '2026-09-02', rates: flash36Introduction, batch, source }),
  ...entries(['gemini-3.6-flash'], { since: '2026-07-21', rates: flash36, batch, source }),
  ...entries(['gemini-3.6-flash', 'gemini-3.7-flash'], {
    since: '2026-08-14',
    rates: flash36Introduction,
    batch,
    source,
  }),
  ...entries(['gemini-3.6-flash', 'gemini-3.7-flash', 'gemini-3.8-flash'], {
    since: '2027-01-01',
    rates: flash36,
    batch,
    source,
  }),
  ...entries(['gemini-3.5-flash-lite'], { since: '2026-07-21', rates: implicit(0.3, 2.5, 0.03), batch, source }),
  ...entries(['gemini-3.5-flash'], { since: '2026-05-19', rates: implicit(1.5, 9, 0.15), batch, source }),
  ...entries(['gemini-3.1-flash-lite', 'gemini-3.1-flash-lite-preview'], {
    since: '2026-03-03',
    rates: implicit(0.25, 1.5, 0.025),
    batch,
    source,
  }),
  ...entries(['gemini-3.1-pro', 'gemini-3.1-pro-preview', 'gemini-3.1-pro-preview-customtools'], {
    since: '2026-02-19',
    rates: pro3,
    longPrompt: pro3Long,
    batch,
    source,
  }),
  ...entries(['gemini-3-flash', 'gemini-3-flash-preview'], {
    since: '2025-12-17',
    rates: implicit(0.5, 3, 0.05),
    batch,
    source,
  }),
  ...entries(['gemini-3-pro', 'gemini-3-pro-preview'], {
    since: '2025-11-18',
    rates: pro3,
    longPrompt: pro3Long,
    batch,
    source,
  }),
  ...entries(['gemini-2.5-pro', 'gemini-2.5-pro-preview'], {
    since: '2025-06-17',
    rates: implicit(1.25, 10, 0.125),
    longPrompt: { above: 200_000, rates: implicit(2.5, 15, 0.25) },
    batch,
    source,
  }),
  ...entries(['gemini-2.5-flash'], { since: '2025-06-17', rates: implicit(0.3, 2.5, 0.03), batch, source }),
  ...entries(['gemini-2.5-flash-lite'], { since: '2025-07-22', rates: implicit(0.1, 0.4, 0.01), batch, source }),
  ...entries(['gemini-2.0-flash'], { since: '2025-02-05', rates: implicit(0.1, 0.4, 0.025), batch, source }),
];
