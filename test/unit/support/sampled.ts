/**
 * How a property is sampled: a new seed each time, printed, so that a failure can be played again with
 * `SWITCHYARD_SEED`; twenty times as many runs with `npm run test:long`, where only the suite's own deadline ends them.
 * @param runs how many in `npm test`, where 15 s end the sample as well
 */
export function sampled(runs: number): { seed: number; numRuns: number; interruptAfterTimeLimit?: number } {
  const long = process.env.SWITCHYARD_LONG === '1';
  const seed = Number(process.env.SWITCHYARD_SEED ?? Date.now() % 2 ** 31);
  const numRuns = long ? runs * 20 : runs;
  console.log(`      seed ${seed}, ${numRuns} runs`);
  return long ? { seed, numRuns } : { seed, numRuns, interruptAfterTimeLimit: 15_000 };
}
