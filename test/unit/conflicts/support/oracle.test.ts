import { strict as assert } from 'node:assert';
import path from 'node:path';
import type { Cell } from '../../../../src/contract/conflicts';
import { Building, type Recipe, type Step } from './build';
import { difference } from './compare';
import { inMemory } from './inMemory';
import { attributeLines, names } from './names';
import type { Change } from './operations';
import { Oracle, type Truth } from './oracle';

const nothing: Recipe = {
  config: [],
  info: [],
  attributesFile: [],
  modules: true,
  places: ['linked', 'linked', 'linked'],
  steps: [],
  dirt: [],
  later: [],
};
const add = (name: string, text: number): Change => ({ do: 'add', name: names.indexOf(name), lines: 12, text });
const attributes = (line: string): Change => ({ do: 'attributes', folder: 0, lines: [attributeLines.indexOf(line)] });
const commit = { do: 'commit' } as const;
const on = (side: number, ...acts: Step['act'][]): Step[] => acts.map((act) => ({ side, act }));

/** What is true of `main` (a) and `work-1` (b). */
function truth(recipe: Partial<Recipe>): Promise<Truth> {
  return inMemory(async (dir) => {
    const building = await Building.start(path.join(dir, 'live'), { ...nothing, ...recipe });
    const oracle = await Oracle.open(building.top, path.join(dir, 'truth'), building.sides);
    const found = (await oracle.pairs([['main', 'work-1']])).get('main work-1');
    assert.ok(found !== undefined);
    return found;
  });
}

const base = [...on(0, add('a.txt', 0), commit), ...on(1, { do: 'start', from: 0, back: 0 })];

describe('conflicts: the oracle of real merges', () => {
  it('tells conflicts with their files, uncommitted ones too', async () => {
    const found = await truth({ steps: [...base, ...on(0, add('a.txt', 1), commit)], dirt: on(1, add('a.txt', 2)) });
    assert.equal(found.verdict, 'conflict');
    assert.equal(found.direction, null);
    assert.deepEqual([...found.files], ['a.txt']);
    assert.equal(found.untracked.size, 0);
  });

  it('tells clean pairs', async () => {
    const found = await truth({ steps: [...base, ...on(0, add('a.txt', 1), commit)], dirt: on(1, add('b.txt', 2)) });
    assert.equal(found.verdict, 'clean');
  });

  it('tells the only direction that conflicts, by the attributes of who is checked out', async () => {
    const steps = [
      ...base,
      ...on(0, add('a.txt', 1), commit),
      ...on(1, add('a.txt', 2), attributes('*.txt merge=union'), commit),
    ];
    const found = await truth({ steps });
    assert.equal(found.verdict, 'conflict');
    assert.equal(found.direction, 'b-into-a');
  });

  it('tells that a driver ran', async () => {
    const config = attributes('* merge=theirs');
    const steps = [...on(0, config), ...base, ...on(0, add('a.txt', 1), commit), ...on(1, add('a.txt', 2), commit)];
    const found = await truth({ steps });
    assert.deepEqual([found.verdict, found.driver], ['clean', true]);
  });

  it('tells files that are untracked on both sides', async () => {
    const dirt = [...on(0, add('b.txt', 1)), ...on(1, add('b.txt', 2))];
    const found = await truth({ steps: base, dirt });
    assert.equal(found.verdict, 'conflict');
    assert.deepEqual([...found.untracked], ['b.txt']);
  });

  it('does not count ignored files', async () => {
    const ignore: Change = { do: 'ignore', rule: 0 };
    const ignored = (text: number): Change => ({ do: 'ignored', rule: 0, text });
    const found = await truth({
      steps: [...on(0, ignore), ...base],
      dirt: [...on(0, ignored(0)), ...on(1, ignored(1))],
    });
    assert.equal(found.verdict, 'clean');
  });

  it('tells unrelated histories, merges in progress and branches without a commit', async () => {
    const orphan = on(1, { do: 'start', from: 'orphan', back: 0 });
    const start = on(0, add('a.txt', 0), commit);
    const unrelated = await truth({ steps: [...start, ...orphan, ...on(1, add('b.txt', 0), commit)] });
    assert.deepEqual([unrelated.verdict, unrelated.reasons], ['unknown', ['unrelated histories']]);
    const unborn = await truth({ steps: [...start, ...orphan] });
    assert.deepEqual([unborn.verdict, unborn.reasons], ['unknown', ['no commit yet']]);
    const steps = [...base, ...on(0, add('a.txt', 1), commit), ...on(1, add('a.txt', 2), commit)];
    const stopped = await truth({ steps, dirt: on(1, { do: 'stop', with: 0 }) });
    assert.deepEqual([stopped.verdict, stopped.reasons], ['unknown', ['operation in progress']]);
  });

  it('tells submodules that moved forward, went apart, or are missing', async () => {
    const part = (n: number): Step['act'] => ({ do: 'submodule', path: 0, commit: n });
    const steps = (mine: number, theirs: number) => [
      ...on(0, part(0), ...base.map((step) => step.act).filter((act) => act.do !== 'start')),
      ...on(1, { do: 'start', from: 0, back: 0 }, part(theirs), commit),
      ...on(0, part(mine), commit),
    ];
    const found = async (mine: number, theirs: number, modules = true) => {
      const { verdict, reasons } = await truth({ steps: steps(mine, theirs), modules });
      return verdict === 'unknown' ? reasons : verdict;
    };
    assert.equal(await found(1, 2), 'clean');
    assert.equal(await found(2, 3), 'conflict');
    assert.deepEqual(await found(1, 2, false), ['submodule commit missing']);
    assert.deepEqual(await found(1, 5), ['submodule commit missing']);
  });

  it('finds every way in which a cell may be wrong', async () => {
    const steps = [...base, ...on(0, add('a.txt', 1), commit)];
    const found = await truth({ steps, dirt: on(1, add('a.txt', 2)) });
    const file = { path: 'a.txt', kind: 'content', type: null, who: null, strategy: null, candidate: false } as const;
    const right: Cell = {
      verdict: 'conflict',
      reason: null,
      detail: null,
      direction: null,
      driver: null,
      files: [file],
    };
    assert.equal(difference(right, found), null);
    const wrong: readonly Cell[] = [
      { ...right, verdict: 'clean', files: [] },
      { ...right, verdict: 'unknown', reason: 'timeout', files: [] },
      { ...right, direction: 'a-into-b' },
      { ...right, driver: 'union' },
      { ...right, files: [] },
      { ...right, files: [file, { ...file, path: 'b.txt' }] },
      { ...right, files: [{ ...file, kind: 'untracked' }] },
      { ...right, files: [{ ...file, pathBytes: Buffer.from('b.txt').toString('base64') }] },
    ];
    for (const cell of wrong) assert.notEqual(difference(cell, found), null);
  });
});
