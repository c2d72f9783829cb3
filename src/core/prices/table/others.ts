import type { PriceEntry } from '../prices';
import { entries, implicit } from './rates';

/**
 * What Copilot CLI and opencode offer besides, as GitHub publishes it for Copilot (read on 2026-11-21; `since` is that
 * day, as the first days of these prices were not read). Neither batch nor fast prices are known.
 */
const source = 'https://docs.github.com/en/copilot/reference/copilot-billing/models-and-pricing';
const since = '2026-11-21';
const batch = null;

export const otherPrices: readonly PriceEntry[] = [
  ...entries(['grok-4.5', 'grok-4.6'], {
    since,
    rates: implicit(2, 6, 0.5),
    longPrompt: { above: 200_000, rates: implicit(4, 12, 1) },
    batch,
    source,
  }),
  ...entries(['kimi-k2.7-code'], { since, rates: implicit(0.95, 4, 0.19), batch, source }),
  ...entries(['kimi-k3'], { since, rates: implicit(3, 15, 0.3), batch, source }),
  ...entries(['mai-code-1-flash'], { since, rates: implicit(0.75, 4.5, 0.075), batch, source }),
  ...entries(['mai-code-1.1-flash'], { since, rates: implicit(0.2, 1.2, 0.02), batch, source }),
  ...entries(['raptor-mini'], { since, rates: implicit(0.25, 2, 0.025), batch, source }),
];
