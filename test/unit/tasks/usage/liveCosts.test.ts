import { strict as assert } from 'node:assert';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Emitter } from '../../../../src/core/event';
import { openRepository } from '../../../../src/core/openRepository';
import type { DutyView } from '../../../../src/core/tasks/monitorViews';
import { readCosts } from '../../../../src/core/tasks/usage/readCosts';
import { openWorkerCosts } from '../../../../src/core/tasks/usage/workerCosts';
import type { UsageMeter } from '../../../../src/core/usage/parts';
import { until } from '../../cli/support';
import { type CostWindow, costHost, openCostWindow, type WithRecords, withRecords } from './support';

/** A duty that the test hands around. */
class Handed implements DutyView {
  held = false;
  readonly #onDidChange = new Emitter<boolean>();
  readonly onDidChange = this.#onDidChange.event;
  set(held: boolean): void {
    this.held = held;
    this.#onDidChange.fire(held);
  }
}

const usdOf = (window: CostWindow, id = 'a') => window.monitor.rows.find(({ task }) => task === id)?.usd ?? null;

async function withWindow(
  o: WithRecords,
  fn: (window: CostWindow) => Promise<void>,
  how: Parameters<typeof openCostWindow>[1] = {},
): Promise<void> {
  const repository = await openRepository(o.root, costHost(o.records.home));
  const window = await openCostWindow(repository, how);
  try {
    await fn(window);
  } finally {
    await window.close();
  }
}

