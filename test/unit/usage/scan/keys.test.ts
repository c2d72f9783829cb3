import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Keys } from '../../../../src/core/usage/scan/keys';
import { sampled } from '../../support/sampled';

describe('usage keys', () => {
  it('numbers each text once, in the order in which they come', () => {
    const texts = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('', 'a\0', '\ud800')));
    fc.assert(
      fc.property(texts, (some) => {
        const keys = new Keys();
        const known = [...new Set(some)];
        assert.deepEqual(
          some.map((text) => keys.of(text)),
          some.map((text) => known.indexOf(text)),
        );
        assert.equal(keys.size, known.length);
        assert.deepEqual(
          known.map((_, number) => keys.at(number)),
          known,
        );
        assert.equal(keys.at(known.length), null);
      }),
      sampled(500),
    );
  });

  it('tells tens of thousands apart', () => {
    const keys = new Keys();
    const texts = Array.from({ length: 50_000 }, (_, index) => `claude\nmsg_${index * 7919}`);
    for (const [number, text] of texts.entries()) assert.equal(keys.of(text), number);
    for (const [number, text] of texts.entries()) assert.deepEqual([keys.of(text), keys.at(number)], [number, text]);
  });
});
