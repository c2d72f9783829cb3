import assert from 'node:assert/strict';
import { FactCache } from '../../../../src/core/conflicts/hazards/factCache';
import { readSides } from '../../../../src/core/conflicts/hazards/readSides';
import { withFork, withForkRepository } from './support';

describe('conflicts: what sides changed', () => {
  it('is told file by file, with what was added, deleted and moved', async () => {
    const fork = {
      base: { 'd/one.txt': 'one\n', top: 'top\n' },
      a: { 'd/one.txt': null, 'e/one.txt': 'one\n', new: 'x\n' },
    };
    await withFork(fork, ([a, b]) => {
      assert.deepEqual(
        a.facts.files.map(({ path, old, next, movedFrom }) => [path, old !== null, next !== null, movedFrom]),
        [
          ['d/one.txt', true, false, null],
          ['e/one.txt', false, true, 'd/one.txt'],
          ['new', false, true, null],
        ],
      );
      assert.deepEqual(a.facts.folders.get('')?.names, ['d/', 'top']);
      assert.deepEqual(b.facts.files, []);
    });
  });

  it('takes two processes for a few contents, and none for a folder that is known', async () => {
    await withForkRepository(
      {
        base: { 'd/one.ts': 'export const one = 1;\n' },
        a: { 'd/two.ts': 'export const two = 2;\n' },
        b: { 'd/three.ts': 'export const three = 3;\n' },
      },
      async ({ git, at, base, a, b }) => {
        const cache = new FactCache();
        const before = git.started;
        const [first] = await readSides(git, at, [{ ref: 'a', from: base, to: a }], cache);
        assert.equal(git.started - before, 3);
        const [second] = await readSides(git, at, [{ ref: 'b', from: base, to: b }], cache);
        assert.equal(git.started - before, 5);
        for (const side of [first, second]) assert.deepEqual(side?.facts.folders.get('d')?.names, ['one.ts']);
      },
    );
  });

  it('names what is too large among a few contents, however large they are together', async () => {
    for (const megabytes of [2, 9]) {
      const large = `export const text = '${'x'.repeat(megabytes * 1024 * 1024)}';\n`;
      await withFork({ base: {}, a: { 'large.ts': large, 'small.ts': 'export const one = 1;\n' } }, ([a]) => {
        assert.deepEqual(a.unjudged, [{ path: 'large.ts', why: 'larger than 1 MB' }]);
        const small = a.facts.files.find(({ path }) => path === 'small.ts');
        assert.deepEqual(
          small?.next?.facts.code?.declarations.map(({ name }) => name),
          ['one'],
        );
      });
    }
  });
});
