import type { PriceEntry } from '../prices';
import { entries, rates } from './rates';

/**
 * Claude. Prices as on platform.claude.com (models overview, "Pricing" and "Fast mode"), read on 2026-11-21; of retired
 * models the last that were published. `since` is the day a model was released, or a price changed.
 */
const source = 'https://platform.claude.com/docs/en/about-claude/pricing';
const batch = 0.5;

const fable5 = rates(10, 50, 12.5, 20, 1);
/** A cache read at a fortieth of the input, not a tenth. */
const fable51 = rates(10, 50, 12.5, 20, 0.25);
const opus5 = rates(5, 25, 6.25, 10, 0.5);
const opus4 = rates(15, 75, 18.75, 30, 1.5);
const sonnet5 = rates(2, 10, 2.5, 4, 0.2);
const sonnet4 = rates(3, 15, 3.75, 6, 0.3);
/** Prompts of more than 200,000 tokens were possible in the beta of the long context only, and cost more there. */
const sonnet4Long = { above: 200_000, rates: rates(6, 22.5, 7.5, 12, 0.6) };

export const anthropicPrices: readonly PriceEntry[] = [
  ...entries(['claude-fable-5-2'], { since: '2026-11-09', rates: rates(8, 40, 10, 16, 0.2), fast: 2, batch, source }),
  ...entries(['claude-fable-5-1', 'claude-mythos-5-1'], { since: '2026-09-01', rates: fable51, batch, source }),
  ...entries(['claude-fable-5', 'claude-mythos-5'], { since: '2026-06-09', rates: fable5, batch, source }),

  ...entries(['claude-opus-5-5'], { since: '2026-09-22', rates: rates(4, 20, 5, 8, 0.2), fast: 2, batch, source }),
  ...entries(['claude-opus-5'], { since: '2026-07-24', rates: opus5, fast: 2, batch, source }),
  ...entries(['claude-opus-4-8'], { since: '2026-05-28', rates: opus5, fast: 2, batch, source }),
  ...entries(['claude-opus-4-7'], { since: '2026-04-16', rates: opus5, fast: 6, batch, source }),
  ...entries(['claude-opus-4-6'], { since: '2026-02-05', rates: opus5, fast: 6, batch, source }),
  ...entries(['claude-opus-4-5'], { since: '2025-11-24', rates: opus5, batch, source }),
  ...entries(['claude-opus-4-1'], { since: '2025-08-05', rates: opus4, batch, source }),
  ...entries(['claude-opus-4', 'claude-opus-4-0'], { since: '2025-05-22', rates: opus4, batch, source }),

  ...entries(['claude-sonnet-5-5'], { since: '2026-09-28', rates: sonnet5, batch, source }),
  // Cache reads at half of what they were.
  ...entries(['claude-sonnet-5-5'], { since: '2026-10-07', rates: rates(2, 10, 2.5, 4, 0.1), batch, source }),
  ...entries(['claude-sonnet-5'], { since: '2026-06-30', rates: sonnet5, batch, source }),
  ...entries(['claude-sonnet-4-6'], { since: '2026-02-17', rates: sonnet4, batch, source }),
  ...entries(['claude-sonnet-4-5'], { since: '2025-09-29', rates: sonnet4, longPrompt: sonnet4Long, batch, source }),
  ...entries(['claude-sonnet-4', 'claude-sonnet-4-0'], {
    since: '2025-05-22',
    rates: sonnet4,
    longPrompt: sonnet4Long,
    batch,
    source,
  }),
  ...entries(['claude-3-7-sonnet'], { since: '2025-02-24', rates: sonnet4, batch, source }),
  ...entries(['claude-3-5-sonnet'], { since: '2024-06-20', rates: sonnet4, batch, source }),

  ...entries(['claude-haiku-5-5'], {
    since: '2026-10-07',
    rates: rates(0.1, 0.5, 0.125, 0.2, 0.01),
    longPrompt: { above: 100_000, rates: rates(0.5, 2.5, 0.625, 1, 0.05) },
    batch,
    source,
  }),
  ...entries(['claude-haiku-4-5'], { since: '2025-10-15', rates: rates(1, 5, 1.25, 2, 0.1), batch, source }),
  ...entries(['claude-3-5-haiku'], { since: '2024-10-22', rates: rates(0.8, 4, 1, 1.6, 0.08), batch, source }),
  ...entries(['claude-3-opus'], { since: '2024-02-29', rates: opus4, batch, source }),
  ...entries(['claude-3-haiku'], { since: '2024-03-07', rates: rates(0.25, 1.25, 0.3, 0.5, 0.03), batch, source }),
];
