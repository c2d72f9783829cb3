import assert from 'node:assert/strict';
import { judgeOwnership } from '../../../../src/core/conflicts/hazards/kinds/ownership';
import { casesOf, lines } from './kindCases';
import { findingsOf } from './support';

const base = {
  'src/db/user.ts': lines(9),
  'src/api/user.ts': lines(9),
  'README.md': lines(9),
  'src/index.ts': lines(9),
};
const scoped = (...scope: string[]) => ({ a: { scope } });

describe('conflicts: ownership', () => {
  casesOf('ownership', 'side', {
    found: [
      {
        name: 'a file outside is changed',
        base,
        a: { 'src/api/user.ts': lines(9, { 4: 'x' }) },
        rules: scoped('src/db/**'),
        file: 'src/api/user.ts',
        line: 4,
        says: ['a changes src/api/user.ts', 'scope', 'src/db/**'],
      },
      {
        name: 'a file outside is added',
        base,
        a: { 'src/api/new.ts': 'x\n' },
        rules: scoped('src/db/**'),
        file: 'src/api/new.ts',
        line: 1,
        says: ['a adds src/api/new.ts'],
      },
      {
        name: 'a file outside is deleted',
        base,
        a: { 'README.md': null },
        rules: scoped('src/**'),
        file: 'README.md',
        line: null,
        says: ['a deletes README.md'],
      },
      {
        name: 'a file is moved out of the scope',
        base,
        a: { 'src/db/user.ts': null, 'lib/user.ts': lines(9) },
        rules: scoped('src/db/**'),
        file: 'lib/user.ts',
        line: 1,
        says: ['moves src/db/user.ts to lib/user.ts'],
      },
      {
        name: 'a file is moved from outside to outside, told once',
        base,
        a: { 'README.md': null, 'docs/README.md': lines(9) },
        rules: scoped('src/**'),
        file: 'docs/README.md',
        line: 1,
        says: ['moves README.md to docs/README.md'],
      },
      {
        name: 'a dot file',
        base,
        a: { '.github/workflows/ci.yml': 'x\n' },
        rules: scoped('src/**'),
        file: '.github/workflows/ci.yml',
        line: 1,
        says: ['.github/workflows/ci.yml'],
      },
      {
        name: 'a folder that only begins like the one in the scope',
        base,
        a: { 'src/db-old/user.ts': 'x\n' },
        rules: scoped('src/db/**'),
        file: 'src/db-old/user.ts',
        line: 1,
        says: ['src/db-old/user.ts'],
      },
      {
        name: 'one star does not reach into folders',
        base,
        a: { 'src/db/deep/user.ts': 'x\n' },
        rules: scoped('src/db/*'),
        file: 'src/db/deep/user.ts',
        line: 1,
        says: ['src/db/deep/user.ts'],
      },
      {
        name: 'a lock file whose manifest is outside',
        base: { ...base, 'package-lock.json': '{\n  "name": "p",\n  "version": "1.0.0"\n}\n' },
        a: { 'package-lock.json': '{\n  "name": "p",\n  "version": "1.0.1"\n}\n' },
        rules: scoped('src/**'),
        file: 'package-lock.json',
        line: 3,
        says: ['package-lock.json'],
      },
      {
        name: 'a picture, which has no lines',
        base: { ...base, 'logo.png': 'a\0b' },
        a: { 'logo.png': 'c\0d' },
        rules: scoped('src/**'),
        file: 'logo.png',
        line: 1,
        says: ['logo.png'],
      },
      {
        name: 'other letter case is another path',
        base,
        a: { 'SRC/db/x.ts': 'x\n' },
        rules: scoped('src/**'),
        file: 'SRC/db/x.ts',
        line: 1,
        says: ['SRC/db/x.ts'],
      },
    ],
    near: [
      { name: 'a file in the scope', base, a: { 'src/db/user.ts': 'x\n' }, rules: scoped('src/db/**') },
      { name: 'a new folder in the scope', base, a: { 'src/db/a/b/c.ts': 'x\n' }, rules: scoped('src/db/**') },
      { name: 'a dot file in the scope', base, a: { 'src/db/.env.example': 'x\n' }, rules: scoped('src/db/**') },
      { name: 'no scope is said', base, a: { 'README.md': 'x\n' }, rules: { a: {} } },
      { name: 'no task', base, a: { 'README.md': 'x\n' } },
      {
        name: 'plans of Switchyard',
        base,
        a: { '.switchyard/p/a.md': 'x\n', '.switchyard/p/plan.md': 'y\n' },
        rules: scoped('src/**'),
      },
      { name: 'a folder named without stars', base, a: { 'src/db/user.ts': 'x\n' }, rules: scoped('src/db') },
      {
        name: 'a folder with brackets in its name',
        base,
        a: { 'app/[id]/(auth)/page.tsx': 'x\n' },
        rules: scoped('app/[id]/(auth)/**'),
      },
      { name: 'braces', base, a: { 'src/api/user.ts': 'x\n' }, rules: scoped('src/{api,db}/**') },
      {
        name: 'one of several globs',
        base,
        a: { 'README.md': 'x\n', 'src/db/user.ts': 'y\n' },
        rules: scoped('src/db/**', 'README.md'),
      },
      {
        name: 'a lock file that follows a manifest in the scope',
        base: { ...base, 'package.json': '{}\n', 'package-lock.json': '{}\n' },
        a: { 'package.json': '{"dependencies": {"zod": "^4.0.0"}}\n', 'package-lock.json': '{ }\n' },
        rules: scoped('package.json', 'src/**'),
      },
      {
        name: 'a contract file, which is told as such',
        base,
        a: { 'src/index.ts': 'x\n' },
        rules: { a: { scope: ['src/db/**'], contract: ['src/index.ts'] } },
      },
    ],
  });

  it('tells each of a few files, and the rest of very many at once', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`x/${String(n).padStart(2, '0')}.md`, 'x\n']),
    );
    const { a } = await findingsOf({ base, a: many }, { a: { scope: ['src/**'] } });
    const found = a.filter(({ kind }) => kind === 'ownership');
    assert.equal(found.length, 21);
    assert.match(found.at(-1)?.message ?? '', /10 more files .* x\/20\.md\.$/);
    assert.equal(new Set(found.map(({ subject }) => subject)).size, 21);
  });

  it('asks nothing of a side without rules', () => {
    assert.deepEqual(judgeOwnership({ ref: 'a', files: [], folders: new Map(), rules: null }), []);
  });
});
