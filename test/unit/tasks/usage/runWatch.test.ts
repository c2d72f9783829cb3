import assert from 'node:assert/strict';
import fs from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { openRepository, type Repository } from '../../../../src/core/openRepository';
import { watchRun } from '../../../../src/core/tasks/usage/runMeter';
import { until } from '../../cli/support';
import { costHost, type WithRecords, withRecords } from './support';

const timing = { everyMs: 20, wholeMs: 60_000, windowMs: 100 };

/** Counts how often records are opened to be read. */
function countOpened(below: string): { readonly count: number; stop(): void } {
  const { openSync } = fs;
  let count = 0;
  fs.openSync = (file, ...more) => {
    if (String(file).startsWith(below)) count += 1;
    return openSync(file, ...more);
  };
  syncBuiltinESMExports();
  return {
    get count() {
      return count;
    },
    stop() {
      fs.openSync = openSync;
      syncBuiltinESMExports();
    },
  };
}

describe('budgets while agents run and no window is open', function () {
  this.timeout(20_000);

  async function withRunners(
    fn: (
      o: WithRecords & { runners: readonly Repository[]; levels(): Promise<string[]>; leases(): Promise<string[]> },
    ) => Promise<void>,
  ): Promise<void> {
    await withRecords(
      ['a', 'b'],
      async (o) => {
        const host = { ...costHost(o.records.home), actor: 'cli' } as const;
        const runners = await Promise.all([openRepository(o.root, host), openRepository(o.root, host)]);
        const { dir } = o.repository.store;
        const levels = async () => {
          const text = await readFile(path.join(dir, 'events', 'p~a.jsonl'), 'utf8');
          const events = text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line));
          return events.flatMap(({ kind, use }) => (kind === 'budget' ? [use.level] : []));
        };
        const leases = async () =>
          (await readdir(path.join(dir, 'leases'))).filter((name) => name.startsWith('budgets-'));
        try {
          await fn({ ...o, runners, levels, leases });
        } finally {
          for (const runner of runners) runner.dispose();
        }
      },
      { task: () => 'budget: { tokens: 1000 }\n' },
    );
  }

  it('one runner reads for all, only when a record has changed, and another takes over from it', () =>
    withRunners(async ({ runners: [one, other], records, row, levels, leases }) => {
      assert.ok(one !== undefined && other !== undefined);
      const cwd = (await row('a')).worktree ?? '';
      await records.answer(cwd, { output: 100 });
      const opened = countOpened(records.home);
      try {
        const endOne = watchRun(one.context, { plan: 'p', task: 'a' }, timing);
        await until('it reads', async () => opened.count > 0);
        const endOther = watchRun(other.context, { plan: 'p', task: 'b' }, timing);
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.equal(opened.count, 1, 'once, by one of them');
        assert.equal((await leases()).length, 1);
        await records.answer(cwd, { output: 800 });
        await until('85 %', async () => (await levels()).length === 1);
        await endOne();
        await records.answer(cwd, { output: 200 });
        await until('100 %', async () => (await levels()).length === 2);
        await endOther();
        assert.deepEqual(await levels(), ['near', 'over']);
        assert.deepEqual(await leases(), []);
      } finally {
        opened.stop();
      }
    }));

  it('leaves it to a window, and waits for one that is loaded anew', () =>
    withRunners(async ({ runners: [runner, window], records, row, levels, leases }) => {
      assert.ok(runner !== undefined && window !== undefined);
      const duty = await window.store.leases.acquire('duty', { version: '0' });
      assert.ok(!('held' in duty));
      await records.answer((await row('a')).worktree ?? '', { output: 900 });
      const waiting = watchRun(runner.context, { plan: 'p', task: 'a' }, { ...timing, windowMs: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, 150));
      await duty.release();
      await new Promise((resolve) => setTimeout(resolve, 150));
      await waiting();
      assert.deepEqual([await levels(), await leases()], [[], []]);
      const end = watchRun(runner.context, { plan: 'p', task: 'a' }, timing);
      await until('85 %', async () => (await levels()).length === 1);
      await end();
      assert.deepEqual([await levels(), await leases()], [['near'], []]);
    }));
});
