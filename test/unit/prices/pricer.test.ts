import { strict as assert } from 'node:assert';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { Tokens } from '../../../src/contract/usage';
import { bookOf } from '../../../src/core/prices/book';
import { createPricer } from '../../../src/core/prices/pricer';
import type { Priceable, PriceBook, Rates } from '../../../src/core/prices/prices';
import { priceTable, tableDate } from '../../../src/core/prices/table/table';
import { sampled } from '../support/sampled';

const none: Tokens = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };
const plain = bookOf({ prices: {}, priceDiscounts: {} }, null);
const now = Date.parse('2026-11-21T12:00:00Z');

function answer(
  model: string | null,
  day: string | null,
  tokens: Partial<Tokens>,
  more: Partial<Priceable> = {},
): Priceable {
  return {
    model,
    at: day === null ? null : Date.parse(`${day}T12:00:00Z`),
    tokens: { ...none, ...tokens },
    speed: 'standard',
    batch: false,
    webSearches: 0,
    ...more,
  };
}

function usd(of: Priceable, book: PriceBook = plain): number | null {
  return createPricer(book, now).price(of)?.usd ?? null;
}

function columns({ input, output, cacheWrite5m, cacheWrite1h, cacheRead }: Rates): number[] {
  return [input, output, cacheWrite5m, cacheWrite1h, cacheRead].map((rate) => Math.round(rate * 1e6) / 1e6);
}

