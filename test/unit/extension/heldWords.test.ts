import assert from 'node:assert/strict';
import { heldWords } from '../../../src/extension/commands/heldWords';
import type { Translate } from '../../../src/extension/words';

const t: Translate = (text, ...args) => text.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)]));

describe('words about tasks that are held', () => {
  const held = (...all: [string, string][]) => all.map(([name, reason]) => ({ name, reason }));

  it('says each reason once, with the tasks that it holds', () => {
    assert.equal(
      heldWords(t, held(['A', 'its budget is used'], ['B', 'no place'], ['C', 'its budget is used'])),
      'A, C: its budget is used; B: no place',
    );
  });

  it('counts what would be too long for a message, and stays on one line', () => {
    const all = held(['A', '1'], ['B', '2\n2'], ['C', '3'], ['D', '3'], ['E', '4']);
    assert.equal(heldWords(t, all), 'A: 1; B: 2 2; and 3 more');
  });
});
