import { strict as assert } from 'node:assert';
import { budgetText, parseBudget } from '../../../src/extension/commands/budgetInput';
import type { Translate } from '../../../src/extension/words';

const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));

describe('what people write for a budget', () => {
  it('is money, tokens, both or nothing', () => {
    const cases: readonly [string, object | null][] = [
      ['$5', { usd: 5 }],
      ['2.50 USD', { usd: 2.5 }],
      ['200k tokens', { tokens: 200_000 }],
      ['$2.50, 1.5M tokens', { usd: 2.5, tokens: 1_500_000 }],
      [' 900 Tokens ;  $ 1 ', { usd: 1, tokens: 900 }],
      ['', null],
      ['  ', null],
    ];
    for (const [text, budget] of cases) assert.deepEqual(parseBudget(text, t), budget, text);
  });

  it('is told as it can be read again', () => {
    for (const budget of [{ usd: 0.25 }, { tokens: 20_000_001 }, { usd: 12, tokens: 5 }]) {
      assert.deepEqual(parseBudget(budgetText(budget), t), budget);
    }
  });

  it('is refused where it says anything else', () => {
    for (const text of ['5', '$-5', '1e9 tokens', '$5 $6', '$5, $6', 'all of it', '$0', '0 tokens', '$1,000']) {
      assert.equal(typeof parseBudget(text, t), 'string', text);
    }
  });
});
