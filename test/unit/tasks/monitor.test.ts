import { strict as assert } from 'node:assert';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Emitter } from '../../../src/core/event';
import { openRepository, type Repository } from '../../../src/core/openRepository';
import { defaultSettings, type Host, silentLog } from '../../../src/core/ports';
import { Monitor, type RowsChanged } from '../../../src/core/tasks/monitor';
import { until, writePlan } from '../cli/support';
import { commitAll, makeRepository, runGit, testEnvironment, withTempDir } from '../support/repositories';

const task = (title: string) => `---\ntitle: ${title}\nagent: demo\n---\nDo it.\n`;

function host(): Host {
  return {
    log: silentLog,
    settings: () => ({ ...defaultSettings, fetchBase: false }),
    env: testEnvironment(),
    actor: 'window',
    window: 'w1',
    version: '0',
  };
}

/** A repository with `count` tasks that have worktrees, its monitor running and settled. */
async function withMonitor(
  count: number,
  fn: (o: { root: string; repository: Repository; monitor: Monitor; events: RowsChanged[] }) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    const ids = Array.from({ length: count }, (_, i) => `t${i}`);
    await writePlan(root, 'p', Object.fromEntries(ids.map((id) => [id, task(id)])));
    const repository = await openRepository(root, host());
    const monitor = new Monitor(repository.context, null);
    try {
      for (const id of ids) await repository.tasks.prepare({ plan: 'p', task: id }, { purpose: 'spawn' });
      const events: RowsChanged[] = [];
      await monitor.start();
      await monitor.settled();
      monitor.onDidChange((event) => events.push(event));
      await fn({ root, repository, monitor, events });
    } finally {
      monitor.dispose();
      await monitor.settled();
      repository.dispose();
    }
  });
}

const rowOf = (monitor: Monitor, id: string) => monitor.rows.find((row) => row.task === id);
const worktreeOf = (monitor: Monitor, id: string) =>
  rowOf(monitor, id)?.worktree ?? assert.fail(`no worktree of ${id}`);

