import { strict as assert } from 'node:assert';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until, writePlan } from '../../cli/support';
import { commitAll, runGit } from '../../support/repositories';
import { taskText } from '../support';
import { baseCellOf, type Live, pairOf, verdictOf, withLive } from './support';

const shared = path.join('src', '000', 'file-00000.txt');
const long = process.env.SWITCHYARD_LONG === '1';

describe('the live matrix', function () {
  this.timeout(60_000);

  it('shows what a save in one worktree does to another, at once and with a few processes', async () => {
    const shows = async ({ repository, matrix, monitor, worktree, settled }: Live) => {
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
      await repository.store.hints.touch(repository.store.hints.worktreeKey(at));
      await until('the conflict', async () => verdictOf(matrix, 'a', 'b') === 'conflict');
      await settled();
      run.dispose();
      // The monitor's own two, which serve the rows, come first: status and rev-list. Of ours, five to the row and one for
      // the train, the last.
      const ours = asked.filter((args) => args[0] === '-c' || args.some((arg) => /^(diff|merge)-tree$/.test(arg)));
      assert.ok(ours.length <= 6, asked.map((args) => args.join(' ')).join('\n'));
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
    };
    await withLive(['a', 'b', 'c'], shows);
  });

  it('a side that was looked at keeps its old time until its cells are merged anew', async () => {
    await withLive(
      ['a', 'b'],
      async ({ repository, matrix, worktree, settled }) => {
        const hint = (at: string) => repository.store.hints.touch(repository.store.hints.worktreeKey(at));
        await writeFile(path.join(await worktree('a'), shared), 'a was here\n');
        await hint(await worktree('a'));
        await settled();
        const { engine } = await repository.conflicts();
        const compute = engine.compute.bind(engine);
        let looked = false;
        let open = false;
        engine.compute = async (...given) => {
          looked = true;
          await until('the gate', async () => open);
          return compute(...given);
        };
        const at = await worktree('b');
        const before = pairOf(matrix, 'a', 'b').checkedAt;
        await writeFile(path.join(at, shared), 'b was here\n');
        await hint(at);
        await until('the look', async () => looked);
        // Told again: everyone is shown that the cells are behind.
        const told = () => matrix.state?.json.branches.find(({ worktree: place }) => place === at)?.changedAt ?? '';
        const first = told();
        await hint(at);
        await until('that a change was told', async () => told() > first);
        assert.deepEqual([verdictOf(matrix, 'a', 'b'), pairOf(matrix, 'a', 'b').checkedAt], ['clean', before]);
        open = true;
        await until('the conflict', async () => verdictOf(matrix, 'a', 'b') === 'conflict');
      },
      { timing: { behindMs: 50 } },
    );
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

  it('one worktree that cannot be looked at is unknown; the others go on, and it heals', async () => {
    await withLive(['a', 'b', 'c'], async ({ repository, matrix, worktree, settled }) => {
      const index = path.join(repository.layout.commonDir, 'worktrees', 'a', 'index');
      const good = await readFile(index);
      await writeFile(index, 'this is no index');
      await until('it to be unknown', async () => verdictOf(matrix, 'a', 'b') === 'unknown');
      for (const id of ['b', 'c']) {
        await writeFile(path.join(await worktree(id), shared), `${id} was here\n`);
        await repository.store.hints.touch(repository.store.hints.worktreeKey(await worktree(id)));
      }
      await until('the others', async () => verdictOf(matrix, 'b', 'c') === 'conflict');
      assert.equal(pairOf(matrix, 'a', 'c').reason, 'git failed');
      await writeFile(index, good);
      await until('it to heal', async () => verdictOf(matrix, 'a', 'b') === 'clean');
      await settled();
    });
  });

  it('a worktree that goes while it is looked at takes nothing with it', async () => {
    await withLive(['a', 'b'], async ({ dir, root, repository, matrix, worktree, settled }) => {
      await writeFile(path.join(await worktree('a'), shared), 'a was here\n');
      const { hints } = repository.store;
      for (let i = 0; i < (long ? 5 : 3); i += 1) {
        const passing = path.join(dir, `passing-${i}`);
        await runGit(root, 'worktree', 'add', '-q', '-b', `passing-${i}`, passing);
        await until(
          'it to come',
          async () => matrix.state?.json.branches.some(({ ref }) => ref === `passing-${i}`) === true,
        );
        await writeFile(path.join(passing, 'new.txt'), 'new');
        const looking = new Promise<void>((resolve) => {
          const run = repository.git.onDidRun(({ args }) => {
            if (!args.includes('update-index')) return;
            run.dispose();
            resolve();
          });
        });
        await hints.touch(hints.worktreeKey(passing));
        await looking;
        await runGit(root, 'worktree', 'remove', '--force', passing);
        await until(
          'it to go',
          async () => matrix.state?.json.branches.every(({ ref }) => ref !== `passing-${i}`) === true,
        );
      }
      await settled();
      assert.deepEqual(
        matrix.state?.json.pairs.map(({ a, b, verdict }) => `${a} ${b} ${verdict}`),
        ['agent/a agent/b clean', 'agent/a main clean', 'agent/b main clean'],
      );
    });
  });

  it('sees a remote branch of a cloud agent come and move', async () => {
    await withLive(['a'], async ({ root, matrix, worktree, settled }) => {
      await writeFile(path.join(await worktree('a'), shared), 'a was here\n');
      await commitAll(await worktree('a'), 'a');
      const commitOf = async (text: string) => {
        await runGit(root, 'checkout', '-q', '--detach');
        await writeFile(path.join(root, shared), text);
        const commit = await commitAll(root, text);
        await runGit(root, 'checkout', '-q', 'main');
        return commit;
      };
      // As a fetch leaves it.
      await runGit(root, 'update-ref', 'refs/remotes/origin/copilot/fix', await commitOf('copilot was here\n'));
      const cell = () => matrix.state?.json.pairs.find(({ b }) => b === 'origin/copilot/fix');
      await until('the branch', async () => cell()?.verdict === 'conflict');
      await runGit(root, 'update-ref', 'refs/remotes/origin/copilot/fix', await commitOf('a was here\n'));
      await until('its next commit', async () => cell()?.verdict === 'clean');
      await settled();
    });
  });

  it('merges in the order that the plan says, also after the plan was edited', async () => {
    await withLive(['a', 'b'], async ({ root, matrix }) => {
      assert.deepEqual(matrix.state?.json.mergeOrder, ['agent/a', 'agent/b']);
      await writePlan(root, 'p', { a: taskText('a', 'after: [b]\n'), b: taskText('b') });
      await until('the new order', async () => matrix.state?.json.mergeOrder.join() === 'agent/b,agent/a');
      await until(
        'the train',
        async () => matrix.state?.json.train.every(({ verdict }) => verdict === 'clean') === true,
      );
      assert.deepEqual(
        matrix.state?.json.train.map(({ ref }) => ref),
        ['agent/b', 'agent/a'],
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
