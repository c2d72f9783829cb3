import { strict as assert } from 'node:assert';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../../src/contract/events';
import { type Copied, type CopyDeps, copyIgnored } from '../../../src/core/worktrees/copy/copyIgnored';
import { addWorktree, commitAll, makeBare, makeRepository, withTempDir } from '../support/repositories';
import { depsFor } from './support';

interface Case {
  readonly dir: string;
  readonly root: string;
  readonly w: string;
  readonly deps: CopyDeps;
  /** Writes files of the main worktree, folders included. */
  readonly put: (files: Record<string, string>) => Promise<void>;
  readonly copy: (...globs: string[]) => Promise<Copied>;
}

/** A repository that ignores `.env`, `*.local`, `node_modules/` and `/conf/secret/`, and a linked worktree of it. */
async function withCase(fn: (c: Case) => Promise<void>, o: { settings?: string[] } = {}): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writeFile(path.join(root, '.gitignore'), '.env\n*.local\nnode_modules/\n/conf/secret/\n/build/\n');
    await commitAll(root, 'ignore');
    const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
    const found = await depsFor(root);
    const settings = { ...found.settings, worktreeIncludeFiles: o.settings ?? [] };
    const deps = { ...found, settings };
    const copy = (...globs: string[]) => copyIgnored(deps, { worktree: w, globs });
    await fn({ dir, root, w, deps, copy, put: (files) => put(root, files) });
  });
}

async function put(root: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

const paths = (leftOut: readonly LeftOut[]) => leftOut.map((each) => each.path);

describe('copying ignored files into a worktree', () => {
  it('brings what .worktreeinclude, the setting and the plan name, and nothing else', () =>
    withCase(
      async ({ w, copy, put: add }) => {
        await add({
          '.worktreeinclude': '# what a worktree needs\r\n.env\n/conf/secret/key\n',
          '.env': 'A=1',
          'src/.env': 'B=2',
          'a.local': 'by the setting',
          'node_modules/p/index.js': 'x',
          'node_modules/p/.env': 'not meant',
          'conf/secret/key': 'k',
          'conf/secret/other': 'not meant',
          'build/out': 'not meant',
          'untracked.txt': 'not ignored',
        });
        const { copied, leftOut } = await copy('node_modules/**', 'untracked.txt');
        assert.deepEqual(copied, ['.env', 'a.local', 'conf/secret/key', 'node_modules/', 'src/.env']);
        assert.deepEqual(paths(leftOut), ['untracked.txt']);
        assert.equal(await readFile(path.join(w, 'conf/secret/key'), 'utf8'), 'k');
        assert.deepEqual(await readdir(path.join(w, 'conf/secret')), ['key']);
        assert.equal(await readFile(path.join(w, 'node_modules/p/.env'), 'utf8'), 'not meant');
        assert.deepEqual((await readdir(w)).sort(), [
          '.env',
          '.git',
          '.gitignore',
          'a.local',
          'conf',
          'node_modules',
          'src',
        ]);
      },
      { settings: ['*.local'] },
    ));

  it('a bare repository has nothing to copy from', () =>
    withTempDir(async (dir) => {
      const { bare, side } = await makeBare(dir);
      const found = await depsFor(bare);
      assert.deepEqual(await copyIgnored(found, { worktree: side, globs: ['**'] }), { copied: [], leftOut: [] });
    }));

  it('keeps modes, times and links inside a folder, for many children as for few', () =>
    withCase(async ({ root, w, copy, put: add }) => {
      const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`node_modules/-p ${n}/i.js`, `${n}`]));
      await add({ ...many, 'build/bin/tool': 'x' });
      await chmod(path.join(root, 'build/bin/tool'), 0o751);
      await chmod(path.join(root, 'node_modules'), 0o750);
      await symlink('../-p 1/i.js', path.join(root, 'node_modules/-p 2/link'));
      for (const name of ['build/bin/tool', 'node_modules', 'node_modules/-p 7/i.js']) {
        await utimes(path.join(root, name), 1_000_000, 2_000_000);
      }
      assert.deepEqual((await copy('node_modules', 'build/**')).copied, ['build/', 'node_modules/']);
      assert.equal((await readdir(path.join(w, 'node_modules'))).length, 100);
      for (const name of ['build/bin/tool', 'node_modules', 'node_modules/-p 7/i.js']) {
        const [there, here] = [await stat(path.join(root, name)), await stat(path.join(w, name))];
        assert.deepEqual([here.mode, here.mtimeMs], [there.mode, there.mtimeMs], name);
      }
      assert.ok((await lstat(path.join(w, 'node_modules/-p 2/link'))).isSymbolicLink());
    }));
});
