import fc from 'fast-check';
import type { BudgetUse, Tokens } from '../../../../src/contract/usage';
import type { CostState } from '../../../../src/core/tasks/usage/parts';
import type { UsageBucket } from '../../../../src/core/usage/parts';

export const noTokens: Tokens = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };

/** A bucket of task `p/a` on 21 November 2026: 100 tokens of output for a dollar. */
export function bucketOf(changes: Partial<UsageBucket> = {}): UsageBucket {
  return {
    owner: { kind: 'task', ref: { plan: 'p', task: 'a' } },
    agent: 'claude',
    session: 's1',
    model: 'claude-opus-5-5',
    day: '2026-11-21',
    answers: 1,
    tokens: { ...noTokens, output: 100 },
    usd: 1,
    priced: 1,
    first: Date.parse('2026-11-21T10:00:00Z'),
    last: Date.parse('2026-11-21T11:00:00Z'),
    source: 'records',
    ...changes,
  };
}

export function stateOf(buckets: readonly UsageBucket[], changes: Partial<CostState> = {}): CostState {
  return {
    at: '2026-11-21T12:00:00.000Z',
    usage: { buckets, quotas: [], skipped: [], timing: { ms: 1, files: 2, bytes: 3 } },
    budgets: [],
    types: {},
    pricesAsOf: '2026-11-01',
    timeZone: 'UTC',
    ...changes,
  };
}

export function budgetOf(changes: Partial<BudgetUse> = {}): BudgetUse {
  return {
    scope: 'task',
    plan: 'p',
    task: 'a',
    period: null,
    budget: { usd: 1 },
    used: { usd: 0.9, tokens: 100, atLeast: false },
    percent: 90,
    level: 'near',
    ...changes,
  };
}

const anyCount = fc.nat({ max: 1e12 });
const anyTime = fc.option(fc.nat({ max: 4e12 }), { nil: null });
const anyId = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,9}$/);
const anyText = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '\0', 'a/b', 'elsewhere'));
/** As JSON gives them back. */
const plain = { noNullPrototype: true } as const;
const anyTokens = fc.record(
  {
    input: anyCount,
    output: anyCount,
    cacheWrite5m: anyCount,
    cacheWrite1h: anyCount,
    cacheRead: anyCount,
    reasoning: anyCount,
  },
  plain,
);
const anyBucket: fc.Arbitrary<UsageBucket> = fc
  .record({
    owner: fc.oneof(
      fc.constantFrom({ kind: 'elsewhere' as const }, { kind: 'other' as const }),
      fc.record({ plan: anyId, task: anyId }, plain).map((ref) => ({ kind: 'task' as const, ref })),
    ),
    agent: anyText,
    session: anyText,
    model: fc.option(anyText, { nil: null }),
    day: fc.constantFrom(null, '2026-11-20', '2026-11-21'),
    answers: anyCount,
    tokens: anyTokens,
    usd: fc.double({ min: 0, max: 1e9, noNaN: true }),
    priced: anyCount,
    first: anyTime,
    last: anyTime,
    source: fc.constantFrom('records' as const, 'log' as const),
    whole: fc.boolean(),
  })
  .map(({ whole, ...bucket }) => (whole ? bucket : { ...bucket, incomplete: true }));

export const anyState: fc.Arbitrary<CostState> = fc
  .record({
    buckets: fc.array(anyBucket, { maxLength: 12 }),
    skipped: fc.array(
      fc.record({ agent: anyText, file: anyText, line: fc.option(fc.nat(), { nil: null }), reason: anyText }, plain),
      { maxLength: 3 },
    ),
    budgets: fc.array(fc.constantFrom(budgetOf(), budgetOf({ scope: 'day', plan: null, task: null, period: 'x' })), {
      maxLength: 3,
    }),
    failure: fc.option(anyText, { nil: undefined }),
  })
  .map(({ buckets, skipped, budgets, failure }) => {
    const state = stateOf(buckets, { budgets, types: { 'p/a': 'docs' } });
    const usage = { ...state.usage, skipped };
    return { ...state, usage, ...(failure === undefined ? {} : { failure }) };
  });
