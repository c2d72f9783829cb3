import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../../cli/support';
import { commitAll, runGit } from '../../support/repositories';
import { baseCellOf, pairOf, verdictOf, withLive } from './support';

const shared = path.join('src', '000', 'file-00000.txt');

describe('the live matrix', function () {
  this.timeout(60_000);

  it('shows what a save in one worktree does to another, within a second and a few processes', async () => {
    await withLive(['a', 'b', 'c'], async ({ repository, matrix, monitor, worktree, settled }) => {
      assert.deepEqual(
        matrix.state?.json.pairs.map(({ verdict, reason }) => verdict + reason),
        Array(6).fill('cleannull'),
      );
      await writeFile(path.join(await worktree('a'), shared), 'a was here\n');
      const at = await worktree('b');
      // What is dirty already has its private index.
      await writeFile(path.join(at, 'own.txt'), 'own\n');
      await repository.store.hints.touch(repository.store.hints.worktreeKey(await worktree('a')));
      await settled();
      const asked: string[][] = [];
      const run = repository.git.onDidRun(({ args }) => asked.push([...args]));
      await writeFile(path.join(at, shared), 'b was here\n');
      const saved = Date.now();
      await repository.store.hints.touch(repository.store.hints.worktreeKey(at));
      await until('the conflict', async () => verdictOf(matrix, 'a', 'b') === 'conflict');
      const ms = Date.now() - saved;
      await settled();
      run.dispose();
      assert.ok(ms < 1000, `${ms} ms`);
      const words = asked.map((args) => args.join(' '));
      console.log(`      ${ms} ms;\n        ${words.join('\n        ')}`);
      const { kind, path: file } = pairOf(matrix, 'a', 'b').files[0] ?? assert.fail();
      assert.deepEqual([kind, file], ['content', 'src/000/file-00000.txt']);
      assert.equal(verdictOf(matrix, 'b', 'c'), 'clean');
      await until('the rows to show it', async () =>
        ['conflict', 'conflict', 'clean'].every((worst, index) => monitor.rows[index]?.worst === worst),
      );
      assert.deepEqual(matrix.state?.changed.get('agent/b'), ['own.txt', 'src/000/file-00000.txt']);
      const { json } = matrix.state ?? assert.fail();
      assert.deepEqual(json.by, { pid: process.pid, window: null, version: '0' });
      assert.ok(json.timing.pairs === 6 && json.timing.gitProcesses > 0, JSON.stringify(json.timing));
      assert.equal(json.train.filter((step) => step.verdict === 'conflict').length, 1, JSON.stringify(json.train));
    });
  });

  it('sees a base that moves', async () => {
    await withLive(['a', 'b'], async ({ root, matrix, worktree, settled }) => {
      await writeFile(path.join(await worktree('a'), shared), 'a was here\n');
      await commitAll(await worktree('a'), 'a');
      await settled();
      assert.equal(baseCellOf(matrix, 'a').verdict, 'clean');
      await writeFile(path.join(root, shared), 'main was here\n');
      await commitAll(root, 'the base moves');
      await until('the base cell', async () => baseCellOf(matrix, 'a').verdict === 'conflict');
      assert.equal(baseCellOf(matrix, 'b').verdict, 'clean');
      await until('its pair', async () => verdictOf(matrix, 'a', 'main') === 'conflict');
    });
  });

  it('takes in what comes and lets go of what goes', async () => {
    await withLive(['a'], async ({ dir, root, matrix, worktree, settled }) => {
      const other = path.join(dir, 'other');
      await runGit(root, 'worktree', 'add', '-q', '-b', 'other', other);
      await until(
        'the new worktree',
        async () => matrix.state?.json.pairs.some(({ b, verdict }) => b === 'other' && verdict === 'clean') === true,
      );
      await writeFile(path.join(await worktree('a'), shared), 'a\n');
      await writeFile(path.join(other, shared), 'other\n');
      await runGit(other, 'add', '-A');
      await runGit(root, 'worktree', 'remove', '--force', other);
      await until('it to go', async () => matrix.state?.json.branches.every(({ ref }) => ref !== 'other') === true);
      await settled();
      await runGit(await worktree('a'), 'checkout', '-q', '-b', 'renamed');
      await until(
        'the new name',
        async () => matrix.state?.json.branches.some(({ ref }) => ref === 'renamed') === true,
      );
    });
  });

  it('starts no process while nothing happens', async () => {
    await withLive(
      ['a', 'b'],
      async ({ repository, settled }) => {
        await new Promise((resolve) => setTimeout(resolve, 6_000));
        await settled();
        const before = repository.git.started;
        await new Promise((resolve) => setTimeout(resolve, 6_000));
        assert.equal(repository.git.started, before);
      },
      { timing: { probeMs: 100 } },
    );
  });
});
