import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../../support/repositories';
import { clean, lines, type Pair, unknown, withPair } from './support';

/** What git says of the real merge of `b` into the worktree of `a`, as it stands. */
async function realMerge({ a }: Pair): Promise<string> {
  return runGit(a, 'merge', '-q', '--no-edit', 'b').then(
    () => 'merged',
    (error: unknown) => String(error),
  );
}

describe('conflicts: files of a worktree that are in no commit, where the other side writes', () => {
  it('a change that git was told not to see: git refuses to merge', () =>
    withPair({}, async (pair) => {
      const { a, b, write, commit, cell } = pair;
      await write(b, { 'f.txt': lines(8) });
      await commit(b);
      for (const form of ['--index-version=2', '--index-version=4', '--split-index']) {
        await runGit(a, 'update-index', form);
        for (const bit of ['assume-unchanged', 'skip-worktree']) {
          await runGit(a, 'update-index', `--${bit}`, 'f.txt');
          assert.deepEqual(await cell(), clean);
          await write(a, { 'f.txt': lines(1) });
          // The second time it is known from the first.
          for (const turn of [1, 2]) assert.deepEqual(await cell(), unknown('in the way', 'f.txt'), `${form} ${turn}`);
          assert.match(await realMerge(pair), /would be overwritten by merge/);
          await runGit(a, 'update-index', `--no-${bit}`, 'f.txt');
          await runGit(a, 'checkout', '-q', '--', 'f.txt');
        }
      }
      assert.deepEqual(await cell(), clean);
      assert.equal(await realMerge(pair), 'merged');
    }));

  it('only another time, where git was told not to look: it refuses all the same', () =>
    withPair({}, async (pair) => {
      const { a, b, write, commit, cell } = pair;
      await runGit(a, 'update-index', '--assume-unchanged', 'f.txt');
      await utimes(path.join(a, 'f.txt'), 1, 1);
      await write(b, { 'f.txt': lines(8) });
      await commit(b);
      assert.deepEqual(await cell(), unknown('in the way', 'f.txt'));
      assert.match(await realMerge(pair), /would be overwritten by merge/);
    }));

  it('changes that both were told not to see, of a file that neither commits: clean', () =>
    withPair({}, async ({ a, b, write, commit, cell }) => {
      for (const worktree of [a, b]) {
        await runGit(worktree, 'update-index', '--assume-unchanged', 'f.txt');
        await write(worktree, { 'f.txt': lines(1, worktree) });
      }
      await write(b, { 'g.txt': lines(8) });
      await commit(b);
      assert.deepEqual(await cell(), clean);
    }));

  it('an ignored file that the other side tracks: git would overwrite it', () =>
    withPair({ '.gitignore': '*.env\nout/\n' }, async (pair) => {
      const { a, b, write, commit, cell } = pair;
      await write(a, { 'my.env': 'SECRET=mine\n' });
      await write(b, { 'g.txt': lines(3) });
      await commit(b);
      assert.deepEqual(await cell(), clean);
      await write(b, { '.gitignore': 'out/\n', 'my.env': 'SECRET=theirs\n' });
      await commit(b);
      assert.deepEqual(await cell(), unknown('in the way', 'my.env'));
      assert.equal(await realMerge(pair), 'merged');
      assert.equal(await runGit(a, 'grep', '--no-index', 'SECRET', '--', 'my.env'), 'my.env:SECRET=theirs');
    }));

  it('an ignored file that comes after the look: known at the next', () =>
    withPair({ '.gitignore': '*.env\n' }, async ({ a, b, write, commit, cell }) => {
      await write(b, { '.gitignore': '', 'my.env': 'theirs\n' });
      await commit(b);
      assert.deepEqual(await cell(), clean);
      await write(a, { 'my.env': 'mine\n' });
      assert.deepEqual(await cell(), unknown('in the way', 'my.env'));
    }));

  it('something in an ignored folder, and an ignored file in the place of a folder', () =>
    withPair({ '.gitignore': 'out/\nmade\n' }, async ({ a, b, write, commit, cell }) => {
      await write(a, { 'out/x': 'mine\n' });
      await write(b, { 'out/y': 'theirs\n' });
      await runGit(b, 'add', '-f', 'out/y');
      await commit(b);
      assert.deepEqual(await cell(), unknown('in the way', 'out/y'));
      await runGit(b, 'rm', '-q', '--cached', 'out/y');
      await write(a, { made: 'mine\n' });
      await write(b, { 'made/z': 'theirs\n' });
      await runGit(b, 'add', '-f', 'made/z');
      await commit(b);
      assert.deepEqual(await cell(), unknown('in the way', 'made/z'));
    }));

  it('ignored on both sides, or in a folder that the other side renames: clean', () =>
    withPair({ '.gitignore': '*.pyc\n', 'd/x.py': lines() }, async (pair) => {
      const { a, b, write, commit, cell } = pair;
      await write(a, { 'd/x.pyc': 'mine\n', 'y.pyc': 'mine\n' });
      await write(b, { 'y.pyc': 'theirs\n' });
      await runGit(b, 'mv', 'd', 'e');
      await commit(b);
      assert.deepEqual(await cell(), clean);
      assert.equal(await realMerge(pair), 'merged');
    }));
});
