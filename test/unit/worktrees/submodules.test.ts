import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillSubmodules } from '../../../src/core/worktrees/submodules';
import { bundled } from '../support/bundled';
import {
  addWorktree,
  commitAll,
  makeRepository,
  makeSubmodule,
  runGit,
  testEnvironment,
  withTempDir,
} from '../support/repositories';
import { depsFor, gitSetting, until } from './support';

const child = fileURLToPath(new URL('./fillInChild.ts', import.meta.url));

/** `libs/part`, which itself has the submodule `deep`. */
async function makeNested(dir: string): Promise<{ root: string; worktree: string }> {
  const deep = await makeRepository(dir, { name: 'deep-source' });
  const part = await makeRepository(dir, { name: 'part-source' });
  await runGit(part, 'submodule', '--quiet', 'add', deep, 'deep');
  await commitAll(part, 'add deep');
  const root = await makeRepository(dir, { name: 'super' });
  await runGit(root, 'submodule', '--quiet', 'add', part, 'libs/part');
  await commitAll(root, 'add part');
  await runGit(root, 'submodule', '--quiet', 'update', '--init', '--recursive');
  return { root, worktree: await addWorktree(root, path.join(dir, 'w'), 'b') };
}

describe('submodules of a worktree', function () {
  this.timeout(60_000);

  it('costs no git process where there are none', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      const deps = await depsFor(root);
      const before = deps.git.started;
      assert.deepEqual(await fillSubmodules(deps, worktree), { filled: [], leftOut: [] });
      assert.equal(deps.git.started, before);
    }));

  it('fills nested ones too, leaves what is filled alone, and needs nothing of the main worktree afterwards', () =>
    withTempDir(async (dir) => {
      const { root, worktree } = await makeNested(dir);
      const deps = await depsFor(root);
      const first = await fillSubmodules(deps, worktree);
      assert.deepEqual(first, { filled: ['libs/part', 'libs/part/deep'], leftOut: [] });
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
      assert.ok(existsSync(path.join(worktree, 'libs/part/deep/src/000/file-00000.txt')));
      const modules = path.join(root, '.git', 'worktrees', 'w', 'modules', 'libs', 'part');
      assert.equal(existsSync(path.join(modules, 'objects', 'info', 'alternates')), false, 'nothing is borrowed');
      assert.equal(existsSync(path.join(root, '.git', 'worktrees', 'w', 'switchyard-submodules')), false);

      const part = path.join(worktree, 'libs/part');
      await writeFile(path.join(part, 'mine.txt'), 'mine');
      await runGit(part, 'add', '-A');
      await runGit(part, 'commit', '-q', '-m', 'mine');
      const mine = await runGit(part, 'rev-parse', 'HEAD');
      assert.deepEqual(await fillSubmodules(deps, worktree), { filled: [], leftOut: [] });
      assert.equal(await runGit(part, 'rev-parse', 'HEAD'), mine);
    }));

  it('leaves out what the user did not make active, as git does', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      const deps = await depsFor(root);
      await runGit(root, 'config', 'submodule.libs/part.active', 'false');
      assert.deepEqual(await fillSubmodules(deps, worktree), { filled: [], leftOut: [] });
      await runGit(root, 'config', '--unset', 'submodule.libs/part.active');
      await runGit(root, 'config', 'submodule.active', 'other');
      assert.deepEqual(await fillSubmodules(deps, worktree), { filled: [], leftOut: [] });
      await runGit(root, 'config', 'submodule.active', 'libs');
      assert.deepEqual(await fillSubmodules(deps, worktree), { filled: ['libs/part'], leftOut: [] });
    }));

  it('names one that cannot be fetched in git’s own words, and fills it when it can', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      const deps = await depsFor(root);
      await rename(path.join(dir, 'part-source'), path.join(dir, 'away'));
      const { filled, leftOut } = await fillSubmodules(deps, worktree);
      assert.deepEqual(filled, []);
      assert.deepEqual(
        leftOut.map((each) => each.path),
        ['libs/part'],
      );
      assert.match(leftOut[0]?.why ?? '', /clone|does not exist/);
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '', 'the worktree is whole');
      await rename(path.join(dir, 'away'), path.join(dir, 'part-source'));
      assert.deepEqual(await fillSubmodules(deps, worktree), { filled: ['libs/part'], leftOut: [] });
    }));

  it('takes no name that leads out of the repository', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      const modules = path.join(worktree, '.gitmodules');
      await writeFile(modules, (await readFile(modules, 'utf8')).replace('"libs/part"', '"../../../evil"'));
      await runGit(root, 'config', 'submodule.active', '.');
      const { filled } = await fillSubmodules(await depsFor(root), worktree);
      assert.deepEqual(filled, []);
      assert.deepEqual((await readdir(dir)).sort(), ['part-source', 'super', 'w']);
    }));

  it('names a .gitmodules that cannot be read', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      await writeFile(path.join(worktree, '.gitmodules'), '[submodule "x\n');
      const { leftOut } = await fillSubmodules(await depsFor(root), worktree);
      assert.deepEqual(
        leftOut.map((each) => each.path),
        ['.gitmodules'],
      );
    }));

  it('fills one after another over all processes, and is done once', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const { root, worktree } = await makeNested(dir);
      const program = await bundled(child);
      const run = () =>
        new Promise<string>((resolve, reject) => {
          const one = spawn(process.execPath, [program, root, worktree], { env: testEnvironment() });
          let text = '';
          one.stdout.on('data', (data) => {
            text += String(data);
          });
          one.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}`))));
        });
      const all = (await Promise.all([run(), run(), run()])).map((text) => JSON.parse(text));
      assert.deepEqual(
        all.flatMap((each) => each.leftOut),
        [],
      );
      assert.deepEqual(all.flatMap((each) => each.filled).sort(), ['libs/part', 'libs/part/deep']);
    });
  });

  it('killed in the middle with its git: filled by the next run', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const source = await makeRepository(dir, { name: 'part-source', files: 20 });
      await writeFile(path.join(source, '.gitattributes'), 'src/** filter=hold\n');
      await commitAll(source, 'hold');
      const root = await makeRepository(dir, { name: 'super' });
      await runGit(root, 'submodule', '--quiet', 'add', source, 'libs/part');
      await commitAll(root, 'add part');
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      // Only the child's git knows the filter, and waits in it with the submodule's index locked.
      const held = path.join(dir, 'hold.sh');
      await writeFile(
        held,
        `#!/bin/sh\ntouch '${dir}/reached'; while [ ! -e '${dir}/go' ]; do sleep 0.02; done; cat\n`,
      );
      await chmod(held, 0o755);
      const extra = JSON.stringify(gitSetting('filter.hold.smudge', held));
      const args = [await bundled(child), root, worktree, extra];
      const maker = spawn(process.execPath, args, { env: testEnvironment(), stdio: 'ignore' });
      await until('the submodule is being filled', () => existsSync(path.join(dir, 'reached')));
      const admin = path.join(root, '.git', 'worktrees', 'w');
      const group = Number((await readFile(path.join(admin, 'switchyard-submodules'), 'utf8')).split(' ')[0]);
      const gone = new Promise((resolve) => maker.once('exit', resolve));
      maker.kill('SIGKILL');
      await gone;
      const deps = await depsFor(root);
      const busy = await fillSubmodules(deps, worktree);
      assert.match(busy.leftOut[0]?.why ?? '', /still filling/);
      process.kill(-group, 'SIGKILL');
      await until('git is gone', async () => (await fillSubmodules(deps, worktree)).leftOut.length === 0);
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
      assert.ok(existsSync(path.join(worktree, 'libs/part/src/000/file-00019.txt')));
      assert.equal(existsSync(path.join(admin, 'switchyard-submodules')), false);
    });
  });

  it('leaves large files of LFS as pointers when the user wants it', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const source = await makeRepository(dir, { name: 'part-source' });
      await writeFile(path.join(source, '.gitattributes'), 'src/** filter=lfs\n');
      await commitAll(source, 'lfs');
      const root = await makeRepository(dir, { name: 'super' });
      await runGit(root, 'submodule', '--quiet', 'add', source, 'libs/part');
      await commitAll(root, 'add part');
      const lfs = path.join(dir, 'lfs.sh');
      await writeFile(lfs, `#!/bin/sh\ncat >/dev/null; echo "skip=$GIT_LFS_SKIP_SMUDGE"\n`);
      await chmod(lfs, 0o755);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      const deps = await depsFor(root, gitSetting('filter.lfs.smudge', lfs));
      await fillSubmodules({ ...deps, settings: { ...deps.settings, skipLfs: true } }, worktree);
      const text = await readFile(path.join(worktree, 'libs/part/src/000/file-00000.txt'), 'utf8');
      assert.equal(text, 'skip=1\n');
    });
  });
});
