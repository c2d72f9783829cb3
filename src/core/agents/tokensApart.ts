import type { Tokens } from '../../contract/usage';

/** Tokens as agents count them that tell the whole prompt and the whole answer, and then what was in them. */
export interface NestedTokens {
  /** With both kinds of cache in it. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** With reasoning in it. */
  readonly output: number;
  readonly reasoning: number;
}

/** The same in parts that do not overlap. What is said to be in a number and is larger than it counts as all of it. */
export function tokensApart(told: NestedTokens): Tokens {
  const cacheRead = Math.min(told.cacheRead, told.input);
  const cacheWrite5m = Math.min(told.cacheWrite, told.input - cacheRead);
  const reasoning = Math.min(told.reasoning, told.output);
  return {
    input: told.input - cacheRead - cacheWrite5m,
    output: told.output - reasoning,
    cacheWrite5m,
    cacheWrite1h: 0,
    cacheRead,
    reasoning,
  };
}