describe('prices: the table', () => {
  it('holds each model at its date, and its tier', () => {
    for (const entry of priceTable) {
      const day = entry.since;
      const priced = createPricer(plain, now).price(answer(entry.model, day, { input: 1_000 }));
      assert.deepEqual(priced?.rates, entry.rates, `${entry.model} ${day}`);
      assert.equal(priced?.entry, entry);
      if (entry.longPrompt === null) continue;
      const { above, rates } = entry.longPrompt;
      const long = createPricer(plain, now).price(answer(entry.model, day, { input: above + 1 }));
      assert.deepEqual(long?.rates, rates, `${entry.model} long`);
    }
  });

  it('is whole: real days, prices above 0, a source, no two prices of one day', () => {
    const seen = new Set<string>();
    for (const entry of priceTable) {
      assert.match(new Date(`${entry.since}T00:00:00Z`).toISOString(), new RegExp(`^${entry.since}`));
      for (const rates of [entry.rates, ...(entry.longPrompt === null ? [] : [entry.longPrompt.rates])]) {
        for (const rate of columns(rates)) assert.ok(rate > 0, entry.model);
        assert.ok(rates.cacheRead <= rates.input && rates.input <= rates.output, entry.model);
      }
      assert.match(entry.source, /^https:\/\//);
      const key = `${entry.model} ${entry.since}`;
      assert.ok(!seen.has(key), key);
      seen.add(key);
    }
    assert.equal(plain.asOf, tableDate);
  });

  // Read from the vendors' pages apart from the table, so that a slip in it shows.
  const published: readonly (readonly [string, string, readonly number[]])[] = [
    ['claude-fable-5-2', '2026-11-20', [8, 40, 10, 16, 0.2]],
    ['claude-fable-5-1', '2026-11-20', [10, 50, 12.5, 20, 0.25]],
    ['claude-mythos-5-1', '2026-11-20', [10, 50, 12.5, 20, 0.25]],
    ['claude-fable-5', '2026-11-20', [10, 50, 12.5, 20, 1]],
    ['claude-opus-5-5', '2026-11-20', [4, 20, 5, 8, 0.2]],
    ['claude-opus-5', '2026-11-20', [5, 25, 6.25, 10, 0.5]],
    ['claude-opus-4-8', '2026-11-20', [5, 25, 6.25, 10, 0.5]],
    ['claude-opus-4-5-20251101', '2026-01-01', [5, 25, 6.25, 10, 0.5]],
    ['claude-opus-4-1-20250805', '2025-09-01', [15, 75, 18.75, 30, 1.5]],
    ['claude-sonnet-5-5', '2026-10-06', [2, 10, 2.5, 4, 0.2]],
    ['claude-sonnet-5-5', '2026-10-07', [2, 10, 2.5, 4, 0.1]],
    ['claude-sonnet-5', '2026-11-20', [2, 10, 2.5, 4, 0.2]],
    ['claude-sonnet-4-6', '2026-11-20', [3, 15, 3.75, 6, 0.3]],
    ['claude-haiku-5-5', '2026-11-20', [0.1, 0.5, 0.125, 0.2, 0.01]],
    ['claude-haiku-4-5', '2026-11-20', [1, 5, 1.25, 2, 0.1]],
    ['gpt-6.2-astra', '2026-11-20', [8, 40, 10, 10, 0.4]],
    ['gpt-6.2-sol', '2026-11-20', [2, 10, 2.5, 2.5, 0.1]],
    ['gpt-6-luna', '2026-11-20', [0.1, 0.5, 0.125, 0.125, 0.01]],
    ['gpt-5.6-luna', '2026-07-29', [1, 6, 1.25, 1.25, 0.1]],
    ['gpt-5.6-luna', '2026-07-30', [0.2, 1.2, 0.25, 0.25, 0.02]],
    ['gpt-5.6-sol', '2026-08-20', [5, 30, 6.25, 6.25, 0.5]],
    ['gpt-5.6-sol', '2026-08-21', [4, 20, 5, 5, 0.4]],
    ['gpt-5.3-codex', '2026-11-20', [1.75, 14, 1.75, 1.75, 0.175]],
    ['gpt-5-codex', '2026-11-20', [1.25, 10, 1.25, 1.25, 0.125]],
    ['gemini-3.8-flash', '2026-12-31', [0.75, 3.75, 0.75, 0.75, 0.075]],
    ['gemini-3.8-flash', '2027-01-01', [1.5, 7.5, 1.5, 1.5, 0.15]],
    ['gemini-3.1-pro-preview', '2026-11-20', [2, 12, 2, 2, 0.2]],
    ['gemini-2.5-flash', '2026-11-20', [0.3, 2.5, 0.3, 0.3, 0.03]],
  ];
  for (const [model, day, rates] of published) {
    it(`${model} on ${day}`, () => {
      const priced = createPricer(plain, now).price(answer(model, day, { input: 1 }));
      assert.deepEqual(priced === null ? null : columns(priced.rates), rates);
    });
  }

  it('a model that is not in it has no price, and is not free', () => {
    for (const model of ['claude-opus-9', 'gpt-7', 'llama-4', 'toString', '__proto__', '', null, 'x'.repeat(1e7)]) {
      assert.equal(usd(answer(model, '2026-11-20', { input: 1_000 })), null);
    }
  });
});

describe('prices: an answer', () => {
  it('adds up what each kind of token costs', () => {
    const tokens = { input: 1e6, output: 1e6, cacheWrite5m: 1e6, cacheWrite1h: 1e6, cacheRead: 1e6, reasoning: 1e6 };
    assert.equal(usd(answer('claude-opus-5-5', '2026-11-20', tokens)), 4 + 20 + 5 + 8 + 0.2 + 20);
  });

  it('a prompt beyond the edge of the tier puts every token at its rates, output too', () => {
    const at = (prompt: Partial<Tokens>) => usd(answer('claude-haiku-5-5', '2026-11-20', { output: 1_000, ...prompt }));
    assert.equal(at({ input: 100_000 })?.toFixed(9), (0.01 + 0.0005).toFixed(9));
    assert.equal(at({ input: 100_001 })?.toFixed(9), ((100_001 * 0.5 + 1_000 * 2.5) / 1e6).toFixed(9));
    // What is read from and written to the cache belongs to the prompt, the output does not.
    assert.equal(
      at({ input: 1, cacheRead: 50_000, cacheWrite5m: 30_000, cacheWrite1h: 20_000 })?.toFixed(9),
      ((0.5 + 50_000 * 0.05 + 30_000 * 0.625 + 20_000 * 1 + 1_000 * 2.5) / 1e6).toFixed(9),
    );
    assert.equal(at({ output: 200_000 })?.toFixed(9), (0.1).toFixed(9));
  });

  it('fast mode and batch are factors; where none is known there is no price', () => {
    const million = { output: 1e6 };
    const fast: Partial<Priceable> = { speed: 'fast' };
    assert.equal(usd(answer('claude-opus-4-7', '2026-05-01', million, fast)), 150);
    assert.equal(usd(answer('claude-opus-5', '2026-11-20', million, fast)), 50);
    assert.equal(usd(answer('claude-opus-5-5', '2026-11-20', million, fast)), 40);
    assert.equal(usd(answer('claude-haiku-4-5', '2026-11-20', million, fast)), null);
    assert.equal(usd(answer('claude-opus-5-5', '2026-11-20', million, { batch: true })), 10);
    assert.equal(usd(answer('grok-4.6', '2026-11-21', million, { batch: true })), null);
    // Fast mode costs twice the price of the same length.
    assert.equal(usd(answer('gpt-6.2-sol', '2026-11-20', { input: 300_000 }, fast)), 2.4);
  });

  it('web searches cost what they cost, and are not guessed', () => {
    const searched = answer('claude-opus-5-5', '2026-11-20', {}, { webSearches: 3 });
    assert.equal(usd(searched)?.toFixed(6), '0.030000');
    assert.equal(usd(searched, { ...plain, webSearch: null }), null);
  });

  it('without a time it is priced as of today, before a first day as of that day', () => {
    assert.equal(usd(answer('claude-sonnet-5-5', null, { cacheRead: 1e6 })), 0.1);
    assert.equal(usd(answer('claude-sonnet-5-5', '1999-01-01', { cacheRead: 1e6 })), 0.2);
  });

  it('Bad input: clocks that jump', () => {
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 8.65e15, -8.65e15, 1e300, -1]) {
      const priced = usd({ ...answer('claude-sonnet-5-5', null, { cacheRead: 1e6 }), at });
      assert.ok(priced === 0.1 || priced === 0.2, String(at));
    }
  });

  it('Bad input: numbers that are no tokens never become money', () => {
    for (const input of [Number.NaN, Number.POSITIVE_INFINITY, -1e9]) {
      assert.equal(usd(answer('claude-opus-5-5', '2026-11-20', { input })), null);
    }
  });

  it('Bad input: a new model in each record does not fill the memory', () => {
    const pricer = createPricer(plain, now);
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 200_000; index += 1)
      pricer.price(answer(`model-${index}-${'x'.repeat(150)}`, null, {}));
    collect();
    assert.ok(process.memoryUsage().heapUsed - before < 8 * 1024 * 1024);
    assert.notEqual(pricer.price(answer('claude-opus-5-5', null, { input: 1 })), null);
  });

  it('costs at least as much with more of any kind', () => {
    const count = fc.nat({ max: 400_000 });
    const tokens = fc.record({
      input: count,
      output: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      cacheRead: count,
      reasoning: count,
    });
    const models = fc.constantFrom(...new Set(priceTable.map(({ model }) => model)));
    const kinds = fc.constantFrom<keyof Tokens>(
      'input',
      'output',
      'cacheWrite5m',
      'cacheWrite1h',
      'cacheRead',
      'reasoning',
    );
    const pricer = createPricer(plain, now);
    fc.assert(
      fc.property(models, tokens, kinds, count, (model, some, kind, more) => {
        const less = pricer.price(answer(model, '2026-11-20', some))?.usd ?? Number.NaN;
        const all =
          pricer.price(answer(model, '2026-11-20', { ...some, [kind]: some[kind] + more }))?.usd ?? Number.NaN;
        assert.ok(all >= less - 1e-12, `${model}: ${less} then ${all}`);
      }),
      sampled(500),
    );
  });
});

