import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { createMerger } from '../../../../src/core/conflicts/merge/merger';
import type { Side } from '../../../../src/core/conflicts/side';
import { Chain, landedBase } from '../../../../src/core/conflicts/train/chain';
import { Forks } from '../../../../src/core/conflicts/train/forks';
import { createTrain } from '../../../../src/core/conflicts/train/train';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { histories, importCommits, mergeForReal, type Opened, open, seedFiles, sideOf } from './support';

const inMemory = <T>(fn: (dir: string) => Promise<T>) => withTempDir(fn, memoryFolder());

function mergerOf({ git, layout }: Opened) {
  return createMerger({ git, layout, log: silentLog });
}

async function chainOf(o: Opened, base: Side, sides: readonly Side[], looking: boolean): Promise<Chain> {
  const place = { cwd: o.root, args: [], env: o.at.env };
  const commits = sides.flatMap(({ snapshot }) => snapshot.commit ?? []);
  const forks = looking ? await new Forks(o.git).read(place, base.snapshot.commit ?? '', commits) : new Map();
  const parts = { git: o.git, merger: mergerOf(o), at: o.at, place, base, forks };
  return new Chain(parts, landedBase(base.snapshot.commit ?? '', base.snapshot.tree ?? ''));
}

async function runChain(o: Opened, base: Side, sides: readonly Side[], looking: boolean) {
  const chain = await chainOf(o, base, sides, looking);
  const before = o.git.started;
  const cells = [];
  for (const side of sides) cells.push((await chain.step(side)).cell);
  const processes = o.git.started - before;
  return { cells, processes, tree: (await chain.whole()).tree };
}

describe('conflicts: train', () => {
  it('property: says what git merge does, one after the other, and skips nothing that is not clean', async () => {
    let skipped = 0;
    let conflicts = 0;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(histories(7), fc.boolean(), async (history, directoryRenames) => {
        await inMemory(async (dir) => {
          const root = path.join(dir, 'r');
          importCommits(root, history.commits);
          await runGit(root, 'config', 'merge.directoryRenames', directoryRenames ? 'true' : 'conflict');
          const o = await open(root);
          const base = await sideOf(root, `c${history.base}`);
          const sides = await Promise.all(history.tips.map((tip) => sideOf(root, `c${tip}`)));
          const quick = await runChain(o, base, sides, true);
          const plain = await runChain(o, base, sides, false);
          const real = mergeForReal(
            root,
            base.ref,
            sides.map(({ ref }) => ref),
          );
          assert.deepEqual(
            plain.cells.map(({ verdict }) => verdict === 'clean'),
            real.clean,
            'plain chain',
          );
          assert.equal(plain.tree, real.tree, 'result of the plain chain');
          assert.deepEqual(quick.cells, plain.cells);
          assert.equal(quick.tree, real.tree, 'result');
          steps += sides.length;
          conflicts += real.clean.filter((clean) => !clean).length;
          skipped += Math.max(0, plain.processes - quick.processes);
        });
      }),
      sampled(40),
    );
    console.log(`      ${steps} steps, ${conflicts} conflicts, ${skipped} processes saved`);
    assert.ok(conflicts > 0 && skipped > 0, 'the sample shows conflicts and skipped steps');
  });

  void createTrain;
  void seedFiles;
});
