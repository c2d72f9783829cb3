import { strict as assert } from 'node:assert';
import type { ResolutionType } from '../../../../src/contract/conflicts';
import { delicateImports, imports } from './corpus/imports';
import { type Case, judged } from './support';

const corpus: readonly (readonly [ResolutionType, readonly Case[]])[] = [
  ['import ordering', imports],
  ['same file, different sections', delicateImports],
];

const automated: readonly ResolutionType[] = ['import ordering', 'package lock file'];

describe('conflicts: who resolves a conflicting file, by the resolution table', () => {
  for (const [type, cases] of corpus) {
    describe(type, () => {
      for (const each of cases) {
        it(each.name, async () => {
          const said = await judged(each);
          const wanted = each.type === undefined ? type : each.type;
          const who = each.who ?? (wanted !== null && automated.includes(wanted) ? 'automated' : 'human');
          assert.deepEqual({ type: said.type, who: said.who }, { type: wanted, who });
          assert.equal(said.candidate, who === 'automated');
          assert.equal(said.strategy === null, wanted === null);
        });
      }
    });
  }
});
