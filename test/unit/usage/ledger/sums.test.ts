import assert from 'node:assert/strict';
import type { Tokens } from '../../../../src/contract/usage';
import type { Owner, UsageBucket } from '../../../../src/core/usage/parts';
import { addTokens, budgetTokens, costRows, noTokens, totalOf } from '../../../../src/core/usage/sums';

const tokens = (output: number): Tokens => ({ ...noTokens, output });

function bucket(o: Partial<UsageBucket> = {}): UsageBucket {
  return {
    owner: { kind: 'task', ref: { plan: 'p', task: 'a' } },
    agent: 'claude',
    session: 's1',
    model: 'm1',
    day: '2026-11-16',
    answers: 1,
    tokens: tokens(10),
    usd: 1,
    priced: 1,
    first: 1,
    last: 2,
    source: 'records',
    ...o,
  };
}

const elsewhere: Owner = { kind: 'elsewhere' };
const unpriced = { model: 'new', usd: 0, priced: 0, answers: 2 };
const buckets = [
  bucket(),
  bucket({ session: 's2', day: '2026-11-22', usd: 3, agent: 'codex', model: 'm2' }),
  bucket({ owner: { kind: 'task', ref: { plan: 'p', task: 'b' } }, session: 's3', day: '2026-11-23', usd: 2.5 }),
  bucket({ owner: elsewhere, session: 's4', day: null, ...unpriced }),
];
const naming = { typeOf: ({ task }: { task: string }) => (task === 'a' ? ('docs' as const) : null) };
const keys = (by: Parameters<typeof costRows>[1]) => costRows(buckets, by, naming).map(({ key }) => key);

describe('sums of what was used', () => {
  it('have one row for each key, the most expensive first', () => {
    assert.deepEqual(keys('task'), ['p/a', 'p/b', 'elsewhere']);
    assert.deepEqual(keys('type'), ['docs', 'none']);
    assert.deepEqual(keys('model'), ['m1', 'm2', 'new']);
    assert.deepEqual(keys('agent'), ['claude', 'codex']);
    assert.deepEqual(keys('session'), ['s2', 's3', 's1', 's4']);
  });

  it('have days and weeks in their order, what has none last', () => {
    assert.deepEqual(keys('day'), ['2026-11-16', '2026-11-22', '2026-11-23', 'unknown']);
    assert.deepEqual(keys('week'), ['2026-W47', '2026-W48', 'unknown']);
  });

  it('show no price as none, and name the model', () => {
    const [, , row] = costRows(buckets, 'task', naming);
    assert.deepEqual([row?.usd, row?.unpriced, row?.atLeast], [null, ['new'], true]);
    const both = costRows([bucket(), bucket(unpriced)], 'task', naming);
    assert.deepEqual([both[0]?.usd, both[0]?.unpriced, both[0]?.atLeast], [1, ['new'], true]);
    assert.equal(costRows([bucket()], 'task', naming)[0]?.atLeast, false);
  });

  it('are at least what they say where a record was skipped', () => {
    const skipped = [{ agent: 'codex', file: '/f', line: 3, reason: 'broken' }];
    const byAgent = costRows(buckets.slice(0, 2), 'agent', { ...naming, skipped });
    assert.deepEqual(
      byAgent.map(({ key, atLeast }) => [key, atLeast]),
      [
        ['codex', true],
        ['claude', false],
      ],
    );
    assert.equal(totalOf([bucket()]).atLeast, false);
    assert.equal(totalOf([bucket()], { skipped }).atLeast, true);
    assert.equal(totalOf([bucket({ incomplete: true })]).atLeast, true);
  });

  it('count a session once, whatever it did, and each agent has its own', () => {
    const same = [bucket(), bucket({ day: '2026-11-17' }), bucket({ agent: 'codex' })];
    assert.equal(totalOf(same).sessions, 2);
  });

  it('are exact to the billionth, in any order', () => {
    const many = Array.from({ length: 1000 }, (_, i) => bucket({ usd: (i * 7 + 1) / 1e9 }));
    assert.equal(totalOf(many).usd, totalOf([...many].reverse()).usd);
    assert.equal(totalOf(many).usd, 3_497_500 / 1e9);
  });

  it('of nothing cost nothing known', () => {
    assert.deepEqual(totalOf([]), { tokens: noTokens, usd: null, sessions: 0, unpriced: [], atLeast: false });
  });

  it('count for a budget what was not read from the cache', () => {
    const all = { input: 1, output: 2, cacheWrite5m: 4, cacheWrite1h: 8, cacheRead: 16, reasoning: 32 };
    assert.equal(budgetTokens(all), 1 + 2 + 4 + 8 + 32);
    assert.deepEqual(addTokens(all, noTokens), all);
  });

  it('are not led astray by names of the prototype', () => {
    const rows = costRows([bucket({ model: '__proto__' }), bucket({ model: 'constructor' })], 'model', naming);
    assert.deepEqual(rows.map(({ key }) => key).sort(), ['__proto__', 'constructor']);
  });
});
