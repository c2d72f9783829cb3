import assert from 'node:assert/strict';
import { withFork } from './support';

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
});
