import assert from 'node:assert/strict';
import { judgePair } from '../../../../src/core/conflicts/hazards/judge';
import { casesOf, lines } from './kindCases';
import { withFork } from './support';

const base = { 'src/app.ts': lines(40) };
const start = lines(40, { 2: 'a' });
const end = lines(40, { 38: 'b', 39: 'b' });

describe('conflicts: writes to one file', () => {
  casesOf('write', 'pair', {
    found: [
      {
        name: 'two ends of one file',
        base,
        a: { 'src/app.ts': start },
        b: { 'src/app.ts': end },
        file: 'src/app.ts',
        line: 2,
        says: ['a changes line 2 of src/app.ts and b changes lines 38–39'],
      },
      {
        name: 'a text that no parser reads',
        base: { 'docs/guide.md': lines(40) },
        a: { 'docs/guide.md': start },
        b: { 'docs/guide.md': end },
        file: 'docs/guide.md',
        line: 2,
        says: ['line 2 of docs/guide.md', 'lines 38–39'],
      },
      {
        name: 'the other side has the earlier lines',
        base,
        a: { 'src/app.ts': end },
        b: { 'src/app.ts': start },
        file: 'src/app.ts',
        line: 38,
        says: ['a changes lines 38–39 of src/app.ts and b changes line 2'],
      },
      {
        name: 'both scopes hold the file',
        base,
        a: { 'src/app.ts': start },
        b: { 'src/app.ts': end },
        rules: { a: { scope: ['src/**'] }, b: { scope: ['src/*.ts'] } },
        file: 'src/app.ts',
        line: 2,
        says: ['src/app.ts'],
      },
      {
        name: 'one side only adds lines, the other only takes some away',
        base,
        a: { 'src/app.ts': `more\nmore\n${lines(40)}` },
        b: { 'src/app.ts': lines(40).replace('line(30)\nline(31)\n', '') },
        file: 'src/app.ts',
        line: 1,
        says: ['lines 1–2', 'line 30'],
      },
      {
        name: 'places that take turns',
        base,
        a: { 'src/app.ts': lines(40, { 2: 'a', 35: 'a' }) },
        b: { 'src/app.ts': lines(40, { 18: 'b' }) },
        file: 'src/app.ts',
        line: 2,
        says: ['lines 2–35', 'line 18'],
      },
      {
        name: 'a name with spaces and letters of other alphabets',
        base: { 'src/größe und maß.py': lines(40) },
        a: { 'src/größe und maß.py': start },
        b: { 'src/größe und maß.py': end },
        file: 'src/größe und maß.py',
        line: 2,
        says: ['src/größe und maß.py'],
      },
      {
        name: 'one side renames the file and edits it, with its name kept',
        base,
        a: { 'src/app.ts': null, 'src/main/app.ts': start },
        b: { 'src/app.ts': end },
        file: 'src/main/app.ts',
        line: 1,
        says: ['src/main/app.ts', 'lines 38–39 of src/app.ts'],
      },
      {
        name: 'one side gives the file another name and edits it',
        base,
        a: { 'src/app.ts': end },
        b: { 'src/app.ts': null, 'src/application.ts': start },
        file: 'src/app.ts',
        line: 38,
        says: ['src/application.ts', 'the same file under another name'],
      },
      {
        name: 'one of many files that both change',
        base: { ...base, 'src/same.ts': lines(3), 'src/other.ts': lines(3) },
        a: { 'src/app.ts': start, 'src/same.ts': 'x\n' },
        b: { 'src/app.ts': end, 'src/same.ts': 'x\n', 'src/other.ts': 'y\n' },
        file: 'src/app.ts',
        line: 2,
        says: ['src/app.ts'],
      },
      {
        name: 'two tasks of one name in two plans',
        base,
        a: { 'src/app.ts': start },
        b: { 'src/app.ts': end },
        rules: { a: { plan: 'one', task: 'x' }, b: { plan: 'two', task: 'x' } },
        file: 'src/app.ts',
        line: 2,
        says: ['src/app.ts'],
      },
    ],
    near: [
      {
        name: 'two files',
        base: { ...base, 'src/b.ts': lines(9) },
        a: { 'src/app.ts': start },
        b: { 'src/b.ts': 'b\n' },
      },
      { name: 'the same content on both sides', base, a: { 'src/app.ts': start }, b: { 'src/app.ts': start } },
      { name: 'only one side changes it', base, a: { 'src/app.ts': start }, b: { 'src/new.ts': 'b\n' } },
      { name: 'both delete it', base, a: { 'src/app.ts': null }, b: { 'src/app.ts': null } },
      { name: 'both add it with one content', base, a: { 'src/n.ts': 'n\n' }, b: { 'src/n.ts': 'n\n' } },
      {
        name: 'files of one name in two folders',
        base: { 'a/index.ts': lines(9), 'b/index.ts': lines(9) },
        a: { 'a/index.ts': 'x\n' },
        b: { 'b/index.ts': 'y\n' },
      },
      {
        name: 'one side moves it as it is',
        base,
        a: { 'src/app.ts': null, 'src/main/app.ts': lines(40) },
        b: { 'src/app.ts': end },
      },
      {
        name: 'both are of one task',
        base,
        a: { 'src/app.ts': start },
        b: { 'src/app.ts': end },
        rules: { a: { task: 'x' }, b: { task: 'x' } },
      },
      {
        name: 'a lock file, which is told with the dependencies',
        base: { 'Cargo.lock': lines(40).replaceAll('line', '# line') },
        a: { 'Cargo.lock': `# a\n${lines(40).replaceAll('line', '# line')}` },
        b: { 'Cargo.lock': `${lines(40).replaceAll('line', '# line')}# b\n` },
      },
      {
        name: 'plans of Switchyard',
        base: { '.switchyard/p/plan.md': lines(40) },
        a: { '.switchyard/p/plan.md': start },
        b: { '.switchyard/p/plan.md': end },
      },
      { name: 'nothing is changed on one side', base, a: { 'src/app.ts': start }, b: {} },
    ],
  });

  it('a base owns nothing: what a side and its base change in one file is no hazard', async () => {
    await withFork({ base, a: { 'src/app.ts': start }, b: { 'src/app.ts': end } }, (sides) => {
      const [a, b] = sides.map(({ facts }) => ({ ...facts, rules: null }));
      assert.ok(a !== undefined && b !== undefined);
      const kinds = (withBase: boolean) => judgePair(a, b, withBase).map(({ kind }) => kind);
      assert.deepEqual([kinds(false), kinds(true)], [['write'], []]);
    });
  });
});
