import { strict as assert } from 'node:assert';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { copyIgnored } from '../../../src/core/worktrees/copy/copyIgnored';
import { anchoredBases, reachesInto, readGlob } from '../../../src/core/worktrees/copy/globs';
import { addWorktree, commitAll, makeRepository, runGit, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';
import { depsFor } from './support';

function covering(text: string, file: string): string | null {
  const glob = readGlob(text);
  assert.ok(!('problem' in glob), text);
  return glob.covering(file);
}

describe('globs of files to bring along', () => {
  it('a glob that matches a folder means all in it, with or without `/**`', () => {
    for (const text of ['node_modules', 'node_modules/', './node_modules/**', 'node_modules/**/*']) {
      assert.equal(covering(text, 'node_modules'), 'node_modules', text);
      assert.equal(covering(text, 'node_modules/a/b'), 'node_modules', text);
      assert.equal(covering(text, 'src/node_modules'), null, text);
    }
    assert.equal(covering('**/node_modules/**', 'a/node_modules/b/node_modules/c'), 'a/node_modules');
    assert.equal(covering('**', 'a/b'), 'a');
    assert.equal(covering('a/*/c', 'a/b/c/d'), 'a/b/c');
  });

  it('a glob for files matches files, hidden ones too', () => {
    assert.equal(covering('.env*', '.env.local'), '.env.local');
    assert.equal(covering('*.key', 'a/b.key'), null);
    assert.equal(covering('**/*.key', 'a/.b.key'), 'a/.b.key');
    assert.equal(covering('conf/{a,b}.local', 'conf/b.local'), 'conf/b.local');
    assert.equal(covering('app/\\[id\\]/.env', 'app/[id]/.env'), 'app/[id]/.env');
  });

  it('only a pattern that begins with folders reaches into one', () => {
    assert.deepEqual(anchoredBases('# a/b\n!c/d\n.env\nnode_modules/\n/x\n/e/f\ng/*.key\n**/h\ni/j/ \r\n'), [
      'x',
      'e/f',
      'g',
      'i/j',
    ]);
    assert.ok(reachesInto('a', 'a/b') && reachesInto('a/b/c', 'a/b') && reachesInto('a', 'a'));
    assert.ok(!reachesInto('', 'a') && !reachesInto('ab', 'a') && !reachesInto('a', 'ab'));
  });
});

const names = ['a', 'b', '.env', 'x.log', 'key'];
const file = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const pattern = fc.constantFrom(
  'a',
  'b/',
  '*.log',
  '.env',
  '/a/b',
  'a/*',
  '!x.log',
  '**/key',
  '!/b/key',
  'key',
  '/b',
  'a/.env',
);

/** No file is in the place of another's folder. */
function fitting(files: readonly string[]): string[] {
  return [...new Set(files)].filter((each) => !files.some((other) => other.startsWith(`${each}/`)));
}

/** What git's rules in a file of patterns match of these files, asked of a repository of its own. */
async function matchedBy(dir: string, patterns: readonly string[], files: readonly string[]): Promise<Set<string>> {
  const judge = path.join(dir, 'judge');
  await mkdir(judge);
  await runGit(judge, 'init', '-q');
  await writeFile(path.join(judge, '.gitignore'), `${patterns.join('\n')}\n`);
  for (const each of files) {
    await mkdir(path.dirname(path.join(judge, each)), { recursive: true });
    await writeFile(path.join(judge, each), '');
  }
  const listed = await runGit(judge, 'ls-files', '-z', '--others', '--ignored', '--exclude-standard');
  return new Set(listed.split('\0'));
}

describe('what comes along', () => {
  it('is ignored and asked for, untouched by what is tracked, and complete outside ignored folders', async () => {
    const lists = fc.record({
      files: fc.array(file, { minLength: 1, maxLength: 12 }).map(fitting),
      ignore: fc.array(pattern, { minLength: 1, maxLength: 4 }),
      include: fc.array(pattern, { minLength: 1, maxLength: 4 }),
      tracked: fc.array(file, { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(lists, ({ files, ignore, include, tracked }) =>
        withTempDir(async (dir) => {
          const root = await makeRepository(dir);
          await writeFile(path.join(root, '.gitignore'), `${ignore.join('\n')}\n`);
          await writeFile(path.join(root, '.worktreeinclude'), `${include.join('\n')}\n`);
          await commitAll(root, 'patterns');
          for (const each of files) {
            await mkdir(path.dirname(path.join(root, each)), { recursive: true });
            await writeFile(path.join(root, each), `main ${each}`);
          }
          for (const each of tracked.filter((name) => files.includes(name))) await runGit(root, 'add', '-f', each);
          await runGit(root, 'commit', '-q', '--allow-empty', '-m', 'tracked');
          const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
          const before = await runGit(w, 'ls-files', '-z', '-s');

          const { copied } = await copyIgnored(await depsFor(root), { worktree: w, globs: [] });

          const listed = await runGit(root, 'ls-files', '-z', '--others', '--ignored', '--exclude-standard');
          const ignored = new Set(listed.split('\0').filter((name) => files.includes(name)));
          const wanted = await matchedBy(dir, include, files);
          const here = (await readdir(w, { recursive: true, withFileTypes: true }))
            .filter((each) => each.isFile())
            .map((each) => path.relative(w, path.join(each.parentPath, each.name)));
          const came = here.filter((name) => ignored.has(name));
          for (const name of came) {
            assert.ok(wanted.has(name), `${name} was not asked for`);
            assert.ok(
              copied.some((entry) => entry === name || (entry.endsWith('/') && name.startsWith(entry))),
              name,
            );
            assert.equal(await readFile(path.join(w, name), 'utf8'), `main ${name}`);
          }
          const whole = (await runGit(root, 'ls-files', '-z', '-o', '-i', '--exclude-standard', '--directory'))
            .split('\0')
            .filter((name) => name.endsWith('/'));
          for (const name of ignored) {
            if (!wanted.has(name) || whole.some((folder) => name.startsWith(folder))) continue;
            assert.ok(came.includes(name), `${name} is missing`);
          }
          assert.equal(await runGit(w, 'ls-files', '-z', '-s'), before);
          assert.equal(await runGit(w, 'status', '--porcelain'), '');
          await rm(path.join(dir, 'judge'), { recursive: true });
        }),
      ),
      sampled(12),
    );
  });
});
