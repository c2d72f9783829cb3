import type { Tokens } from '../../../contract/usage';
import { countOf, type Fields, fieldsOf } from '../recordFields';

/** Tokens as Codex counts them: `cached` and `written` lie inside `input`, `reasoning` inside `output`. */
export interface CodexUsage {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
  readonly reasoning: number;
}

const known = ['input_tokens', 'output_tokens', 'total_tokens'];

/** Source: `TokenUsage` of codex-rs' protocol. null: it makes no sense. */
export function usageOf(value: unknown): CodexUsage | null {
  const fields = fieldsOf(value);
  if (fields === null || !known.some((name) => name in fields)) return null;
  const input = countOf(fields.input_tokens);
  const cached = countOf(fields.cached_input_tokens);
  const written = countOf(fields.cache_write_input_tokens);
  const output = countOf(fields.output_tokens);
  const reasoning = countOf(fields.reasoning_output_tokens);
  if (input === null || cached === null || written === null || output === null || reasoning === null) return null;
  return { input, cached, written, output, reasoning };
}

export const isSameUsage = (a: CodexUsage, b: CodexUsage): boolean =>
  a.input === b.input &&
  a.cached === b.cached &&
  a.written === b.written &&
  a.output === b.output &&
  a.reasoning === b.reasoning;

/** What was added between two running totals; a total that became smaller has begun anew. */
export function usageSince(total: CodexUsage, before: CodexUsage | null): CodexUsage {
  if (before === null || total.input < before.input || total.output < before.output) return total;
  const more = (part: keyof CodexUsage): number => Math.max(0, total[part] - before[part]);
  return {
    input: more('input'),
    cached: more('cached'),
    written: more('written'),
    output: more('output'),
    reasoning: more('reasoning'),
  };
}

/** The same in parts that do not overlap. */
export function tokensOf({ input, cached, written, output, reasoning }: CodexUsage): Tokens {
  const cacheRead = Math.min(cached, input);
  const cacheWrite5m = Math.min(written, input - cacheRead);
  const thought = Math.min(reasoning, output);
  return {
    input: input - cacheRead - cacheWrite5m,
    output: output - thought,
    cacheWrite5m,
    cacheWrite1h: 0,
    cacheRead,
    reasoning: thought,
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
