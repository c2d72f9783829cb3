import { strict as assert } from 'node:assert';
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../../src/contract/events';
import { type Copied, type CopyDeps, copyIgnored } from '../../../src/core/worktrees/copy/copyIgnored';
import { WorktreeError } from '../../../src/core/worktrees/errors';
import {
  addWorktree,
  commitAll,
  makeBare,
  makeRepository,
  makeSubmodule,
  runGit,
  withTempDir,
} from '../support/repositories';
import { depsFor } from './support';

interface Case {
  readonly dir: string;
  readonly root: string;
  readonly w: string;
  readonly deps: CopyDeps;
  /** Writes files of the main worktree, folders included. */
  readonly add: (files: Record<string, string>) => Promise<void>;
  readonly copy: (...globs: string[]) => Promise<Copied>;
  /** A file of the worktree; null: it is not there. */
  readonly read: (file: string) => Promise<string | null>;
}

/** A repository with some ignored paths, and a linked worktree of it. */
async function withCase(fn: (c: Case) => Promise<void>, o: { settings?: string[] } = {}): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writeFile(path.join(root, '.gitignore'), '.env\n*.local\nnode_modules/\n/conf/secret/\n/build/\n');
    await commitAll(root, 'ignore');
    const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
    const found = await depsFor(root);
    const deps = { ...found, settings: { ...found.settings, worktreeIncludeFiles: o.settings ?? [] } };
    const copy = (...globs: string[]) => copyIgnored(deps, { worktree: w, globs });
    const read = (file: string) => readFile(path.join(w, file), 'utf8').catch(() => null);
    await fn({ dir, root, w, deps, copy, read, add: (files) => put(root, files) });
    const names = await readdir(w);
    assert.deepEqual(
      names.filter((name) => name.startsWith('.switchyard')),
      [],
      'nothing is left behind',
    );
  });
}

