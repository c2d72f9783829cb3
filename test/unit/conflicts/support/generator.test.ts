import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { testEnvironment } from '../../support/repositories';
import { Building, type BuiltSide, moduleTemplate, type Recipe } from './build';
import { gitIn, Hands } from './hands';
import { inMemory } from './inMemory';
import { Random } from './random';
import { randomRecipe } from './recipe';
import { shrink } from './shrink';

/** Branches with their commits, and what is not committed, with the names of files as bytes. */
async function stateOf(top: string, sides: readonly BuiltSide[]): Promise<string> {
  const refs = await gitIn(path.join(top, 'repo'), ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads']);
  const parts = [refs.stdout];
  for (const side of sides) {
    if (side.worktree === null) continue;
    const at = path.join(top, path.relative(path.dirname(path.dirname(side.worktree)), side.worktree));
    const status = await gitIn(at, ['--no-optional-locks', 'status', '--porcelain=v2', '-z', '-uall', '--ignored']);
    parts.push(status.exit === 0 ? status.stdout : status.stderr);
  }
  return parts.join('\n');
}

function build(dir: string, name: string, recipe: Recipe): Promise<Building> {
  mkdirSync(path.join(dir, name));
  return Building.start(path.join(dir, name), recipe);
}

describe('conflicts: random repositories', () => {
  it('are the same for the same seed, and others for another', () =>
    inMemory(async (dir) => {
      const states: string[] = [];
      for (const [name, seed] of Object.entries({ a: 7, b: 7, c: 8 })) {
        const building = await build(dir, name, randomRecipe(new Random(seed)));
        await building.change();
        const refs = ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'];
        states.push((await gitIn(building.root, refs)).stdout);
      }
      assert.equal(states[0], states[1]);
      assert.notEqual(states[0], states[2]);
    }));

  it('come out of their printed scripts again', () =>
    inMemory(async (dir) => {
      for (let seed = 20; seed < 26; seed += 1) {
        const building = await build(dir, `built-${seed}`, randomRecipe(new Random(seed)));
        await building.change();
        const again = path.join(dir, `again-${seed}`);
        mkdirSync(again);
        const env = testEnvironment({ MODULE: await moduleTemplate() });
        execFileSync('bash', ['-s'], { cwd: again, env, input: Buffer.from(building.hands.script), stdio: 'pipe' });
        const ofScript = building.sides.map(({ worktree, ...side }) => ({
          ...side,
          worktree: worktree === null ? null : path.join(again, path.relative(building.top, worktree)),
        }));
        assert.equal(await stateOf(again, ofScript), await stateOf(building.top, building.sides), `seed ${seed}`);
      }
    })).timeout(60_000);

  it('can be built from any part of their steps', () =>
    inMemory(async (dir) => {
      const whole = randomRecipe(new Random(3));
      for (let skip = 0; skip < 4; skip += 1) {
        const steps = whole.steps.filter((_, n) => n % 4 !== skip);
        const building = await build(dir, `part-${skip}`, { ...whole, steps });
        assert.ok(building.sides.length > 0);
      }
    })).timeout(60_000);

  it('write bytes that are no UTF-8 into files and names as they are', () =>
    inMemory(async (dir) => {
      const hands = new Hands(dir);
      hands.write(dir, 'b\xff\xfe/x\n', '\x00\xff');
      assert.deepEqual(hands.files(dir), ['b\xff\xfe/x\n']);
      assert.equal(hands.read(dir, 'b\xff\xfe/x\n'), '\x00\xff');
    }));

  it('shrink to the steps that matter', async () => {
    const whole = randomRecipe(new Random(11));
    const last = whole.steps.findLastIndex((step) => step.side === 2);
    const matters = whole.steps[last];
    assert.ok(matters !== undefined);
    const small = await shrink(whole, async (recipe) => recipe.steps.includes(matters), Date.now() + 10_000);
    assert.deepEqual(small.steps, [matters]);
    assert.deepEqual([small.dirt, small.later, small.config], [[], [], []]);
  });
});
