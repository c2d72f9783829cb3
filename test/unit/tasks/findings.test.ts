import { strict as assert } from 'node:assert';
import { bookOf } from '../../../src/core/prices/book';
import { mismatches } from '../../../src/core/prices/mismatches';
import { createPricer } from '../../../src/core/prices/pricer';
import { modelUses, typeEstimates } from '../../../src/core/tasks/usage/findings';
import { bucket, costsNow, tokens } from '../extension/costFacts';

const now = costsNow.getTime();
const pricer = createPricer(bookOf({ prices: {}, priceDiscounts: {} }, null));
const types = { 'p/a': 'format', 'p/b': 'format', 'p/c': 'format', 'p/d': 'docs' } as const;

describe('what figures tell of tasks', () => {
  it('adds up what each task used of each model, and knows no sum of what has no price', () => {
    const uses = modelUses(
      [
        bucket('p/a', { day: '2026-11-18', usd: 1 }),
        bucket('p/a', { day: '2026-11-19', usd: 2 }),
        bucket('p/a', { model: 'local', priced: 0, usd: 0 }),
        bucket('p/a', { model: null }),
        bucket('p/z'),
        bucket('elsewhere'),
      ],
      types,
    );
    assert.deepEqual(
      uses.map(({ task, model, usd, at }) => [task, model, usd, at]),
      [
        ['p/a', 'claude-opus-5-5', 3, Date.parse('2026-11-19T10:00:00Z')],
        ['p/a', 'local', null, Date.parse('2026-11-20T10:00:00Z')],
      ],
    );
    assert.equal(uses[0]?.tokens.output, 2 * tokens().output);
  });

  it('names Opus for formatting, with what the model by rule would have cost', () => {
    const [found, ...others] = mismatches(modelUses([bucket('p/a'), bucket('p/b')], types), pricer, now);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [found?.type, found?.tier, found?.byRule.tier, found?.tasks],
      [...['format', 'large', 'small'], ['p/a', 'p/b']],
    );
    assert.equal(found?.usd, 3);
    assert.ok(found?.usdByRule != null && found.usdByRule > 0 && found.usdByRule < 1);
  });

  it('holds what ended tasks used, in the middle, against the method, and from three on against themselves', () => {
    const used = [
      bucket('p/a', { usd: 1 }),
      bucket('p/b', { usd: 5 }),
      bucket('p/c', { usd: 2 }),
      bucket('p/d', { usd: 4 }),
    ];
    const two = typeEstimates(used, types, new Set(['p/a', 'p/b']), pricer, now);
    assert.deepEqual(
      two.map(({ estimate, actual }) => [estimate.type, estimate.from.kind, actual.tasks, actual.usd]),
      [['format', 'method', 2, 3]],
    );
    const all = typeEstimates(used, types, new Set(['p/a', 'p/b', 'p/c', 'p/d', 'p/gone']), pricer, now);
    assert.deepEqual(
      all.map(({ estimate, actual }) => [estimate.type, estimate.from, actual.usd]),
      [
        ['docs', { kind: 'method' }, 4],
        ['format', { kind: 'log', tasks: 3 }, 2],
      ],
    );
    assert.equal(all[1]?.estimate.model, 'claude-opus-5-5');
  });

  it('knows no median of money where a task has no price', () => {
    const used = [bucket('p/a', { usd: 1 }), bucket('p/b', { priced: 3, usd: 1 })];
    const [found] = typeEstimates(used, types, new Set(['p/a', 'p/b']), pricer, now);
    assert.equal(found?.actual.usd, null);
    assert.equal(found?.actual.tasks, 2);
  });

  it('takes names of the prototype for names', () => {
    assert.deepEqual(modelUses([bucket('constructor/constructor')], {}), []);
    assert.deepEqual(typeEstimates([bucket('toString/x')], {}, new Set(['toString/x']), pricer, now), []);
  });
});
