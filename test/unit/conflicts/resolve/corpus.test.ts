import { strict as assert } from 'node:assert';
import { type ResolutionType, resolutionTypes } from '../../../../src/contract/conflicts';
import { configuration } from './corpus/configuration';
import { functions } from './corpus/functions';
import { delicateImports, imports } from './corpus/imports';
import { doubtfulLocks, locks } from './corpus/locks';
import { sections } from './corpus/sections';
import { tests } from './corpus/tests';
import { types } from './corpus/types';
import { type Case, type Judged, judgedAll, saidOf } from './support';

const corpus: Readonly<Record<ResolutionType, readonly Case[]>> = {
  'import ordering': imports,
  'package lock file': locks,
  'same file, different sections': [...sections, ...delicateImports],
  'same function': functions,
  'type definition': types,
  'test overlap': tests,
  configuration: [...configuration, ...doubtfulLocks],
};
const automated: readonly ResolutionType[] = ['import ordering', 'package lock file'];

describe('conflicts: who resolves a conflicting file, by the resolution table', () => {
  const cases = resolutionTypes.flatMap((type) => corpus[type]);
  let judged: readonly Judged[] = [];

  before('all merged, for real and in memory', async function () {
    this.timeout(60_000);
    judged = await judgedAll(cases);
  });

  for (const type of resolutionTypes) {
    describe(type, () => {
      for (const each of corpus[type]) {
        it(each.name, () => {
          const found = judged[cases.indexOf(each)];
          assert.ok(found);
          const said = saidOf(each, found);
          const wanted = each.type === undefined ? type : each.type;
          const who = each.who ?? (wanted !== null && automated.includes(wanted) ? 'automated' : 'human');
          assert.deepEqual({ type: said.type, who: said.who }, { type: wanted, who });
          assert.equal(said.candidate, who === 'automated');
        });
      }
    });
  }
});
