import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TaskRef } from '../../../src/contract/plan';
import type { BudgetUse, Tokens } from '../../../src/contract/usage';
import { todayAt } from '../../../src/core/tasks/usage/budgetPeriods';
import { type BudgetQuestion, budgetUses } from '../../../src/core/tasks/usage/budgets';
import type { UsageBucket } from '../../../src/core/usage/parts';
import { sampled } from '../support/sampled';

const none: Tokens = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };
const ref = (task: string, plan = 'p'): TaskRef => ({ plan, task });

function bucket(o: Partial<UsageBucket> & { task?: string; plan?: string }): UsageBucket {
  const { task, plan, ...rest } = o;
  return {
    owner: task === undefined ? { kind: 'elsewhere' } : { kind: 'task', ref: ref(task, plan) },
    agent: 'claude',
    session: 's',
    model: 'm',
    day: '2026-11-21',
    answers: 1,
    tokens: none,
    usd: 0,
    priced: 1,
    first: null,
    last: null,
    source: 'records',
    ...rest,
  };
}

function uses(o: Partial<BudgetQuestion>): BudgetUse[] {
  return budgetUses({ plans: [], periods: {}, buckets: [], missing: false, today: '2026-11-21', ...o });
}

const planOf = (fields: object, tasks: Record<string, object> = {}, id = 'p') => ({
  id,
  fields,
  tasks: Object.entries(tasks).map(([task, own]) => ({ ref: ref(task, id), fields: own })),
});

