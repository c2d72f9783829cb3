/**
 * How a property is sampled: a new seed each time, printed, so that a failure can be played again with
 * `SWITCHYARD_SEED`; twenty times as many runs with `npm run test:long`, where only the suite's own deadline ends them.
 * @param runs how many in `npm test`, where 6 s end the sample as well
 */
export function sampled(runs: number): { seed: number; numRuns: number; interruptAfterTimeLimit?: number } {
  const many = seeded(runs, 20);
  return long() ? many : { ...many, interruptAfterTimeLimit: 6_000 };
}

/**
 * The same for a few long runs that are all wanted, however slow the machine is just now; ten times as many in the long
 * run.
 */
export function unhurried(runs: number): { seed: number; numRuns: number } {
  return seeded(runs, 10);
}

function long(): boolean {
  return process.env.SWITCHYARD_LONG === '1';
}

/** The error of a failure stands in the report itself: its cause does not come through from another process. */
function seeded(runs: number, longer: number): { seed: number; numRuns: number; includeErrorInReport: true } {
  const seed = Number(process.env.SWITCHYARD_SEED ?? Date.now() % 2 ** 31);
  const numRuns = long() ? runs * longer : runs;
  console.log(`      seed ${seed}, ${numRuns} runs`);
  return { seed, numRuns, includeErrorInReport: true };
}
