import type { PriceEntry, Rates } from '../prices';

/** Anthropic's columns: input, output, cache written for 5 minutes and for an hour, cache read. */
export function rates(
  input: number,
  output: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  cacheRead: number,
): Rates {
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead };
}

/** Of vendors that take nothing extra for writing to the cache: what is written there costs what input costs. */
export function implicit(input: number, output: number, cacheRead: number): Rates {
  return rates(input, output, input, input, cacheRead);
}

/** One entry for each of the names under which a model is known. */
export function entries(
  models: readonly string[],
  entry: Omit<PriceEntry, 'model' | 'longPrompt' | 'fast'> & Partial<Pick<PriceEntry, 'longPrompt' | 'fast'>>,
): readonly PriceEntry[] {
  return models.map((model) => ({ longPrompt: null, fast: null, ...entry, model }));
}