describe('tasks: budgets', () => {
  it('counts input, cache writes, output and reasoning, and cache reads in money only', () => {
    const tokens = { input: 1, output: 2, cacheWrite5m: 4, cacheWrite1h: 8, cacheRead: 1000, reasoning: 16 };
    const [use] = uses({
      plans: [planOf({}, { a: { budget: { tokens: 100 } } })],
      buckets: [bucket({ task: 'a', tokens, usd: 3 })],
    });
    assert.deepEqual(use?.used, { usd: 3, tokens: 31, atLeast: false });
    assert.equal(use?.percent, 31);
    assert.equal(use?.level, 'within');
  });

  it('is near from 85 % and over from 100 %, by the part that is used most, rounded down', () => {
    const at = (usd: number, tokens: number) => {
      const [use] = uses({
        plans: [planOf({ budget: { usd: 2, tokens: 1000 } })],
        buckets: [bucket({ task: 'a', tokens: { ...none, output: tokens }, usd })],
      });
      return [use?.percent, use?.level];
    };
    assert.deepEqual(at(1.69999, 0), [84, 'within']);
    assert.deepEqual(at(1.7, 0), [85, 'near']);
    assert.deepEqual(at(0, 849), [84, 'within']);
    assert.deepEqual(at(0, 850), [85, 'near']);
    assert.deepEqual(at(0, 999), [99, 'near']);
    assert.deepEqual(at(0.1, 1000), [100, 'over']);
    assert.deepEqual(at(2, 0), [100, 'over']);
    assert.deepEqual(at(5, 900), [250, 'over']);
    assert.deepEqual(at(1e308, 900), [1_000_000, 'over']);
  });

  it('adds ten cents ten times to a dollar', () => {
    const cents = Array.from({ length: 10 }, () => bucket({ task: 'a', usd: 0.1 }));
    const [use] = uses({ plans: [planOf({ budget: { usd: 1 } })], buckets: cents });
    assert.deepEqual([use?.percent, use?.level], [100, 'over']);
  });

  it('gives a task its own, a plan its tasks, a day and a week everything in the repository', () => {
    const buckets = [
      bucket({ task: 'a', usd: 1 }),
      bucket({ task: 'b', usd: 2, day: '2026-11-16' }),
      bucket({ task: 'a', plan: 'q', usd: 4, day: '2026-11-15' }),
      bucket({ usd: 8 }),
      bucket({ usd: 16, owner: { kind: 'other' } }),
    ];
    const found = uses({
      plans: [
        planOf({ budget: { usd: 100 } }, { a: { budget: { usd: 100 } } }),
        planOf({ budget: { usd: 100 } }, {}, 'q'),
      ],
      periods: { day: { usd: 100 }, week: { usd: 100 } },
      buckets,
    });
    assert.deepEqual(
      found.map(({ scope, plan, task, period, used }) => [scope, plan, task, period, used.usd]),
      [
        ['task', 'p', 'a', null, 1],
        ['plan', 'p', null, null, 3],
        ['plan', 'q', null, null, 4],
        ['day', null, null, '2026-11-21', 9],
        ['week', null, null, '2026-W47', 11],
      ],
    );
  });

  it('says nothing of what has no budget, nor of a budget without a limit', () => {
    assert.deepEqual(
      uses({ plans: [planOf({}, { a: { budget: {} } })], buckets: [bucket({ task: 'a', usd: 1 })] }),
      [],
    );
  });

  it('never calls it within when money is limited and nothing has a price', () => {
    const unpriced = bucket({ task: 'a', priced: 0, tokens: { ...none, output: 900 } });
    const levelOf = (budget: object, ...buckets: UsageBucket[]) => {
      const [use] = uses({ plans: [planOf({ budget })], buckets });
      return [use?.level, use?.used.usd, use?.used.atLeast];
    };
    assert.deepEqual(levelOf({ usd: 1 }, unpriced), ['unknown', null, true]);
    assert.deepEqual(levelOf({ usd: 1, tokens: 9000 }, unpriced), ['unknown', null, true]);
    assert.deepEqual(levelOf({ usd: 1, tokens: 1000 }, unpriced), ['near', null, true]);
    assert.deepEqual(levelOf({ tokens: 9000 }, unpriced), ['within', null, true]);
    assert.deepEqual(levelOf({ usd: 1 }, unpriced, bucket({ task: 'b', usd: 0.5 })), ['within', 0.5, true]);
    assert.deepEqual(levelOf({ usd: 1 }), ['within', 0, false]);
  });

  it('says at least where records were skipped, and where what tells no time may be of today', () => {
    const [day] = uses({ periods: { day: { usd: 1 } }, buckets: [bucket({ task: 'a', day: null, usd: 5 })] });
    assert.deepEqual(day?.used, { usd: 0, tokens: 0, atLeast: true });
    const [plan] = uses({ plans: [planOf({ budget: { usd: 1 } })], missing: true });
    assert.equal(plan?.used.atLeast, true);
  });

  it('has the day where the user is, and none with a clock that is broken', () => {
    assert.equal(todayAt(new Date('2026-11-21T23:30:00Z'), 'Europe/Berlin'), '2026-11-22');
    assert.equal(todayAt(new Date('2026-11-21T23:30:00Z'), 'America/New_York'), '2026-11-21');
    assert.equal(todayAt(new Date(8.64e15), 'Europe/Berlin'), '0000-01-01');
  });

  it('sums to the same in any order and however it is divided', () => {
    const part = fc.record({
      task: fc.constantFrom('a', 'b', undefined),
      usd: fc.integer({ min: 0, max: 500 }).map((cents) => cents / 100),
      day: fc.constantFrom('2026-11-21', '2026-11-20', '2026-11-01', null),
      output: fc.nat(10_000),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.nat(), (parts, seed) => {
        const buckets = parts.map(({ task, usd, day, output }) =>
          bucket({ ...(task === undefined ? {} : { task }), usd, day, tokens: { ...none, output } }),
        );
        const turned = [...buckets.slice(seed % (parts.length + 1)), ...buckets.slice(0, seed % (parts.length + 1))];
        const question = {
          plans: [planOf({ budget: { usd: 10 } }, { a: { budget: { tokens: 9_999 } }, b: { budget: { usd: 1 } } })],
          periods: { day: { usd: 3 }, week: { tokens: 50_000 } },
        };
        const levels = (list: UsageBucket[]) =>
          uses({ ...question, buckets: list }).map(({ percent, level }) => [percent, level]);
        assert.deepEqual(levels(buckets), levels(turned));
      }),
      sampled(200),
    );
  });
});
