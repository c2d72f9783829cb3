import { countOf, countsOf, type Fields, fieldsOf } from '../recordFields';
import type { NestedTokens } from '../tokensApart';

const known = ['input_tokens', 'output_tokens', 'total_tokens'];
const names = {
  input: 'input_tokens',
  cacheRead: 'cached_input_tokens',
  cacheWrite: 'cache_write_input_tokens',
  output: 'output_tokens',
  reasoning: 'reasoning_output_tokens',
} as const;

/** Source: `TokenUsage` of codex-rs' protocol. null: it makes no sense. */
export function usageOf(value: unknown): NestedTokens | null {
  const fields = fieldsOf(value);
  if (fields === null || !known.some((name) => name in fields)) return null;
  return countsOf(fields, names);
}

export const isSameUsage = (a: NestedTokens, b: NestedTokens): boolean =>
  a.input === b.input &&
  a.cacheRead === b.cacheRead &&
  a.cacheWrite === b.cacheWrite &&
  a.output === b.output &&
  a.reasoning === b.reasoning;

/** What was added between two running totals; a total that became smaller has begun anew. */
export function usageSince(total: NestedTokens, before: NestedTokens | null): NestedTokens {
  if (before === null || total.input < before.input || total.output < before.output) return total;
  const more = (part: keyof NestedTokens): number => Math.max(0, total[part] - before[part]);
  return {
    input: more('input'),
    cacheRead: more('cacheRead'),
    cacheWrite: more('cacheWrite'),
    output: more('output'),
    reasoning: more('reasoning'),
  };
}

/** An account's limits as `rate_limits` tells them. */
export function windowsOf(limits: Fields, at: number | null) {
  return [limits.primary, limits.secondary].flatMap((value) => {
    const window = fieldsOf(value);
    const usedPercent = window?.used_percent;
    if (window === null || typeof usedPercent !== 'number' || !(usedPercent >= 0 && usedPercent <= 1000)) return [];
    return [{ minutes: countOf(window.window_minutes) || null, usedPercent, resetsAt: resetOf(window, at) }];
  });
}

/** Newer versions tell a moment in seconds, older ones the seconds until then. */
function resetOf(window: Fields, at: number | null): string | null {
  const moment = countOf(window.resets_at) || null;
  const wait = countOf(window.resets_in_seconds);
  const ms = moment !== null ? moment * 1000 : at !== null && wait !== null && wait > 0 ? at + wait * 1000 : null;
  // The last moment that a date can be.
  return ms === null || ms > 8.64e15 ? null : new Date(ms).toISOString();
}
