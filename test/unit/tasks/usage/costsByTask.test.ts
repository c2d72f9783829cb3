import { strict as assert } from 'node:assert';
import { costsByTask } from '../../../../src/core/tasks/usage/costsByTask';
import { bucketOf, noTokens } from './costStates';

describe('what rows show of cost', () => {
  it("are each task's sums, without what was read from the cache, and whether there is more", () => {
    const tokens = {
      ...noTokens,
      input: 1,
      output: 2,
      cacheWrite5m: 4,
      cacheWrite1h: 8,
      cacheRead: 1000,
      reasoning: 16,
    };
    const b = { kind: 'task', ref: { plan: 'p', task: 'b' } } as const;
    const costs = costsByTask([
      bucketOf({ tokens, usd: 0.25 }),
      bucketOf({ session: 's2', tokens, usd: 0.5 }),
      bucketOf({ owner: b, usd: 0, priced: 0 }),
      bucketOf({ owner: { kind: 'elsewhere' } }),
      bucketOf({ owner: { kind: 'other' } }),
    ]);
    assert.deepEqual(
      [...costs],
      [
        ['p/a', { tokens: 62, usd: 0.75, atLeast: false }],
        ['p/b', { tokens: 100, usd: null, atLeast: true }],
      ],
    );
    const mixed = costsByTask([bucketOf({ usd: 0, priced: 0 }), bucketOf(), bucketOf({ incomplete: true })]);
    assert.deepEqual(mixed.get('p/a'), { tokens: 300, usd: 2, atLeast: true });
  });
});