describe('prices: the user’s own', () => {
  const own = (prices: Parameters<typeof bookOf>[0]['prices'], priceDiscounts: Readonly<Record<string, number>> = {}) =>
    bookOf({ prices, priceDiscounts }, null);

  it('beat the table on every day, or from their first day on', () => {
    const ever = own({ 'claude-opus-5-5': { input: 1, output: 2 } });
    assert.equal(usd(answer('claude-opus-5-5', '2026-09-25', { input: 1e6 }), ever), 1);
    const later = own({ 'claude-opus-5-5': [{ input: 1, output: 2, since: '2026-11-01' }] });
    assert.equal(usd(answer('claude-opus-5-5', '2026-10-31', { input: 1e6 }), later), 4);
    assert.equal(usd(answer('claude-opus-5-5', '2026-11-01', { input: 1e6 }), later), 1);
    const later2 = own({ 'gemini-3.8-flash': { input: 9, output: 9, since: '2026-11-01' } });
    assert.equal(
      usd(answer('gemini-3.8-flash', '2027-03-01', { input: 1e6 }), later2),
      9,
      'later ones of the table too',
    );
  });

  it('name models that nobody sells, and what of the cache is not named costs what input costs', () => {
    const book = own({ 'My-Model': { input: 3, output: 4 } });
    assert.equal(usd(answer('my-model', '2026-01-01', { input: 1e6, cacheRead: 1e6, cacheWrite1h: 1e6 }), book), 9);
    const tier = own({
      mine: { input: 1, output: 1, longPrompt: { above: 10, input: 5, output: 5 }, fast: 3, batch: 0.1 },
    });
    assert.equal(usd(answer('mine', null, { input: 11 }), tier)?.toFixed(9), (55e-6).toFixed(9));
    assert.equal(usd(answer('mine', null, { input: 10 }, { speed: 'fast' }), tier)?.toFixed(9), (30e-6).toFixed(9));
  });

  it('modes that an own price does not name cost the part of it that they cost in the table', () => {
    const book = own({ 'claude-opus-5-5': { input: 1, output: 2 }, mine: { input: 1, output: 2 } });
    assert.equal(usd(answer('claude-opus-5-5', null, { output: 1e6 }, { batch: true }), book), 1);
    assert.equal(usd(answer('claude-opus-5-5', null, { output: 1e6 }, { speed: 'fast' }), book), 4);
    assert.equal(usd(answer('mine', null, { output: 1e6 }, { batch: true }), book), null);
  });

  it('a particular name beats the short one', () => {
    const book = own({
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0': { input: 7, output: 7 },
      'claude-sonnet-4-5': { input: 5, output: 5 },
    });
    assert.equal(usd(answer('us.anthropic.claude-sonnet-4-5-20250929-v1:0', null, { input: 1_000 }), book), 0.007);
    assert.equal(usd(answer('claude-sonnet-4-5-20250929', null, { input: 1_000 }), book), 0.005);
  });

  it('discounts: of the globs that match the longest counts', () => {
    const book = own({}, { 'claude-*': 0.5, 'claude-opus-*': 0.8, 'claude-haiku*': 0 });
    assert.equal(usd(answer('claude-opus-5-5', null, { input: 1e6 }), book), 3.2);
    assert.equal(usd(answer('anthropic/claude-sonnet-5', null, { input: 1e6 }), book), 1);
    assert.equal(usd(answer('claude-haiku-4-5', null, { input: 1e6 }), book), 0);
    assert.equal(usd(answer('gpt-5', null, { input: 1e6 }), book), 1.25);
    const region = own({}, { 'us.anthropic.*': 1.1 });
    assert.equal(usd(answer('us.anthropic.claude-sonnet-5-v1', null, { input: 1e6 }), region)?.toFixed(6), '2.200000');
  });

  it('Bad input: prototype keys and a price that is none', () => {
    const prices = JSON.parse('{"__proto__": {"input": 1, "output": 1}, "constructor": {"input": 2, "output": 2}}');
    const book = own(prices, JSON.parse('{"__proto__": 0.5}'));
    assert.equal(usd(answer('constructor', null, { input: 1e6 }), book), 2);
    assert.equal(usd(answer('toString', null, { input: 1e6 }), book), null);
    assert.equal(usd(answer('claude-opus-5-5', null, { input: 1e6 }), book), 4);
  });

  it('is plain data, for another thread', () => {
    const book = own({ mine: { input: 1, output: 1 } }, { '*': 0.5 });
    assert.deepEqual(structuredClone(book), book);
  });
});
