import assert from 'node:assert/strict';
import type { TaskEvent } from '../../../src/contract/events';
import type { BudgetUse } from '../../../src/contract/usage';
import { budgetHolds, isConsented } from '../../../src/core/tasks/usage/budgetHolds';
import { useOf } from '../../../src/core/tasks/usage/budgets';

const ref = (task: string) => ({ plan: 'p', task });
const used = (tokens: number, usd: number | null = 0) => ({ usd, tokens, atLeast: usd === null });
const planUse = (tokens: number) =>
  useOf({ scope: 'plan', plan: 'p', task: null, period: null }, { tokens: 1000 }, used(tokens));
const dayUse = (usd: number | null) =>
  useOf({ scope: 'day', plan: null, task: null, period: '2026-11-21' }, { usd: 4 }, used(0, usd));
const expected = (tokens: number, usd: number | null = null) => ({
  tokens: [0, tokens] as const,
  usd: usd === null ? null : ([0, usd] as const),
});
const reasons = (...o: Parameters<typeof budgetHolds>) => budgetHolds(...o).map(({ reason }) => reason);

describe('tasks: what budgets hold', () => {
  it('holds at 100 %, not below, the most used first', () => {
    assert.deepEqual(reasons([planUse(999)], ref('a'), null), []);
    assert.deepEqual(reasons([planUse(1000), dayUse(8)], ref('a'), null), [
      "200 % of today's budget is used ($8.00 of $4.00)",
      '100 % of the budget of plan "p" is used (1k of 1k tokens)',
    ]);
    assert.deepEqual(reasons([planUse(5000)], { plan: 'q', task: 'a' }, null), []);
  });

  it('holds what is expected to cross, in the unit that crosses', () => {
    assert.deepEqual(reasons([planUse(600), dayUse(1)], ref('a'), expected(400, 3)), []);
    assert.deepEqual(reasons([planUse(600), dayUse(1)], ref('a'), expected(400, 3.01)), [
      "up to $3.01 more are expected, which today's budget does not leave ($1.00 of $4.00 used)",
    ]);
    assert.equal(reasons([planUse(600)], ref('a'), expected(401)).length, 1);
    assert.deepEqual(reasons([dayUse(null)], ref('a'), expected(401)), [], 'what nobody can price holds nothing');
  });

  it('says whose price it is where no model is named', () => {
    const assumed = { ...expected(400, 5), assumed: 'claude-opus-5-5' };
    assert.deepEqual(reasons([dayUse(0)], ref('a'), assumed), [
      "up to $5.00 more are expected at the price of claude-opus-5-5 (assumed, as no model is named), which today's budget does not leave ($0.00 of $4.00 used)",
    ]);
    const ahead = [{ ref: ref('b'), expected: assumed }];
    assert.match(reasons([dayUse(0)], ref('a'), expected(400, 3), ahead)[0] ?? '', /^up to \$8\.00 .* \(assumed/);
  });

  it('adds up what starts together', () => {
    const ahead = [{ ref: ref('a'), expected: expected(300) }];
    assert.deepEqual(reasons([planUse(0)], ref('b'), expected(700), ahead), []);
    assert.match(reasons([planUse(0)], ref('b'), expected(701), ahead)[0] ?? '', /up to 1k tokens more/);
    assert.deepEqual(
      reasons([planUse(0)], ref('b'), expected(701), [{ ref: { plan: 'q', task: 'a' }, expected: expected(300) }]),
      [],
    );
  });

  it('takes a consent for one start, and for the value that the budget had', () => {
    const base = { v: 1, at: '2026-11-21T10:00:00.000Z', by: { actor: 'human', pid: 1 } } as const;
    const consent = (budget?: BudgetUse): TaskEvent => ({
      ...base,
      kind: 'held',
      reason: '',
      overridden: true,
      budget,
    });
    const start = {
      ...base,
      kind: 'agent-started',
      agent: 'test',
      model: null,
      pid: 1,
      pidStarted: null,
      runner: 1,
      session: null,
      resumed: false,
      window: null,
    } as const;
    const [hold] = budgetHolds([planUse(1500)], ref('a'), null);
    assert.ok(hold);
    assert.ok(isConsented([start, consent(planUse(1200))], hold));
    assert.ok(!isConsented([consent(planUse(1200)), start], hold), 'it was for another start');
    assert.ok(!isConsented([consent()], hold), 'it was about something else');
    assert.ok(!isConsented([consent(dayUse(9))], hold));
    assert.ok(!isConsented([consent({ ...planUse(1200), budget: { tokens: 900 } })], hold));
    assert.ok(!isConsented([{ ...base, kind: 'held', reason: '', overridden: false, budget: planUse(1200) }], hold));
  });
});
