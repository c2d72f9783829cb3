import { countsOf, type Fields } from '../recordFields';
import type { NestedTokens } from '../tokensApart';

export const noUsage: NestedTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

const known = ['inputTokens', 'outputTokens'];
const names = {
  input: 'inputTokens',
  output: 'outputTokens',
  cacheRead: 'cacheReadTokens',
  cacheWrite: 'cacheWriteTokens',
  reasoning: 'reasoningTokens',
} as const;

/** null: it makes no sense. */
export function usageOf(fields: Fields): NestedTokens | null {
  return known.some((name) => name in fields) ? countsOf(fields, names) : null;
}

function joined(a: NestedTokens, b: NestedTokens, join: (a: number, b: number) => number): NestedTokens {
  return {
    input: join(a.input, b.input),
    output: join(a.output, b.output),
    cacheRead: join(a.cacheRead, b.cacheRead),
    cacheWrite: join(a.cacheWrite, b.cacheWrite),
    reasoning: join(a.reasoning, b.reasoning),
  };
}

export const plus = (a: NestedTokens, b: NestedTokens): NestedTokens => joined(a, b, (one, other) => one + other);

/** What of a total is not in a part of it. */
export const without = (total: NestedTokens, part: NestedTokens): NestedTokens =>
  joined(total, part, (one, other) => Math.max(0, one - other));
