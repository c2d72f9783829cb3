import { strict as assert } from 'node:assert';
import { knownAgents, taskTypes } from '../../../src/contract/plan';
import { modelTiers, type Tokens } from '../../../src/contract/usage';
import { bookOf } from '../../../src/core/prices/book';
import { estimateOf, type FinishedTask } from '../../../src/core/prices/estimates';
import { type ModelUse, mismatches } from '../../../src/core/prices/mismatches';
import { createPricer } from '../../../src/core/prices/pricer';
import { priceTable } from '../../../src/core/prices/table/table';
import { expectedModel, modelFor, tierByType, tierOf } from '../../../src/core/prices/tiers';

const now = Date.parse('2026-11-21T12:00:00Z');
const today = '2026-11-21';
const none: Tokens = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };
const pricer = createPricer(bookOf({ prices: {}, priceDiscounts: {} }, null), now);

describe('prices: tiers', () => {
  it('know every model of the three vendors that has a price', () => {
    const ours = priceTable.filter(({ model }) => /^(?:claude|gpt|gemini|o\d|codex)/.test(model));
    assert.ok(ours.length > 60);
    for (const { model } of ours) assert.notEqual(tierOf(model), null, model);
  });

  it('put Haiku, Sonnet and Opus where the method puts them, by any of their names', () => {
    assert.equal(tierOf('claude-haiku-4-5-20251001'), 'small');
    assert.equal(tierOf('anthropic/claude-sonnet-4.5'), 'medium');
    assert.equal(tierOf('claude-opus-5-5[1m]'), 'large');
    assert.equal(tierOf('opus'), 'large');
    assert.equal(tierOf('gpt-6-luna'), 'small');
    assert.equal(tierOf('gemini-3.1-pro-preview'), 'large');
  });

  it('say nothing of a model that is not known', () => {
    for (const model of ['claude-opus-9', 'llama', '', '__proto__', 'x'.repeat(1e6)]) assert.equal(tierOf(model), null);
  });

  it('name the newest model of that day, which has a price and is of that tier', () => {
    assert.equal(modelFor('claude', 'small', '2026-10-06'), 'claude-haiku-4-5');
    assert.equal(modelFor('claude', 'small', '2026-10-07'), 'claude-haiku-5-5');
    assert.equal(modelFor('claude', 'large', today), 'claude-opus-5-5');
    assert.equal(modelFor('codex', 'medium', today), 'gpt-6.2-sol');
    assert.equal(modelFor('gemini', 'large', today), 'gemini-3.1-pro-preview');
    assert.equal(modelFor('claude', 'small', '2001-01-01'), null);
    for (const agent of ['claude', 'codex', 'gemini']) {
      for (const tier of modelTiers) {
        for (const day of ['2025-12-01', '2026-03-20', '2026-07-10', '2026-09-03', '2026-10-07', today]) {
          const model = modelFor(agent, tier, day) ?? '';
          assert.equal(tierOf(model), tier);
          assert.ok(
            priceTable.some((entry) => entry.model === model && entry.since <= day),
            `${model} ${day}`,
          );
        }
      }
    }
  });

  it('agents of many vendors keep to the vendor of the model they use', () => {
    assert.equal(modelFor('copilot', 'small', today), null);
    assert.equal(modelFor('copilot', 'small', today, 'claude-sonnet-4.5'), 'claude-haiku-5-5');
    assert.equal(modelFor('opencode', 'small', today, 'gpt-5.4'), 'gpt-6-luna');
    assert.equal(modelFor('opencode', 'small', today, 'llama'), null);
  });

  it('what a task will run on: what it asks for, else what the rules name', () => {
    assert.equal(expectedModel('claude', 'opus', 'format', today), 'claude-opus-5-5');
    assert.equal(expectedModel('claude', 'claude-sonnet-4-5', 'format', today), 'claude-sonnet-4-5');
    assert.equal(expectedModel('claude', null, 'format', today), 'claude-haiku-5-5');
    assert.equal(expectedModel('codex', 'auto', 'architecture', today), 'gpt-6.2-astra');
    assert.equal(expectedModel('mine', null, 'format', today), null);
  });

  it('each type has a tier, those of the method as it says', () => {
    assert.deepEqual(Object.keys(tierByType), [...taskTypes]);
    const large = taskTypes.filter((type) => tierByType[type] === 'large');
    assert.deepEqual(large, ['spike', 'architecture', 'debug', 'security']);
    assert.deepEqual(
      taskTypes.filter((type) => tierByType[type] === 'small'),
      ['format', 'types'],
    );
  });
});

