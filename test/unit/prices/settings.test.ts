import { strict as assert } from 'node:assert';
import { readablePrices } from '../../../src/core/prices/typedPrices';
import { layerSettings, settingsFileSchema } from '../../../src/core/settings';

describe('prices: settings', () => {
  const good = { input: 1, output: 2 };

  it('a file of settings may hold own prices and discounts', () => {
    const file = { prices: { one: good, two: [good, { ...good, since: '2026-01-01' }] }, priceDiscounts: { '*': 0.5 } };
    const parsed = settingsFileSchema.safeParse(file);
    assert.ok(parsed.success);
    const { prices, priceDiscounts } = layerSettings(parsed.data);
    assert.deepEqual({ prices, priceDiscounts }, file);
    assert.deepEqual(layerSettings({}).prices, {});
  });

  it('Bad input: a file with a price that is none is refused, and named', () => {
    for (const price of [
      { input: 1 },
      { ...good, output: -1 },
      { ...good, since: '2026-13-01' },
      { ...good, input: '1' },
      3,
    ]) {
      assert.equal(settingsFileSchema.safeParse({ prices: { one: price } }).success, false, JSON.stringify(price));
    }
    assert.equal(settingsFileSchema.safeParse({ priceDiscounts: { one: -1 } }).success, false);
  });

  it('Bad input: what was typed by hand: one slip takes nothing else with it', () => {
    const typed = {
      one: good,
      two: { input: 'x' },
      three: [good, null],
      four: 7,
      five: { ...good, longPrompt: { above: 0 } },
    };
    assert.deepEqual(readablePrices(typed, { a: 0.5, b: 'x', c: -1, d: Number.NaN }), {
      prices: { one: [good], three: [good] },
      priceDiscounts: { a: 0.5 },
    });
    for (const none of [null, undefined, 'x', 3, [good]]) {
      assert.deepEqual(readablePrices(none, none), { prices: {}, priceDiscounts: {} });
    }
  });
});