async function put(root: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

const paths = (leftOut: readonly LeftOut[]) => leftOut.map((each) => each.path);
const whyOf = (leftOut: readonly LeftOut[], name: string) => leftOut.find((each) => each.path === name)?.why ?? '';

describe('copying ignored files: what is asked for', () => {
  it('brings what .worktreeinclude, the setting and the plan name, and nothing else', () =>
    withCase(
      async ({ w, copy, add, read }) => {
        await add({
          '.worktreeinclude': '# what a worktree needs\r\n.env\n/conf/secret/key\n',
          '.env': 'A=1',
          'src/.env': 'B=2',
          'a.local': 'by the setting',
          'node_modules/p/index.js': 'x',
          'node_modules/p/.env': 'in a folder that is meant as a whole',
          'conf/secret/key': 'k',
          'conf/secret/other': 'not meant',
          'build/out': 'not meant',
          'untracked.txt': 'not ignored',
        });
        const { copied, leftOut } = await copy('node_modules/**', 'untracked.txt', 'not-there.txt');
        assert.deepEqual(copied, ['.env', 'a.local', 'conf/secret/key', 'node_modules/', 'src/.env']);
        assert.deepEqual(paths(leftOut), ['untracked.txt']);
        assert.equal(await read('conf/secret/key'), 'k');
        assert.deepEqual(await readdir(path.join(w, 'conf/secret')), ['key']);
        assert.notEqual(await read('node_modules/p/.env'), null);
        assert.deepEqual((await readdir(w)).sort(), [
          '.env',
          '.git',
          '.gitignore',
          'a.local',
          'conf',
          'node_modules',
          'src',
        ]);
        assert.equal(await runGit(w, 'status', '--porcelain'), '');
      },
      { settings: ['*.local'] },
    ));

  it('a pattern for any depth does not reach into a folder that is ignored as a whole', () =>
    withCase(async ({ copy, add }) => {
      await add({ '.worktreeinclude': '.env\n', 'node_modules/p/.env': 'x', 'conf/secret/a.local': 'y', '.env': 'z' });
      assert.deepEqual(await copy('**/*.local'), { copied: ['.env'], leftOut: [] });
      assert.deepEqual(await copy('conf/**/*.local'), { copied: ['.env', 'conf/secret/a.local'], leftOut: [] });
    }));

  it('takes part of an ignored folder when the pattern begins with it', () =>
    withCase(async ({ w, copy, add }) => {
      await add({ 'build/cache/a/1': '1', 'build/cache/b': '2', 'build/out': '3', 'build/x.map': '4' });
      assert.deepEqual((await copy('build/cache/**', 'build/*.map')).copied, ['build/cache/', 'build/x.map']);
      assert.deepEqual((await readdir(path.join(w, 'build'))).sort(), ['cache', 'x.map']);
    }));

  it('a folder that git names though only its files are ignored comes file by file', () =>
    withCase(async ({ root, copy, add }) => {
      await add({ 'only/a.local': '1', 'only/b.local': '2' });
      assert.deepEqual((await copy('only')).copied, ['only/a.local', 'only/b.local']);
      assert.equal(await runGit(root, 'status', '--porcelain'), '');
    }));

  it('a bare repository has nothing to copy from', () =>
    withTempDir(async (dir) => {
      const { bare, side } = await makeBare(dir);
      const found = await depsFor(bare);
      assert.deepEqual(await copyIgnored(found, { worktree: side, globs: ['**'] }), { copied: [], leftOut: [] });
    }));

  it('nothing asked for costs no process', () =>
    withCase(async ({ deps, copy }) => {
      const before = deps.git.started;
      assert.deepEqual(await copy(), { copied: [], leftOut: [] });
      assert.equal(deps.git.started, before);
    }));

  it('never copies plans, other worktrees, or the trash beside them', () =>
    withCase(async ({ root, copy, add }) => {
      await writeFile(path.join(root, '.git', 'info', 'exclude'), '/.switchyard/\n/.worktrees/\n/trees/\n/pad/\n');
      await addWorktree(root, path.join(root, 'trees', 'one'), 'one');
      await addWorktree(root, path.join(root, 'pad', 'in', 'two'), 'two');
      await add({
        '.switchyard/p/plan.md': 'x',
        '.worktrees/.trash/1/worktree/.env': 'secret',
        'trees/.trash/1/worktree/.env': 'secret',
        'pad/note': 'x',
        '.env': 'e',
      });
      const { copied, leftOut } = await copy('**');
      assert.deepEqual(copied, ['.env']);
      assert.deepEqual(paths(leftOut).sort(), ['pad/', 'trees/']);
    }));

  it('refuses the main worktree as a target', () =>
    withCase(async ({ root, deps }) => {
      const isRefused = (error: unknown) => WorktreeError.is(error) && error.reason === 'not-the-worktree';
      await assert.rejects(copyIgnored(deps, { worktree: root, globs: ['**'] }), isRefused);
    }));
});

describe('copying ignored files: bad input', () => {
  it('an absolute path, "..", an exclusion, an open bracket: each is named and brings nothing', () =>
    withCase(async ({ dir, root, copy, add }) => {
      await add({ '.worktreeinclude': '../outside\n/../outside\n', 'a.local': 'x' });
      await writeFile(path.join(dir, 'outside'), 'secret');
      const bad = [
        `${root}/a.local`,
        '/etc/passwd',
        '~/.ssh/**',
        'C:\\secrets',
        '../outside',
        'x/../../outside',
        '!a',
        '[a',
        '',
      ];
      const { copied, leftOut } = await copy(...bad);
      assert.deepEqual(copied, []);
      assert.deepEqual(paths(leftOut), bad);
    }));

  it('a tracked file is never overwritten, a file that is there neither', () =>
    withCase(async ({ w, copy, add, read }) => {
      await add({ '.env': 'of main', 'a.local': 'of main', 'build/main': 'x' });
      await put(w, { '.env': 'tracked', 'a.local': 'its own', 'build/branch': 'tracked' });
      await runGit(w, 'add', '-f', '.env', 'build');
      await runGit(w, 'commit', '-q', '-m', 'track what main ignores');
      await rm(path.join(w, '.env'));
      await rm(path.join(w, 'build'), { recursive: true });
      const { copied, leftOut } = await copy('**');
      assert.deepEqual(copied, []);
      assert.match(whyOf(leftOut, '.env'), /branch tracks it/);
      assert.match(whyOf(leftOut, 'build/'), /branch tracks files in it/);
      assert.match(whyOf(leftOut, 'a.local'), /there already/);
      assert.deepEqual([await read('.env'), await read('a.local'), await read('build/main')], [null, 'its own', null]);
    }));

  it('what the branch does not ignore stays out of it: it could be committed', () =>
    withCase(async ({ root, w, copy, add }) => {
      await add({ 'secret.key': 'k', 'dist/out': 'x' });
      await writeFile(path.join(root, '.gitignore'), 'secret.key\ndist/\n');
      const { copied, leftOut } = await copy('secret.key', 'dist');
      assert.deepEqual(copied, []);
      assert.match(whyOf(leftOut, 'secret.key'), /does not ignore it/);
      assert.match(whyOf(leftOut, 'dist/'), /does not ignore it/);
      assert.equal(await runGit(w, 'status', '--porcelain'), '');
    }));

  it('a repository-committed symlink at the target is not followed', () =>
    withCase(async ({ dir, w, copy, add }) => {
      await add({ 'conf/secret/key': 'k', '.env': 'e', 'src/deep/.env': 'f' });
      const outside = path.join(dir, 'outside');
      await mkdir(outside);
      await symlink(outside, path.join(w, 'conf'));
      await symlink(path.join(outside, 'new'), path.join(w, '.env'));
      await writeFile(path.join(w, 'src', 'deep'), 'a file');
      await runGit(w, 'add', '-f', 'conf', '.env', 'src/deep');
      await runGit(w, 'commit', '-q', '-m', 'links');
      const { copied, leftOut } = await copy('**');
      assert.deepEqual(copied, []);
      assert.match(whyOf(leftOut, 'conf/secret/'), /conf is a symbolic link/);
      assert.match(whyOf(leftOut, 'src/deep/.env'), /src\/deep is no folder/);
      assert.match(whyOf(leftOut, '.env'), /there already/);
      assert.deepEqual(await readdir(outside), []);
    }));

  it('a source that is a link is named and not followed; links inside a folder stay links', () =>
    withCase(async ({ dir, root, w, copy, add }) => {
      await put(dir, { 'outside/secret': 's' });
      await add({ 'build/file': 'x' });
      await symlink('../outside/secret', path.join(root, '.env'));
      await symlink(path.join(dir, 'outside'), path.join(root, 'a.local'));
      await symlink(path.join(dir, 'outside'), path.join(root, 'build', 'link'));
      const { copied, leftOut } = await copy('**');
      assert.deepEqual(copied, ['build/']);
      assert.match(whyOf(leftOut, '.env'), /symbolic link/);
      assert.match(whyOf(leftOut, 'a.local'), /symbolic link/);
      assert.ok((await lstat(path.join(w, 'build', 'link'))).isSymbolicLink());
    }));

  it('a .worktreeinclude that is a link is not read', () =>
    withCase(async ({ dir, root, copy, add }) => {
      await add({ '.env': 'e' });
      await writeFile(path.join(dir, 'patterns'), '.env\n');
      await symlink('../patterns', path.join(root, '.worktreeinclude'));
      assert.deepEqual((await copy()).copied, []);
      assert.deepEqual(paths((await copy()).leftOut), ['.worktreeinclude']);
    }));

  it('a submodule or another repository in the worktree is not written into, filled or not', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      await writeFile(path.join(root, '.gitignore'), '.env\n');
      await runGit(root, 'rm', '-q', '--cached', 'libs/part');
      await runGit(root, 'config', '--unset-all', 'submodule.libs/part.active').catch(() => undefined);
      await rm(path.join(root, 'libs', 'part'), { recursive: true });
      const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
      await put(root, { 'libs/part/.env': 'x', 'libs/own/.env': 'y' });
      await writeFile(path.join(w, '.gitignore'), '.env\n');
      await runGit(w, 'init', '-q', 'libs/own');
      const deps = await depsFor(root);
      const { copied, leftOut } = await copyIgnored(deps, { worktree: w, globs: ['**/.env'] });
      assert.deepEqual(copied, []);
      assert.match(whyOf(leftOut, 'libs/part/.env'), /submodule/);
      assert.match(whyOf(leftOut, 'libs/own/.env'), /repository of its own/);
    }));

  it('names with newlines, blanks, dashes and glob characters are names', () =>
    withCase(async ({ copy, add, read }) => {
      const names = [
        '-rf.local',
        'a\nb.local',
        'x [1]*?.local',
        "it's é.local",
        'conf/secret/k\n',
        'node_modules/-p/\n',
      ];
      await add(Object.fromEntries(names.map((name, n) => [name, String(n)])));
      const { copied, leftOut } = await copy('**');
      assert.deepEqual(
        [...copied],
        ['-rf.local', 'a\nb.local', 'conf/secret/', "it's é.local", 'node_modules/', 'x [1]*?.local'],
      );
      assert.deepEqual(leftOut, []);
      for (const [n, name] of names.entries()) assert.equal(await read(name), String(n));
    }));

  it('names that are not UTF-8 come along inside a folder and are named on their own', function () {
    // APFS and NTFS have no such names.
    if (process.platform !== 'linux') this.skip();
    return withCase(async ({ root, w, copy, add }) => {
      await add(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`build/${n}/f`, 'x'])));
      const odd = Buffer.from([0xff, 0xfe]);
      await writeFile(Buffer.concat([Buffer.from(`${root}/build/`), odd]), 'odd');
      await writeFile(Buffer.concat([Buffer.from(`${root}/`), odd, Buffer.from('.local')]), 'odd');
      const { copied, leftOut } = await copy('**');
      assert.deepEqual(copied, ['build/']);
      assert.deepEqual(
        leftOut.map(({ why }) => why),
        ['its name is not UTF-8; rename it'],
      );
      assert.equal((await readdir(path.join(w, 'build'))).length, 51);
      assert.equal(await readFile(Buffer.concat([Buffer.from(`${w}/build/`), odd]), 'utf8'), 'odd');
    });
  });
});

