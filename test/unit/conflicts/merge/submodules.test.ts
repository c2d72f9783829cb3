import { strict as assert } from 'node:assert';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { addWorktree, commitAll, runGit } from '../../support/repositories';
import { type Bench, cellFor, files, jobOf, judged, kindsOf, sideOf, withBench } from './support';

/** The submodule `libs/part` at its first commit; resolves with a function that moves it on a new branch of the repository. */
async function withSubmodule(bench: Bench): Promise<(branch: string, at: string, top?: string) => Promise<void>> {
  const { root, dir } = bench;
  const source = path.join(dir, 'part');
  await runGit(dir, 'init', '-q', source);
  for (const name of ['one', 'two', 'three']) {
    await files({ f: `${name}\n` })(source);
    await commitAll(source, name);
    await runGit(source, 'tag', name);
  }
  await runGit(source, 'checkout', '-q', '-b', 'other', 'two');
  await files({ f: 'other\n' })(source);
  await commitAll(source, 'other');
  await runGit(source, 'tag', 'aside');
  await runGit(source, 'checkout', '-q', 'main');
  await files({ f: 'f\n' })(root);
  await runGit(root, 'submodule', '--quiet', 'add', source, 'libs/part');
  await runGit(path.join(root, 'libs', 'part'), 'checkout', '-q', 'one');
  await commitAll(root, 'base');
  return async (branch, at, top = root) => {
    if (top === root) await runGit(root, 'checkout', '-q', '-b', branch, 'main');
    await runGit(path.join(top, 'libs', 'part'), 'checkout', '-q', at);
    await commitAll(top, branch);
    if (top === root) {
      await runGit(root, 'checkout', '-q', 'main');
      await runGit(path.join(root, 'libs', 'part'), 'checkout', '-q', 'one');
    }
  };
}

describe('conflicts: submodules', () => {
  it('one side follows the other: clean, both ways round', async () => {
    for (const [a, b] of [
      ['two', 'three'],
      ['three', 'two'],
    ] as const) {
      await withBench(async (bench) => {
        const move = await withSubmodule(bench);
        await move('a', a);
        await move('b', b);
        assert.equal((await judged(bench)).verdict, 'clean');
      });
    }
  });

  it('both moved apart: a conflict of kind submodule', async () => {
    await withBench(async (bench) => {
      const move = await withSubmodule(bench);
      await move('a', 'three');
      await move('b', 'aside');
      assert.deepEqual(kindsOf(await judged(bench)), { 'libs/part': 'submodule' });
    });
  });

  it('commits that only the clones of two linked worktrees have', async () => {
    await withBench(async (bench) => {
      const { root, dir } = bench;
      const move = await withSubmodule(bench);
      const tops: string[] = [];
      for (const branch of ['a', 'b']) {
        const top = await addWorktree(root, path.join(dir, branch), branch, 'main');
        await runGit(top, 'submodule', '--quiet', 'update', '--init');
        tops.push(top);
      }
      const [one = '', other = ''] = tops.map((top) => path.join(top, 'libs', 'part'));
      await files({ f: 'made in a\n' })(one);
      const madeInA = await commitAll(one, 'made in a');
      await move('a', madeInA, tops[0]);
      // b builds on what a made.
      await runGit(other, 'fetch', '-q', one, madeInA);
      await runGit(other, 'checkout', '-q', madeInA);
      await files({ g: 'made in b\n' })(other);
      const madeInB = await commitAll(other, 'made in b');
      await move('b', madeInB, tops[1]);
      const cell = await cellFor(bench, await jobOf(root));
      assert.equal(cell.verdict, 'clean', JSON.stringify(cell));
      const { tree } = await bench.merger.into(bench.at, await sideOf(root, 'a'), await sideOf(root, 'b'));
      const { stdout } = await bench.git.run(['ls-tree', `${tree}:libs`], { cwd: root, env: { ...bench.at.env } });
      assert.match(stdout, new RegExp(madeInB));
      assert.deepEqual(await readdir(path.join(bench.at.dir, 'apart')), []);
    });
  });

  it('a commit that no clone has: unknown, and says which submodule', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const move = await withSubmodule(bench);
      await move('a', 'two');
      await runGit(root, 'checkout', '-q', '-b', 'b', 'main');
      await runGit(root, 'update-index', '--cacheinfo', `160000,${'1234567890'.repeat(4)},libs/part`);
      await runGit(root, 'commit', '-qm', 'b');
      await runGit(root, 'checkout', '-q', '-f', 'main');
      const cell = await cellFor(bench, await jobOf(root));
      assert.deepEqual([cell.verdict, cell.reason, cell.detail], ['unknown', 'submodule commit missing', 'libs/part']);
      const { tree } = await bench.merger.into(bench.at, await sideOf(root, 'a'), await sideOf(root, 'b'));
      assert.equal(tree, null);
    });
  });

  it('a submodule that was never cloned: unknown; a conflict elsewhere stays one', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const move = await withSubmodule(bench);
      await move('a', 'two');
      await move('b', 'three');
      await rm(path.join(root, '.git', 'modules'), { recursive: true });
      await rm(path.join(root, 'libs'), { recursive: true });
      assert.equal((await cellFor(bench, await jobOf(root))).reason, 'submodule commit missing');
      for (const branch of ['a', 'b']) {
        const top = await addWorktree(root, path.join(bench.dir, branch), `${branch}2`, branch);
        await files({ f: `${branch}\n` })(top);
        await runGit(top, 'commit', '-qam', branch);
      }
      const cell = await cellFor(bench, await jobOf(root, 'a2', 'b2'));
      assert.deepEqual(kindsOf(cell), { f: 'content', 'libs/part': 'submodule' });
    });
  });
});
