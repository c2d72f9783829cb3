import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { sampled } from '../support/sampled';
import { Building, type Recipe } from './support/build';
import { difference } from './support/compare';
import { inMemory } from './support/inMemory';
import { attributeLines, drivers } from './support/names';
import { Oracle, type Truth } from './support/oracle';
import { Ours } from './support/ours';
import { Random } from './support/random';
import { randomRecipe } from './support/recipe';
import { playRound, report, told } from './support/round';

const isLong = process.env.SWITCHYARD_LONG === '1';
/** How long a failure may be made smaller before it is told. */
const shrinkMs = 60_000;

describe('conflicts: cells of random repositories', () => {
  it('equal real merges in a full copy, in both directions, uncommitted work included', async function () {
    this.timeout(isLong ? 3_600_000 : 180_000);
    const { seed, numRuns: wanted } = sampled(isLong ? 300 : 30);
    const seen: Record<string, number> = {};
    let pairs = 0;
    let next = seed;
    const play = async () => {
      while (pairs < wanted) {
        // The seed of the failing round alone plays it again.
        const own = next;
        next += 1;
        const recipe = randomRecipe(new Random(own));
        const { differences, truths } = await playRound(recipe);
        const [first] = differences;
        if (first !== undefined) {
          const all = differences.map((each) => told(each).split('\n')[0]).join('\n');
          assert.fail(`SWITCHYARD_SEED=${own}:\n${all}\n\n${await report(recipe, first, shrinkMs)}`);
        }
        pairs += truths.size;
        for (const truth of truths.values()) for (const kind of kindsOf(truth)) seen[kind] = (seen[kind] ?? 0) + 1;
      }
    };
    // All have ended before a failure is told: their folders must be gone.
    const outcomes = await Promise.allSettled([play(), play()]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    console.log(`      ${pairs} pairs: ${JSON.stringify(seen)}`);
    for (const kind of isLong ? rare : common) {
      assert.ok((seen[kind] ?? 0) >= wanted / (isLong ? 1000 : 20), `hardly any pair is ${kind}`);
    }
  });

  it('are unknown where a merge driver would have to run and may not, and none runs', async function () {
    this.timeout(isLong ? 600_000 : 180_000);
    const { seed, numRuns } = sampled(isLong ? 3 : 1);
    let withDriver = 0;
    let rounds = 0;
    for (let round = 0; rounds < numRuns || withDriver === 0; round += 1) {
      const recipe = randomRecipe(new Random(seed + round));
      if (!namesDriver(recipe)) continue;
      rounds += 1;
      await inMemory(async (dir) => {
        const building = await Building.start(path.join(dir, 'live'), recipe);
        const { sides, root, top } = building;
        const ran = path.join(dir, 'ran');
        const ours = await Ours.open(root, { runDrivers: false, env: { FUZZ_DRIVERS: ran } });
        const look = await ours.look(sides, 'main');
        assert.ok(!existsSync(ran), `SWITCHYARD_SEED=${seed + round}: a driver ran`);
        const oracle = await Oracle.open(top, path.join(dir, 'truth'), sides);
        const truths = await oracle.pairs(look.pairs.map(({ a, b }) => [a, b] as const));
        for (const cell of look.pairs) {
          const { a, b, verdict, reason } = cell;
          const truth = truths.get(`${a} ${b}`);
          assert.ok(truth !== undefined);
          const all = [truth, ...truth.others];
          if (truth.driver) withDriver += 1;
          // What conflicts, or cannot be told, for another file as well may be unknown for a driver's.
          const held = verdict === 'unknown' && reason === 'merge driver not run';
          const right = all.some((each) =>
            // One direction may conflict without a driver, whatever the other one would be.
            each.driver && verdict !== 'conflict'
              ? held
              : each.driver
                ? each.verdict === 'conflict'
                : (held && each.verdict !== 'clean') || difference(cell, { ...each, others: [] }) === null,
          );
          const where = `SWITCHYARD_SEED=${seed + round}: ${a} ${b}: ${verdict} ${reason}`;
          assert.ok(right, `${where}\n${truth.said}`);
        }
      });
    }
  });
});

/** Whether a driver may have to run in it: in most repositories none is named. */
function namesDriver({ info, attributesFile, steps, dirt, later }: Recipe): boolean {
  const acts = [...steps, ...dirt, ...later].map(({ act }) => act);
  const written = acts.flatMap((act) => (act.do === 'attributes' ? act.lines : []));
  const driver = new RegExp(`merge=(${Object.keys(drivers).join('|')})$`);
  return [...info, ...attributesFile, ...written].some((line) => driver.test(attributeLines[line] ?? ''));
}

const common = ['clean', 'conflict'] as const;
const rare = [
  ...common,
  'one way',
  'with a driver',
  'untracked on both sides',
  'unrelated histories',
  'operation in progress',
  'submodule commit missing',
] as const;

function kindsOf(truth: Truth): string[] {
  return [
    truth.verdict,
    ...(truth.direction === null ? [] : ['one way']),
    ...(truth.driver ? ['with a driver'] : []),
    ...(truth.untracked.size > 0 ? ['untracked on both sides'] : []),
    ...truth.reasons,
  ];
}
