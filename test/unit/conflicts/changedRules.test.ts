import { strict as assert } from 'node:assert';
import type { Recipe, Step } from './support/build';
import { attributeLines, drivers, names } from './support/names';
import type { Change } from './support/operations';
import { playRound, told } from './support/round';

const add: Change = { do: 'add', name: names.indexOf('a.txt'), lines: 40, text: 0 };
const replace = (at: number, text: number): Change => ({ do: 'edit', file: 0, how: 'replace', at, count: 1, text });
const line = (text: string) => [attributeLines.indexOf(text)];
const on = (side: number, ...acts: Step['act'][]): Step[] => acts.map((act) => ({ side, act }));
const commit = { do: 'commit' } as const;

/** Two sides that edit one file; far from each other, or the same line. */
function edits(where: 'apart' | 'same line'): Recipe {
  const steps = [
    ...on(0, add, commit),
    ...on(1, { do: 'start', from: 0, back: 0 }, replace(0, 1), commit),
    ...on(0, replace(where === 'apart' ? 80 : 0, 2), commit),
  ];
  return { config: [], info: [], attributesFile: [], modules: false, places: [], steps, dirt: [], later: [] };
}

/** Rules that come from no tree. The verdict with them; without them it is the other one. */
const cases: Readonly<Record<string, { recipe: Recipe; rule: Step['act']; verdict: string }>> = {
  'merge.default': {
    recipe: edits('apart'),
    rule: { do: 'configure', key: 'merge.default', value: 'binary' },
    verdict: 'conflict',
  },
  'info/attributes': {
    recipe: edits('apart'),
    rule: { do: 'rules', file: 'info/attributes', lines: line('* -merge') },
    verdict: 'conflict',
  },
  'the file that core.attributesFile names': {
    recipe: edits('apart'),
    rule: { do: 'rules', file: 'attributes-of-the-user', lines: line('* -merge') },
    verdict: 'conflict',
  },
  'the same, for less': {
    recipe: edits('same line'),
    rule: { do: 'rules', file: 'attributes-of-the-user', lines: line('* merge=union') },
    verdict: 'clean',
  },
  'the command of a driver': {
    recipe: { ...edits('same line'), info: line('* merge=ours') },
    rule: { do: 'configure', key: 'merge.ours.driver', value: drivers.fail ?? '' },
    verdict: 'conflict',
  },
};

describe('conflicts: rules of merging that change between two looks', () => {
  for (const [name, { recipe, rule, verdict }] of Object.entries(cases)) {
    it(`${name}`, async () => {
      const { differences, truths } = await playRound({ ...recipe, later: on(0, rule) });
      assert.deepEqual(differences.map(told), []);
      // The rule matters: before it was the other one.
      assert.equal(truths.get('main work-1')?.verdict, verdict);
      const before = await playRound(recipe);
      assert.notEqual(before.truths.get('main work-1')?.verdict, verdict);
    }).timeout(90_000);
  }
});