describe('cost as a window knows it', function () {
  this.timeout(60_000);

  it('shows what was used in the rows of tasks, and what is written later', async () => {
    await withRecords(['a', 'b'], async (o) => {
      const at = await o.worktree('a');
      await o.records.answer(at);
      await o.records.answer(o.root, { session: 's2' });
      const shows = async (window: CostWindow) => {
        await until('the first cost', async () => usdOf(window) === 0.02);
        assert.equal(window.monitor.rows[0]?.tokens, 1000);
        assert.deepEqual([usdOf(window, 'b'), window.monitor.rows[1]?.tokens], [null, null]);
        const owners = window.costs.state?.usage.buckets.map(({ owner }) => owner.kind).sort();
        assert.deepEqual(owners, ['elsewhere', 'task']);
        await o.records.answer(at);
        await until('the second cost', async () => usdOf(window) === 0.04);
        // In a folder that was not there before.
        const b = await o.worktree('b');
        await o.records.answer(b, { session: 's3' });
        await until("the other task's cost", async () => usdOf(window, 'b') === 0.02);
      };
      await withWindow(o, shows);
    });
  });

  it('Bad input: a clock that was set back an hour delays nothing', async () => {
    await withRecords(['a'], async (o) => {
      const at = await o.worktree('a');
      await o.records.answer(at);
      await withWindow(o, async (window) => {
        await until('the first cost', async () => usdOf(window) === 0.02);
        await window.settled();
        const now = Date.now;
        Date.now = () => now() - 3_600_000;
        try {
          const began = performance.now();
          await o.records.answer(at);
          await until('the second cost', async () => usdOf(window) === 0.04);
          await until('it is kept for other windows', async () => {
            const kept = await readCosts(window.repository.context);
            return kept?.usage.buckets[0]?.tokens.output === 2000;
          });
          assert.ok(performance.now() - began < 4000, `${performance.now() - began} ms`);
        } finally {
          Date.now = now;
        }
      });
    });
  });

  it('one window reads the records, the other what it wrote; the duty goes over', async () => {
    await withRecords(['a'], async (o) => {
      const at = await o.worktree('a');
      await o.records.answer(at);
      const duties = [new Handed(), new Handed()] as const;
      duties[0].held = true;
      await withWindow(
        o,
        async (first) => {
          await withWindow(
            o,
            async (second) => {
              const both = [first, second];
              await until('both to show it', async () => both.every((window) => usdOf(window) === 0.02));
              assert.equal(second.costs.tools, null);
              await o.records.answer(at);
              await until('both to show more', async () => both.every((window) => usdOf(window) === 0.04));
              assert.deepEqual(second.costs.state, first.costs.state);
              duties[0].set(false);
              duties[1].set(true);
              await o.records.answer(at);
              await until('both to show most', async () => both.every((window) => usdOf(window) === 0.06));
              assert.equal(first.costs.tools, null);
            },
            { duty: duties[1] },
          );
        },
        { duty: duties[0] },
      );
    });
  });

  it('a refresh in the window without the duty is done by the one that has it', async () => {
    await withRecords(['a'], async (o) => {
      const duties = [new Handed(), new Handed()] as const;
      duties[0].held = true;
      // Nothing is looked at by itself.
      const timing = { idleMs: 600_000, liveMs: 600_000 };
      await withWindow(
        o,
        async (first) => {
          await first.settled();
          await withWindow(
            o,
            async (second) => {
              await until('a first state', async () => second.costs.state !== null);
              await second.costs.refresh();
              await o.records.answer(await o.worktree('a'));
              await second.costs.refresh();
              assert.equal(usdOfState(second), 0.02);
            },
            { duty: duties[1], timing },
          );
        },
        { duty: duties[0], timing },
      );
    });
  });

  it('says what it knew, and why it knows no more, while nothing can be read; and goes on when it can', async () => {
    await withRecords(['a'], async (o) => {
      const at = await o.worktree('a');
      await o.records.answer(at);
      const repository = await openRepository(o.root, costHost(o.records.home));
      let broken = false;
      const tools = () => {
        const real = openWorkerCosts(repository.context);
        const meter: UsageMeter = {
          ask: (...given) => (broken ? Promise.reject(new Error('The disk is on fire.')) : real.meter.ask(...given)),
          records: (filter) => real.meter.records(filter),
          dispose: () => real.meter.dispose(),
        };
        return { ...real, meter };
      };
      const window = await openCostWindow(repository, { tools });
      try {
        await until('the first cost', async () => usdOf(window) === 0.02);
        broken = true;
        await o.records.answer(at);
        await until('the failure', async () => window.costs.state?.failure === 'The disk is on fire.');
        assert.equal(usdOf(window), 0.02);
        broken = false;
        await until('the second cost', async () => usdOf(window) === 0.04);
        assert.equal(window.costs.state?.failure, undefined);
      } finally {
        await window.close();
      }
    });
  });

  it('keeps what sessions of tasks used in the log, which outlives the records', async () => {
    await withRecords(['a'], async (o) => {
      const at = await o.worktree('a');
      await o.records.answer(at);
      const file = path.join(o.repository.store.dir, 'cost-log.jsonl');
      await withWindow(o, async (window) => {
        await until('the first cost', async () => usdOf(window) === 0.02);
        await until('a line', async () => (await readFile(file, 'utf8').catch(() => '')).endsWith('}\n'));
      });
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
      assert.equal(lines.length, 1);
      await rm(o.records.home, { recursive: true });
      await withWindow(o, async (window) => {
        await until('the same cost', async () => window.costs.tools !== null && usdOf(window) === 0.02);
        await window.settled();
        assert.equal(window.costs.state?.usage.buckets[0]?.source, 'log');
      });
    });
  });

  it('writes an event once when a budget is crossed, and the row says so', async () => {
    await withRecords(
      ['a'],
      async (o) => {
        const at = await o.worktree('a');
        const events = async () => {
          const read = await o.repository.store.events.readTask({ plan: 'p', task: 'a' });
          return read.events.flatMap((event) => (event.kind === 'budget' ? [event.use.level] : []));
        };
        await withWindow(o, async (window) => {
          await o.records.answer(at);
          await until('the first cost', async () => usdOf(window) === 0.02);
          assert.deepEqual(await events(), []);
          await o.records.answer(at, { output: 1500 });
          await until('it to be near', async () => (await events()).length === 1);
          await o.records.answer(at);
          await until('it to be over', async () => (await events()).length === 2);
          assert.deepEqual(await events(), ['near', 'over']);
          await until('the row', async () =>
            window.monitor.rows[0]?.conditions.some(({ kind }) => kind === 'over-budget'),
          );
        });
      },
      { task: () => 'budget:\n  usd: 0.055\n' },
    );
  });

  it("follows a plan's budget, also back to a text that was there before", async () => {
    await withRecords(['a'], async (o) => {
      await o.records.answer(await o.worktree('a'));
      const file = path.join(o.root, '.switchyard/p/plan.md');
      const text = await readFile(file, 'utf8');
      await withWindow(o, async (window) => {
        const levels = () => window.costs.state?.budgets.map(({ scope, level }) => `${scope} ${level}`).join();
        await until('no budget', async () => levels() === '');
        await writeFile(file, text.replace('---\n', '---\nbudget:\n  usd: 0.01\n'));
        await until('it to be over', async () => levels() === 'plan over');
        await writeFile(file, text);
        await until('no budget again', async () => levels() === '');
      });
    });
  });

  it('bad input: no home at all, and one that comes later', async () => {
    await withRecords(['a'], async (o) => {
      await withWindow(o, async (window) => {
        await until('a state', async () => window.costs.state !== null);
        assert.deepEqual(window.costs.state?.usage.buckets, []);
        assert.equal(window.costs.state?.failure, undefined);
        await o.records.answer(await o.worktree('a'));
        await window.costs.refresh();
        assert.equal(usdOfState(window), 0.02);
      });
    });
  });

  it('bad input: a file where the folder of records should be, and lines that are none', async () => {
    await withRecords(['a'], async (o) => {
      await mkdir(o.records.home, { recursive: true });
      const projects = path.join(o.records.home, 'projects');
      await writeFile(projects, 'no folder\n');
      await withWindow(o, async (window) => {
        await until('a state', async () => window.costs.state !== null);
        assert.equal(window.costs.state?.failure, undefined);
        await rm(projects);
        const at = await o.worktree('a');
        await o.records.answer(at);
        await o.records.raw(at, 's1', `{"type":"assistant","message":{"usage":{"output_tokens":-5}}\n\0\0\n{"usage`);
        await window.costs.refresh();
        assert.equal(usdOfState(window), 0.02);
        assert.ok((window.costs.state?.usage.skipped.length ?? 0) > 0, 'what was not counted is named');
        // The line that was half written is written on.
        await o.records.raw(at, 's1', `\n${o.records.line(at)}\n`);
        await window.costs.refresh();
        assert.equal(usdOfState(window), 0.04);
      });
    });
  });

  it('a question that is another is asked at once: a session that turns out to be of a task', async () => {
    await withRecords(['a'], async (o) => {
      await withWindow(
        o,
        async (window) => {
          await o.records.answer(o.root, { session: 'late' });
          await window.costs.refresh();
          assert.equal(window.costs.state?.failure, undefined);
          assert.equal(window.costs.state?.usage.buckets[0]?.owner.kind, 'elsewhere');
          const ref = { plan: 'p', task: 'a' };
          await o.repository.store.events.appendTask(ref, {
            kind: 'agent-started',
            agent: 'claude',
            session: 'late',
            model: null,
            pid: process.pid,
            pidStarted: null,
            runner: process.pid,
            resumed: false,
            window: null,
          });
          await until('the task to have it', async () => usdOf(window) === 0.02);
        },
        { timing: { idleMs: 600_000, liveMs: 600_000 } },
      );
    });
  });
});

function usdOfState({ costs }: CostWindow): number {
  return (costs.state?.usage.buckets ?? []).reduce((sum, { usd }) => sum + usd, 0);
}
