import fc from 'fast-check';

/** What a property is sampled with; assignable to the parameters of any property. */
export interface Sample {
  readonly seed: number;
  readonly numRuns: number;
  readonly includeErrorInReport: true;
  readonly plugins?: fc.Plugin<unknown>[];
}

/**
 * How a property is sampled: a new seed each time, printed, so that a failure can be played again with
 * `SWITCHYARD_SEED`; twenty times as many runs with `npm run test:long`, where only the suite's own deadline ends them.
 * @param runs how many in `npm test`, where no further run begins after 4 s
 * @param enough whether the sample has shown what the test asks of it as a whole; until then runs begin also later
 */
export function sampled(runs: number, enough: () => boolean = () => true): Sample {
  const many = seeded(runs, 20);
  return long() ? many : { ...many, plugins: [beginsWithin(4_000, enough)] };
}

/**
 * The sample's end leaves no run behind that goes on in folders that are gone, or beside the next test; and a slow
 * machine, on which the first run takes longer than that, judges that one. (The library's own limit does neither.)
 */
function beginsWithin(ms: number, enough: () => boolean): fc.Plugin<unknown> {
  return () => {
    const end = performance.now() + ms;
    let begun = 0;
    return {
      decorateRun: (run) => (value) => {
        if (begun > 0 && performance.now() > end && enough()) return new fc.PreconditionFailure(true);
        begun += 1;
        return run(value);
      },
    };
  };
}

/**
 * The same for a few long runs that are all wanted, however slow the machine is just now; ten times as many in the long
 * run.
 */
export function unhurried(runs: number): Sample {
  return seeded(runs, 10);
}

function long(): boolean {
  return process.env.SWITCHYARD_LONG === '1';
}

/** The error of a failure stands in the report itself: its cause does not come through from another process. */
function seeded(runs: number, longer: number): Sample {
  const seed = Number(process.env.SWITCHYARD_SEED ?? Date.now() % 2 ** 31);
  const numRuns = long() ? runs * longer : runs;
  console.log(`      seed ${seed}, ${numRuns} runs`);
  return { seed, numRuns, includeErrorInReport: true };
}
