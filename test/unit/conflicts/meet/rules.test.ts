import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Facts } from '../../../../src/core/conflicts/meet/facts';
import type { KnownSide } from '../../../../src/core/conflicts/meet/meetings';
import { committedSnapshot } from '../../../../src/core/conflicts/side';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { type Commit, type File, testGit, writeHistory } from './history';
import { mergeTree } from './mergeTree';

const lines = (word: string) => Array.from({ length: 9 }, (_, line) => `${word} ${line}\n`).join('');
const file = (content: string): File => ({ mode: '100644', content });
const module = (digit: string): File => ({ mode: '160000', content: digit.repeat(40) });

const start: Readonly<Record<string, File>> = {
  one: file(lines('one')),
  two: file(lines('two')),
  'd/a': file(lines('a')),
  'd/b': file(lines('b')),
  'd/s/c': file(lines('c')),
  'other/x': file(lines('x')),
};

type Change = Readonly<Record<string, File | null>>;

const movedFolder: Change = {
  'd/a': null,
  'd/b': null,
  'd/s/c': null,
  'e/a': start['d/a'] ?? null,
  'e/b': start['d/b'] ?? null,
  'e/s/c': start['d/s/c'] ?? null,
};

/** What both sides change, and what the real git says of it. */
const cases: readonly (readonly [name: string, a: Change, b: Change, clean: boolean, meets: boolean])[] = [
  ['a file added to a folder that the other renamed', movedFolder, { 'd/new': file('new\n') }, false, true],
  ['a file added below a folder that the other renamed', movedFolder, { 'd/s/t/new': file('new\n') }, true, true],
  [
    'a file moved into a folder that the other renamed',
    movedFolder,
    { 'other/x': null, 'd/x': start['other/x'] ?? null },
    false,
    true,
  ],
  [
    'only a folder of a folder is renamed, and a file added there',
    { 'd/s/c': null, 'd/t/c': start['d/s/c'] ?? null },
    { 'd/s/new': file('new\n') },
    false,
    true,
  ],
  ['a file where the other has a folder', { g: file('g\n') }, { 'g/h/i': file('i\n') }, false, true],
  ['a submodule where the other has a folder', { g: module('1') }, { 'g/h': file('h\n') }, false, true],
  [
    'a file becomes a folder that the other adds to',
    { d: file('d\n'), ...deleted('d/') },
    { 'd/z': file('z\n') },
    false,
    true,
  ],
  ['both add it', { n: file('a\n') }, { n: file('b\n') }, false, true],
  ['one renames it, the other deletes it', { one: null, n: start.one ?? null }, { one: null }, false, true],
  ['both rename it', { one: null, n: start.one ?? null }, { one: null, m: start.one ?? null }, false, true],
  ['submodules at two commits', { g: module('1') }, { g: module('2') }, false, true],
  [
    'the mode on one side, the content on the other',
    { one: { mode: '100755', content: lines('one') } },
    { one: file('1\n') },
    true,
    true,
  ],
  ['one file edited by each', { one: file('1\n') }, { two: file('2\n') }, true, false],
  ['the same edit', { one: file('1\n') }, { one: file('1\n') }, true, false],
  ['a file renamed, another edited', { one: null, n: start.one ?? null }, { two: file('2\n') }, true, false],
  ['a folder renamed, a file added elsewhere', movedFolder, { 'other/y': file('y\n') }, true, false],
  [
    'a part of a folder moved, a file added there',
    { 'd/a': null, 'e/a': start['d/a'] ?? null },
    { 'd/n': file('n\n') },
    true,
    false,
  ],
  [
    'all of the top moved, a file added there',
    { one: null, two: null, 't/one': start.one ?? null, 't/two': start.two ?? null },
    { n: file('n\n') },
    true,
    false,
  ],
  ['names that differ in case only', { n: file('n\n') }, { N: file('N\n') }, true, false],
  ['attributes changed by one', { '.gitattributes': file('* merge=union\n') }, { one: file('1\n') }, true, false],
];

function deleted(folder: string): Change {
  return Object.fromEntries(Object.keys(start).flatMap((name) => (name.startsWith(folder) ? [[name, null]] : [])));
}

function changed(change: Change): Map<string, File> {
  const files = new Map(Object.entries(start));
  for (const [name, next] of Object.entries(change)) {
    if (next === null) files.delete(name);
    else files.set(name, next);
  }
  return files;
}

function known(commit: string): KnownSide {
  const snapshot = committedSnapshot({ commit, tree: '' }, '2026-01-01T00:00:00.000Z');
  return { side: { ref: commit, snapshot }, commit, head: commit };
}

describe('conflicts: what can meet', () => {
  for (const [name, a, b, clean, meets] of cases) {
    it(`${name}: ${meets ? 'is merged' : 'needs no merge'}`, async () => {
      await withTempDir(async (dir) => {
        const repository = path.join(dir, 'repo');
        await mkdir(repository);
        await runGit(repository, 'init', '-q');
        const first: Commit = { ref: 'main', parents: [], files: changed({}), date: 1_700_000_000 };
        const side = (ref: string, change: Change): Commit => ({ ...first, ref, parents: [0], files: changed(change) });
        const [, one = '', other = ''] = await writeHistory(repository, [first, side('a', a), side('b', b)]);
        const verdicts = await mergeTree(repository, [
          [one, other],
          [other, one],
        ]);
        assert.equal(verdicts.every(Boolean), clean, 'the real git');
        const pair = [known(one), known(other)] as const;
        const place = { cwd: repository, args: [], env: {} };
        const { meetings } = await new Facts(testGit()).find(place, { pairs: [pair], held: [] });
        assert.equal(meetings.of(...pair).meets, meets);
      }, memoryFolder());
    });
  }
});