describe('prices: estimates', () => {
  const finished = (output: number, more: Partial<Tokens> = {}): FinishedTask => ({
    type: 'tests',
    tokens: { ...none, output, ...more },
  });

  it('the method’s tokens at today’s price, for each type', () => {
    for (const type of taskTypes) {
      const estimate = estimateOf(type, 'claude-sonnet-5-5', [], pricer, now);
      const [low, high] = estimate.outputTokens;
      assert.ok(low > 0 && high > low, type);
      assert.deepEqual(estimate.usd, [(low * 10) / 1e6, (high * 10) / 1e6]);
      assert.deepEqual(estimate.from, { kind: 'method' });
    }
    assert.deepEqual(estimateOf('tests', null, [], pricer, now).outputTokens, [10_000, 30_000]);
    assert.deepEqual(estimateOf('format', 'claude-haiku-4-5', [], pricer, now).usd, [0.01, 0.04]);
  });

  it('a model that is not known, or has no price: tokens only', () => {
    assert.equal(estimateOf('tests', null, [], pricer, now).usd, null);
    assert.equal(estimateOf('tests', 'llama', [], pricer, now).usd, null);
  });

  it('a short name is the newest model of its line', () => {
    const { model, usd } = estimateOf('format', 'Opus[1m]', [], pricer, now);
    assert.deepEqual([model, usd], ['claude-opus-5-5', [0.04, 0.16]]);
  });

  it('three finished tasks of the type say more than the method', () => {
    const other: FinishedTask = { type: 'docs', tokens: { ...none, output: 999_999 } };
    const two = [finished(100_000), finished(200_000), other];
    assert.deepEqual(estimateOf('tests', 'claude-sonnet-5-5', two, pricer, now).from, { kind: 'method' });
    const four = [...two, finished(300_000, { cacheRead: 1e6, input: 5 }), finished(900_000)];
    const estimate = estimateOf('tests', 'claude-sonnet-5-5', four, pricer, now);
    assert.deepEqual(estimate.from, { kind: 'log', tasks: 4 });
    assert.deepEqual(estimate.outputTokens, [100_000, 300_000]);
    // Cache reads count in money only.
    assert.deepEqual(estimate.tokens, [100_000, 300_005]);
    assert.deepEqual(
      estimate.usd?.map((usd) => usd.toFixed(5)),
      ['1.00000', '3.10001'],
    );
  });
});

describe('prices: mismatches', () => {
  const use = (
    task: string,
    type: ModelUse['type'],
    model: string,
    output: number,
    more: Partial<ModelUse> = {},
  ): ModelUse => {
    const tokens = { ...none, output };
    const usd = pricer.price({ model, at: now, tokens, speed: 'standard', batch: false, webSearches: 0 })?.usd ?? null;
    return { task, type, agent: 'claude', model, tokens, usd, at: now, ...more };
  };

  it('Opus for formatting: so many tasks, their cost, and what the model by rule would have cost', () => {
    const uses = [
      ...Array.from({ length: 9 }, (_, index) => use(`plan/format-${index}`, 'format', 'claude-opus-5-5', 100_000)),
      use('plan/design', 'architecture', 'claude-opus-5-5', 500_000),
    ];
    const found = mismatches(uses, pricer, now);
    assert.deepEqual(
      found.map(({ usdByRule }) => usdByRule?.toFixed(6)),
      ['0.450000'],
    );
    assert.deepEqual(
      found.map((row) => ({ ...row, usdByRule: null })),
      [
        {
          type: 'format',
          agent: 'claude',
          model: 'claude-opus-5-5',
          tier: 'large',
          byRule: { tier: 'small', model: 'claude-haiku-5-5' },
          tasks: Array.from({ length: 9 }, (_, index) => `plan/format-${index}`),
          usd: 18,
          usdByRule: null,
        },
      ],
    );
  });

  it('a model that is too small is one too, and comes after what could be saved', () => {
    const found = mismatches(
      [use('p/a', 'architecture', 'claude-haiku-5-5', 100_000), use('p/b', 'types', 'claude-opus-5-5', 1_000)],
      pricer,
      now,
    );
    assert.deepEqual(
      found.map(({ type, byRule }) => [type, byRule.model]),
      [
        ['types', 'claude-haiku-5-5'],
        ['architecture', 'claude-opus-5-5'],
      ],
    );
  });

  it('only the model that a task cost most on counts', () => {
    const uses = [
      use('p/a', 'feature', 'claude-sonnet-5-5', 100_000),
      use('p/a', 'feature', 'claude-haiku-5-5', 50_000),
    ];
    assert.deepEqual(mismatches(uses, pricer, now), []);
  });

  it('says nothing of models that are not known, and no sum of which a part is not known', () => {
    assert.deepEqual(mismatches([use('p/a', 'format', 'llama', 1_000)], pricer, now), []);
    const half = [
      use('p/a', 'format', 'claude-opus-5-5', 1_000),
      use('p/b', 'format', 'claude-opus-5-5', 1_000, { usd: null }),
    ];
    assert.deepEqual(
      mismatches(half, pricer, now).map(({ usd, tasks }) => [usd, tasks.length]),
      [[null, 2]],
    );
  });

  it('the rules are those of the day', () => {
    const before = Date.parse('2026-01-15T00:00:00Z');
    const found = mismatches([use('p/a', 'format', 'claude-opus-4-5', 1e6, { at: before })], pricer, now);
    assert.deepEqual(
      found.map(({ byRule, usdByRule }) => [byRule.model, usdByRule]),
      [['claude-haiku-4-5', 5]],
    );
  });

  it('Bad input: times that are none', () => {
    for (const at of [Number.NaN, 9e15, -9e15, null]) {
      assert.equal(mismatches([use('p/a', 'format', 'claude-opus-5-5', 1, { at })], pricer, now).length, 1);
    }
  });

  it('knows every agent of the contract', () => {
    for (const agent of knownAgents) {
      assert.doesNotThrow(() => mismatches([use('p/a', 'format', 'claude-opus-5-5', 1, { agent })], pricer, now));
    }
  });
});