describe('the monitor', () => {
  it('shows what is there, and an event of one task without any git process', async () => {
    await withMonitor(3, async ({ repository, monitor, events }) => {
      assert.deepEqual(
        monitor.rows.map(({ task, state }) => [task, state]),
        [
          ['t0', 'queued'],
          ['t1', 'queued'],
          ['t2', 'queued'],
        ],
      );
      assert.equal(monitor.worktrees.length, 4);
      const before = repository.git.started;
      await repository.store.events.appendTask(
        { plan: 'p', task: 't1' },
        { kind: 'condition', condition: 'waiting', on: true, reason: 'a question', source: 'hook' },
      );
      await until('the condition to show', async () => rowOf(monitor, 't1')?.conditions[0]?.kind === 'waiting');
      assert.deepEqual(events, [{ tasks: [{ plan: 'p', task: 't1' }] }]);
      assert.equal(repository.git.started, before);
    });
  });

  it('asks git about the one worktree in which something changed', async () => {
    await withMonitor(6, async ({ repository, monitor, events }) => {
      const at = worktreeOf(monitor, 't3');
      const asked: string[] = [];
      repository.git.onDidRun(({ cwd }) => asked.push(cwd));
      await writeFile(path.join(at, 'new.txt'), 'new');
      await until('the file to be counted', async () => rowOf(monitor, 't3')?.changedFiles === 1);
      assert.deepEqual([...new Set(asked)], [at]);
      assert.deepEqual(events.at(-1), { tasks: [{ plan: 'p', task: 't3' }] });
      assert.equal(monitor.worktrees.find((w) => w.path === at)?.dirty, true);
      // Deep in a folder no flat watcher sees it: whoever sees it leaves a hint.
      await monitor.settled();
      asked.length = 0;
      await writeFile(path.join(at, 'src', '000', 'deep.txt'), 'new');
      await repository.store.hints.touch(repository.store.hints.worktreeKey(at));
      await until('the deep file to be counted', async () => rowOf(monitor, 't3')?.changedFiles === 2);
      assert.ok(asked.length <= 4, `${asked.length} processes`);
      assert.deepEqual([...new Set(asked)], [at]);
    });
  });

  it('sees a commit in a worktree, and a base that moves', async () => {
    await withMonitor(2, async ({ root, monitor }) => {
      const at = worktreeOf(monitor, 't0');
      await writeFile(path.join(at, 'new.txt'), 'new');
      const head = await commitAll(at, 'new');
      await until(
        'the commit to show',
        async () => rowOf(monitor, 't0')?.ahead === 1 && rowOf(monitor, 't0')?.head === head,
      );
      await commitAll(root, 'the base moves');
      await until('both to be behind', async () => monitor.rows.every(({ behind }) => behind === 1));
    });
  }).timeout(90_000);

  it('starts no process while nothing happens', async () => {
    await withMonitor(5, async ({ repository, monitor, events }) => {
      // The first scan after the start learns where the bases are.
      await new Promise((resolve) => setTimeout(resolve, 5_500));
      await monitor.settled();
      const before = repository.git.started;
      const seen = events.length;
      // More scans, which look at everything that can be looked at without a process.
      const scans = process.env.SWITCHYARD_LONG === '1' ? 2 : 1;
      await new Promise((resolve) => setTimeout(resolve, scans * 5_000 + 500));
      assert.equal(repository.git.started, before);
      assert.equal(events.length, seen);
    });
  }).timeout(90_000);

  it('sees plans, foreign worktrees and vanished ones', async () => {
    await withMonitor(1, async ({ root, monitor }) => {
      await writePlan(root, 'q', { new: task('New') });
      await until('the new plan', async () => rowOf(monitor, 'new')?.state === 'ready');
      await writePlan(root, 'q', { new: task('Newer') });
      await until('the new title', async () => rowOf(monitor, 'new')?.title === 'Newer');
      const foreign = path.join(path.dirname(root), 'foreign');
      await runGit(root, 'worktree', 'add', '-q', '-b', 'theirs', foreign);
      await until('the foreign worktree', async () => monitor.worktrees.some(({ branch }) => branch === 'theirs'));
      const at = worktreeOf(monitor, 't0');
      await rename(at, `${at}-moved`);
      await until('the loss', async () => rowOf(monitor, 't0')?.conditions[0]?.kind === 'vanished');
      await rename(`${at}-moved`, at);
      await until('the return', async () => rowOf(monitor, 't0')?.conditions.length === 0);
    });
  }).timeout(60_000);

  it('lets one window ask git and the others read', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writePlan(root, 'p', { one: task('One') });
      const [first, second] = await Promise.all([openRepository(root, host()), openRepository(root, host())]);
      const held = new Emitter<boolean>();
      const duty = { held: false, onDidChange: held.event };
      const [holder, reader] = [new Monitor(first.context, null), new Monitor(second.context, duty)];
      try {
        await first.tasks.prepare({ plan: 'p', task: 'one' }, { purpose: 'spawn' });
        await holder.start();
        await reader.start();
        await Promise.all([holder.settled(), reader.settled()]);
        const before = second.git.started;
        await writeFile(path.join(worktreeOf(holder, 'one'), 'new.txt'), 'new');
        await until('both to count it', async () => [holder, reader].every((m) => rowOf(m, 'one')?.changedFiles === 1));
        assert.equal(second.git.started, before, 'the reader asked nothing');
        // The holder dies; the duty comes to the other, which looks itself from then on.
        holder.dispose();
        duty.held = true;
        held.fire(true);
        await until('the new holder to look', async () => second.git.started > before);
        await reader.settled();
        await writeFile(path.join(worktreeOf(reader, 'one'), 'second.txt'), 'new');
        await until('the second file', async () => rowOf(reader, 'one')?.changedFiles === 2);
      } finally {
        holder.dispose();
        reader.dispose();
        await Promise.all([holder.settled(), reader.settled()]);
        first.dispose();
        second.dispose();
      }
    });
  }).timeout(90_000);
});
