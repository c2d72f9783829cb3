import { strict as assert } from 'node:assert';
import path from 'node:path';
import fc from 'fast-check';
import { proofAgrees, provePair } from '../../../../src/core/conflicts/prove/provePair';
import { openScratch } from '../../../../src/core/conflicts/scratch/scratch';
import { lookInto } from '../../../../src/core/conflicts/sides/lookInto';
import { bytePath } from '../../../../src/core/git/bytePath';
import { findRepository } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { openGit } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { Building } from '../support/build';
import { inMemory } from '../support/inMemory';
import { Ours } from '../support/ours';
import { changesOf, photograph } from '../support/photograph';
import { Random } from '../support/random';
import { randomRecipe } from '../support/recipe';

describe('conflicts: a proof', function () {
  this.timeout(600_000);

  it('says what the cell says, the files of a cell can be looked into, and nothing is written', async () => {
    let proofs = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), (seed) =>
        inMemory(async (dir) => {
          const building = await Building.start(path.join(dir, 'live'), randomRecipe(new Random(seed)));
          const { pairs, sides } = await (await Ours.open(building.root)).look(building.sides, 'main');
          const git = openGit();
          const layout = await findRepository(git, building.root);
          const deps = { git, layout, log: silentLog, scratch: await openScratch({ layout, log: silentLog }) };
          const commits = new Map(sides.map(({ ref, snapshot }) => [ref, snapshot.commit]));
          const before = photograph(building.top, ['repo/.git/switchyard']);
          for (const cell of pairs.filter(({ verdict }) => verdict !== 'unknown').slice(0, 3)) {
            const [a, b] = [commits.get(cell.a), commits.get(cell.b)];
            assert.ok(a != null && b != null);
            const proof = await provePair(deps, { a: { ref: cell.a, commit: a }, b: { ref: cell.b, commit: b } });
            const said = proof.merges.flatMap(({ steps }) => steps.map(({ output }) => output)).join('');
            assert.equal(
              proofAgrees(proof, cell),
              true,
              `${cell.verdict} ${cell.direction}, proved ${proof.verdict}\n${said}`,
            );
            proofs += 1;
            const commitsOf = cell.direction === 'a-into-b' ? { ours: b, theirs: a } : { ours: a, theirs: b };
            const paths = cell.files.map(({ path: shown, pathBytes }) =>
              pathBytes === undefined ? bytePath(shown) : Buffer.from(pathBytes, 'base64').toString('latin1'),
            );
            const { files } = await lookInto(deps, commitsOf, paths);
            for (const { path: name, ours, theirs } of files) assert.ok(ours !== null || theirs !== null, name);
          }
          assert.deepEqual(changesOf(before, photograph(building.top, ['repo/.git/switchyard'])), []);
        }),
      ),
      // Another number is another repository: nothing can be made smaller.
      { ...sampled(6, () => proofs > 0), endOnFailure: true },
    );
    assert.ok(proofs > 0);
  });
});
