import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Budget } from '../../../src/contract/plan';
import type { BudgetLevel, BudgetUse } from '../../../src/contract/usage';
import type { Repository } from '../../../src/core/openRepository';
import { foldTask } from '../../../src/core/tasks/fold';
import { isNews, recordCrossings } from '../../../src/core/tasks/usage/budgetEvents';
import { marksInForce, readMarks } from '../../../src/core/tasks/usage/budgetMarks';
import { writePlan } from '../cli/support';
import { bundled } from '../support/bundled';
import { makeRepository, memoryFolder, testEnvironment, withTempDir } from '../support/repositories';
import { testHost, withOpen } from './host';

const a = { plan: 'p', task: 'a' };

function use(level: BudgetLevel, budget: Budget, o: Partial<BudgetUse> = {}): BudgetUse {
  const percent = { within: 10, near: 90, over: 120, unknown: 0 }[level];
  const used = { usd: 1, tokens: 0, atLeast: false };
  return { scope: 'task', plan: 'p', task: 'a', period: null, budget, used, percent, level, ...o };
}

const taskFile = (budget: string) => `---\ntitle: A\nagent: demo\nbudget: ${budget}\n---\nDo it.\n`;

async function withBudgeted(fn: (o: { root: string; repository: Repository }) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writePlan(root, 'p', { a: taskFile('{ usd: 5 }') }, '---\ntitle: P\nbudget: { usd: 6 }\n---\n');
    await withOpen(
      root,
      (repository) => fn({ root, repository }),
      testHost({ budgets: { day: { usd: 4 }, week: { usd: 8 } } }),
    );
  }, memoryFolder());
}

/** What is on record of all budgets: scope and level, in order. */
async function onRecord({ store }: Repository): Promise<string[]> {
  const task = (await store.events.readTask(a)).events;
  const all = (await store.events.readRepository()).events;
  return [...task, ...all].flatMap((event) =>
    event.kind === 'budget' ? [`${event.use.scope} ${event.use.level}`] : [],
  );
}

async function conditions({ store }: Repository): Promise<string[]> {
  const record = foldTask((await store.events.readTask(a)).events);
  return record?.conditions.map(({ kind, reason }) => `${kind}: ${reason}`) ?? [];
}