describe('copying ignored files: a copy is like its source', () => {
  it('keeps modes, times and links inside a folder, for many children as for few', () =>
    withCase(async ({ root, w, copy, add }) => {
      const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`node_modules/-p ${n}/i.js`, `${n}`]));
      await add({ ...many, 'build/bin/tool': 'x', 'run.local': 'x' });
      await chmod(path.join(root, 'build/bin/tool'), 0o751);
      await chmod(path.join(root, 'run.local'), 0o500);
      await chmod(path.join(root, 'node_modules'), 0o750);
      await symlink('../-p 1/i.js', path.join(root, 'node_modules/-p 2/link'));
      const looked = ['build/bin/tool', 'node_modules', 'node_modules/-p 7/i.js', 'run.local'];
      for (const name of looked) await utimes(path.join(root, name), 1_000_000, 2_000_000);
      assert.deepEqual((await copy('node_modules', 'build/**', '*.local')).copied, [
        'build/',
        'node_modules/',
        'run.local',
      ]);
      assert.equal((await readdir(path.join(w, 'node_modules'))).length, 100);
      for (const name of looked) {
        const [there, here] = [await stat(path.join(root, name)), await stat(path.join(w, name))];
        assert.deepEqual([here.mode, here.mtimeMs, here.size], [there.mode, there.mtimeMs, there.size], name);
      }
      assert.ok((await lstat(path.join(w, 'node_modules/-p 2/link'))).isSymbolicLink());
    }));

  it('does not share content: a change in one is not seen in the other', () =>
    withCase(async ({ root, w, copy, add }) => {
      await add({ '.env': 'A=1', 'build/a': '1' });
      await copy('**');
      await writeFile(path.join(w, '.env'), 'changed');
      await writeFile(path.join(w, 'build/a'), 'changed');
      assert.equal(await readFile(path.join(root, '.env'), 'utf8'), 'A=1');
      assert.equal(await readFile(path.join(root, 'build/a'), 'utf8'), '1');
      assert.equal((await stat(path.join(w, '.env'))).nlink, 1);
    }));

  it('run again it brings what is new, names what it brought before, and touches nothing', () =>
    withCase(async ({ w, copy, add, read }) => {
      await add({ '.env': 'A=1', 'build/a': '1' });
      const first = await copy('**');
      await writeFile(path.join(w, '.env'), 'changed by the agent');
      await add({ 'new.local': 'n', '.env': 'A=2' });
      const second = await copy('**');
      assert.deepEqual(second, { copied: [...first.copied, 'new.local'], leftOut: [] });
      assert.equal(await read('.env'), 'changed by the agent');
    }));
});
