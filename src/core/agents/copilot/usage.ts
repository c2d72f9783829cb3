import type { Tokens } from '../../../contract/usage';
import { countOf, type Fields } from '../recordFields';

/** Tokens as Copilot counts them: both kinds of `cache` lie inside `input`, `reasoning` inside `output`. */
export interface CopilotUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

export const noUsage: CopilotUsage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

const known = ['inputTokens', 'outputTokens'];

/** null: it makes no sense. */
export function usageOf(fields: Fields): CopilotUsage | null {
  if (!known.some((name) => name in fields)) return null;
  const input = countOf(fields.inputTokens);
  const output = countOf(fields.outputTokens);
  const cacheRead = countOf(fields.cacheReadTokens);
  const cacheWrite = countOf(fields.cacheWriteTokens);
  const reasoning = countOf(fields.reasoningTokens);
  if (input === null || output === null || cacheRead === null || cacheWrite === null || reasoning === null) return null;
  return { input, output, cacheRead, cacheWrite, reasoning };
}

function joined(a: CopilotUsage, b: CopilotUsage, join: (a: number, b: number) => number): CopilotUsage {
  return {
    input: join(a.input, b.input),
    output: join(a.output, b.output),
    cacheRead: join(a.cacheRead, b.cacheRead),
    cacheWrite: join(a.cacheWrite, b.cacheWrite),
    reasoning: join(a.reasoning, b.reasoning),
  };
}

export const plus = (a: CopilotUsage, b: CopilotUsage): CopilotUsage => joined(a, b, (one, other) => one + other);

/** What of a total is not in a part of it. */
export const without = (total: CopilotUsage, part: CopilotUsage): CopilotUsage =>
  joined(total, part, (one, other) => Math.max(0, one - other));

/** The same in parts that do not overlap. */
export function tokensOf({ input, output, cacheRead, cacheWrite, reasoning }: CopilotUsage): Tokens {
  const read = Math.min(cacheRead, input);
  const written = Math.min(cacheWrite, input - read);
  const thought = Math.min(reasoning, output);
  return {
    input: input - read - written,
    output: output - thought,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    cacheRead: read,
    reasoning: thought,
  };
}