describe('tasks: crossings of budgets on record', () => {
  it('tells each level once for each value, and that a raised budget is within', () => {
    const news = (before: BudgetUse[], now: BudgetUse) => isNews(before, now);
    assert.ok(!news([], use('within', { usd: 1 })));
    assert.ok(!news([], use('unknown', { usd: 1 })));
    assert.ok(news([], use('near', { usd: 1 })));
    assert.ok(news([], use('over', { usd: 1 })), 'past both at once is told once, as over');
    const near = use('near', { usd: 1 });
    const over = use('over', { usd: 1 });
    assert.ok(!news([near], near));
    assert.ok(news([near], over));
    assert.ok(!news([near, over], near), 'what falls again under the same budget is not told');
    assert.ok(!news([near, over], use('within', { usd: 1 })));
    assert.ok(news([near, over], use('within', { usd: 2 })));
    assert.ok(news([near, over], use('over', { usd: 1.1 })), 'raised, and over all the same');
    assert.ok(!news([over, use('within', { usd: 2 })], use('within', { usd: 3 })));
    assert.ok(news([over, use('within', { usd: 2 })], use('over', { usd: 1 })), 'lowered again');
  });

  it('lets windows whose settings differ each have their say once, not for ever', () => {
    const day = (level: BudgetLevel, usd: number) =>
      use(level, { usd }, { scope: 'day', plan: null, task: null, period: '2026-11-21' });
    const said: BudgetUse[] = [];
    for (let round = 0; round < 5; round++) {
      for (const each of [day('over', 1), day('within', 2)]) if (isNews(said, each)) said.push(each);
    }
    assert.deepEqual(
      said.map(({ level }) => level),
      ['over', 'within'],
    );
  });

  it('puts a condition on the task, and takes it back when the budget is raised', async () => {
    await withBudgeted(async ({ root, repository }) => {
      const { context } = repository;
      await recordCrossings(context, [use('near', { usd: 5 })]);
      assert.deepEqual(await conditions(repository), ['near-budget: 90 % of its budget is used']);
      await recordCrossings(context, [use('over', { usd: 5 })]);
      assert.deepEqual(await conditions(repository), ['over-budget: 120 % of its budget is used']);
      await writeFile(path.join(root, '.switchyard/p/a.md'), taskFile('{ usd: 50 }'));
      assert.deepEqual(
        await recordCrossings(context, [use('over', { usd: 5 })]),
        [],
        'who read the old file is silent',
      );
      await recordCrossings(context, [use('within', { usd: 50 })]);
      assert.deepEqual(await conditions(repository), []);
      assert.deepEqual(await onRecord(repository), ['task near', 'task over', 'task within']);
    });
  });

  it('begins anew with a task that was forgotten', async () => {
    await withBudgeted(async ({ repository }) => {
      await recordCrossings(repository.context, [use('over', { usd: 5 })]);
      await repository.store.events.appendTask(a, { kind: 'forgotten' });
      await recordCrossings(repository.context, [use('over', { usd: 5 })]);
      assert.deepEqual(await onRecord(repository), ['task over', 'task over']);
    });
  });

  it('knows of a shared budget until it is raised, taken back or the day is over', async () => {
    await withBudgeted(async ({ repository }) => {
      const plan = use('over', { usd: 6 }, { scope: 'plan', task: null });
      const day = use('near', { usd: 4 }, { scope: 'day', plan: null, task: null, period: '2026-11-21' });
      await recordCrossings(repository.context, [plan, day]);
      const marks = await readMarks(repository.context);
      const plans = await repository.context.plans();
      const scopes = (o: Partial<Parameters<typeof marksInForce>[1]>) =>
        marksInForce(marks, { plans, periods: { day: { usd: 4 } }, today: '2026-11-21', ...o }).map(
          ({ use: each }) => each.scope,
        );
      assert.deepEqual(scopes({}), ['plan', 'day']);
      assert.deepEqual(scopes({ today: '2026-11-22' }), ['plan']);
      assert.deepEqual(scopes({ periods: {} }), ['plan']);
      assert.deepEqual(scopes({ periods: { day: { usd: 9 } } }), ['plan']);
      assert.deepEqual(scopes({ plans: [] }), ['day']);
    });
  });

  it('knows of a budget of the day that was raised and lowered again, without saying it twice', async () => {
    await withBudgeted(async ({ repository: { context, store } }) => {
      const day = (level: BudgetLevel, usd: number) =>
        use(level, { usd }, { scope: 'day', plan: null, task: null, period: '2026-11-21' });
      for (const each of [day('over', 4), day('within', 9), day('over', 4)]) await recordCrossings(context, [each]);
      const { events } = await store.events.readRepository();
      assert.equal(events.filter(({ kind }) => kind === 'budget').length, 2);
      const marks = await readMarks(context);
      const levels = (usd: number) =>
        marksInForce(marks, { plans: [], periods: { day: { usd } }, today: '2026-11-21' }).map(
          (mark) => mark.use.level,
        );
      assert.deepEqual([levels(4), levels(9)], [['over'], []]);
    });
  });

  it('writes each crossing exactly once with many processes at once, some of which are killed', async () => {
    await withBudgeted(async ({ root, repository }) => {
      const program = await bundled(path.join(import.meta.dirname, 'budgetsInChild.ts'));
      const children = await Promise.all(Array.from({ length: 3 }, () => startChild(program, root)));
      for (const { child } of children) child.stdin?.write('go\n');
      const [first, ...others] = children;
      setTimeout(() => first?.child.kill('SIGKILL'), 40);
      await Promise.all([first?.ended, ...others.map(({ ended }) => ended)]);
      assert.deepEqual((await onRecord(repository)).sort(), [
        'day near',
        'day over',
        'plan near',
        'plan over',
        'task near',
        'task over',
        'week near',
        'week over',
      ]);
      assert.ok((await conditions(repository))[0]?.startsWith('over-budget'));
    });
  });
});

async function startChild(program: string, root: string): Promise<{ child: ChildProcess; ended: Promise<void> }> {
  const child = spawn(process.execPath, [program, root, '40'], {
    env: testEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin?.on('error', () => undefined); // It was killed.
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => text.includes('ready') && resolve());
  });
  return { child, ended };
}
