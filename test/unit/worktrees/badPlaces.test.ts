import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { WorktreeError } from '../../../src/core/worktrees/errors';
import { type MakeOptions, makeWorktree } from '../../../src/core/worktrees/make/makeWorktree';
import { recoverMake } from '../../../src/core/worktrees/make/recoverMake';
import { chooseNames } from '../../../src/core/worktrees/names';
import { resolveWorktreeRoot } from '../../../src/core/worktrees/root';
import { bundled } from '../support/bundled';
import { addWorktree, commitAll, makeBare, makeRepository, runGit, withTempDir } from '../support/repositories';
import { depsFor, makerProgram } from './support';

const posix = process.platform !== 'win32';
const ref = { plan: 'plan', task: 'api' };
const run = promisify(execFile);

async function options(root: string, worktree: string): Promise<MakeOptions> {
  return { ref, branch: 'agent/api', worktree, base: await runGit(root, 'rev-parse', 'HEAD') };
}

async function refusal(promise: Promise<unknown>, reason: string, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(WorktreeError.is(error), String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    assert.ok(!error.message.includes('\n'), error.message);
    return true;
  });
}

async function assertUntouched(root: string): Promise<void> {
  assert.equal(await runGit(root, 'branch', '--list', 'agent/*'), '');
  assert.equal(existsSync(path.join(root, '.git', 'worktrees')), false);
  assert.equal(await runGit(root, 'status', '--porcelain'), '');
}

/** A file system of its own, of `size`, while `fn` runs; null where the system does not let us. */
async function withDisk(dir: string, size: string, fn: (disk: string) => Promise<void>): Promise<boolean> {
  const disk = path.join(dir, 'disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
  } catch {
    // Not root, or not allowed in this container.
    return false;
  }
  try {
    await fn(disk);
  } finally {
    await run('umount', ['-l', disk]);
  }
  return true;
}

describe('places of worktrees: bad input', function () {
  this.timeout(60_000);

  it('a worktree root that is a symlink leading out of the repository’s parent: followed, and said where', async () =>
    withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'here'));
      await mkdir(path.join(dir, 'far', 'away'), { recursive: true });
      const root = await makeRepository(path.join(dir, 'here'));
      await symlink(
        path.join(dir, 'far', 'away'),
        path.join(dir, 'here', 'repo-worktrees'),
        posix ? 'dir' : 'junction',
      );
      const deps = await depsFor(root);
      const found = await resolveWorktreeRoot(deps.layout, { worktreeRoot: null });
      assert.equal(found.root, path.join(dir, 'far', 'away'));
      assert.match(found.note ?? '', /far.away, where .*repo-worktrees leads/);
      const names = await chooseNames(deps.git, deps.layout, ref, { template: 'agent/{task}', wanted: null, ...found });
      const made = await makeWorktree(deps, await options(root, names.worktree));
      assert.equal(made.worktree, path.join(dir, 'far', 'away', 'api'));
      assert.equal(await runGit(made.worktree, 'status', '--porcelain'), '');
    }));

  it('such a symlink into another repository, into a worktree, or to nowhere: refused', async () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const other = await makeRepository(dir, { name: 'other' });
      const deps = await depsFor(root);
      const link = path.join(dir, 'repo-worktrees');
      await mkdir(path.join(other, 'src', 'trees'));
      for (const target of [path.join(other, 'src', 'trees'), other, path.join(other, '.git')]) {
        await symlink(target, link, posix ? 'dir' : 'junction');
        const usual = resolveWorktreeRoot(deps.layout, { worktreeRoot: null });
        await refusal(usual, 'root-refused', /inside another repository or worktree, .*other/);
        await refusal(makeWorktree(deps, await options(root, path.join(link, 'api'))), 'root-refused', /another/);
        await rm(link);
      }
      for (const target of [root, path.join(root, '.git', 'x'), path.join(dir, 'gone')]) {
        await symlink(target, link, posix ? 'dir' : 'junction');
        await refusal(resolveWorktreeRoot(deps.layout, { worktreeRoot: null }), 'root-refused', /No worktree/);
        await rm(link);
      }
      await assertUntouched(root);
      assert.equal(await runGit(other, 'status', '--porcelain'), '');
    }));

  it('a repository-committed symlink at the target: never followed', async () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(dir, 'precious'));
      await symlink(path.join(dir, 'precious'), path.join(root, '.worktrees'), posix ? 'dir' : 'junction');
      await mkdir(path.join(root, 'trees'));
      await symlink(path.join(dir, 'precious'), path.join(root, 'trees', 'api'), posix ? 'dir' : 'junction');
      await commitAll(root, 'links');
      const deps = await depsFor(root);
      const asRoot = resolveWorktreeRoot(deps.layout, { worktreeRoot: '.worktrees' });
      await refusal(asRoot, 'root-refused', /\.worktrees is a link inside the repository/);
      for (const worktree of ['.worktrees/api', '.worktrees/deep/api', 'trees/api']) {
        const making = makeWorktree(deps, await options(root, path.join(root, worktree)));
        await refusal(making, 'root-refused', /is a link inside the repository/);
      }
      // Another name is chosen where only the one is taken.
      const at = { template: 'agent/{task}', wanted: null, root: path.join(root, 'trees') };
      assert.equal((await chooseNames(deps.git, deps.layout, ref, at)).folder, 'plan-api');
      assert.deepEqual(await readdir(path.join(dir, 'precious')), []);
      await assertUntouched(root);
    }));

  it('a symlink at the very place outside of the repository: exists, not followed', async () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(dir, 'precious'));
      for (const target of ['precious', 'gone']) {
        await symlink(path.join(dir, target), path.join(dir, 'w'), posix ? 'dir' : 'junction');
        const making = makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w')));
        await refusal(making, 'exists', /exists already/);
        await rm(path.join(dir, 'w'));
      }
      assert.deepEqual(await readdir(path.join(dir, 'precious')), []);
      await assertUntouched(root);
    }));

  it('a worktree inside a worktree: refused', async () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const inside = await addWorktree(root, path.join(root, '.worktrees', 'a'), 'a');
      const beside = await addWorktree(root, path.join(dir, 'b'), 'b');
      for (const worktree of [inside, beside]) {
        const making = makeWorktree(deps, await options(root, path.join(worktree, 'deep', 'api')));
        await refusal(making, 'root-refused', /inside another repository or worktree/);
        const asRoot = resolveWorktreeRoot(deps.layout, { worktreeRoot: worktree });
        await refusal(asRoot, 'root-refused', /inside another repository or worktree/);
        assert.equal(existsSync(path.join(worktree, 'deep')), false);
      }
    }));

  it('a home folder under version control, and a bare repository beside its worktrees: no surprise', async () =>
    withTempDir(async (dir) => {
      const home = await makeRepository(dir, { name: 'home' });
      const root = await makeRepository(home, { name: 'project' });
      const made = await makeWorktree(await depsFor(root), await options(root, path.join(home, 'trees', 'api')));
      assert.equal(await runGit(made.worktree, 'branch', '--show-current'), 'agent/api');
      const { bare, main } = await makeBare(path.join(dir));
      const around = path.join(dir, 'around');
      await mkdir(around);
      await run('mv', [bare, path.join(around, '.bare')]);
      await rm(main, { recursive: true });
      await writeFile(path.join(around, '.git'), 'gitdir: ./.bare\n');
      await runGit(around, 'worktree', 'prune');
      await makeWorktree(await depsFor(around), await options(around, path.join(around, 'api')));
      assert.equal(await runGit(path.join(around, 'api'), 'status', '--porcelain'), '');
    }));

  it('a worktree root on another disk: works when it is named', async function () {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const could = await withDisk(dir, '20m', async (disk) => {
        assert.notEqual((await stat(disk)).dev, (await stat(root)).dev);
        const deps = await depsFor(root);
        const found = await resolveWorktreeRoot(deps.layout, { worktreeRoot: disk });
        const made = await makeWorktree(deps, await options(root, path.join(found.root, 'api')));
        assert.equal(await runGit(made.worktree, 'status', '--porcelain'), '');
        await runGit(root, 'worktree', 'remove', made.worktree);
      });
      if (!could) this.skip();
    });
  });

  it('disk full where the worktree is: said, undone at once, and made when there is space', async function () {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(root, 'src', 'large.bin'), Buffer.alloc(3_000_000, 7));
      await commitAll(root, 'large');
      const could = await withDisk(dir, '2m', async (disk) => {
        const deps = await depsFor(root);
        const making = async () => makeWorktree(deps, await options(root, path.join(disk, 'api')));
        await refusal(making(), 'git-failed', /unable to write file src.large\.bin.*see whether the disk is full/);
        assert.deepEqual(await readdir(disk), []);
        await assertUntouched(root);
        assert.deepEqual(await readdir(deps.journalDir), []);
        await run('mount', ['-o', 'remount,size=20m', disk]);
        assert.equal(await runGit((await making()).worktree, 'status', '--porcelain'), '');
        await runGit(root, 'worktree', 'remove', path.join(disk, 'api'));
      });
      if (!could) this.skip();
    });
  });

  for (const [name, filler] of [
    ['while files are checked out', 5_000_000],
    ['before anything', 12_000_000],
  ] as const) {
    it(`disk full under the repository and the worktree, ${name}: settled at the latest when there is space`, async function () {
      await withTempDir(async (dir) => {
        const could = await withDisk(dir, '12m', async (disk) => {
          const root = await makeRepository(disk, { files: 300 });
          await writeFile(path.join(root, 'src', 'large.txt'), 'a line of text\n'.repeat(200_000));
          await commitAll(root, 'large');
          await runGit(root, 'gc', '-q');
          const deps = await depsFor(root);
          await writeFile(path.join(disk, 'filler'), Buffer.alloc(filler, 7)).catch(() => undefined);
          const making = async () => makeWorktree(deps, await options(root, path.join(disk, 'api')));
          const error = await making().catch((failure: unknown) => failure);
          assert.ok(WorktreeError.is(error), String(error));
          assert.match(error.message, /disk is full/);
          await rm(path.join(disk, 'filler'));
          // As a start of another process would: this one has given up.
          await recoverMake(deps);
          assert.equal(existsSync(path.join(disk, 'api')), false, deps.lines.join('\n'));
          assert.equal(await runGit(root, 'branch', '--list', 'agent/*'), '');
          assert.equal((await runGit(root, 'worktree', 'list')).split('\n').length, 1);
          assert.equal(await runGit((await making()).worktree, 'status', '--porcelain'), '');
        });
        if (!could) this.skip();
      });
    });
  }

  it('a read-only file system: refused, with the setting named', async function () {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const could = await withDisk(dir, '2m', async (disk) => {
        await run('mount', ['-o', 'remount,ro', disk]);
        const making = makeWorktree(await depsFor(root), await options(root, path.join(disk, 'trees', 'api')));
        await refusal(making, 'root-refused', /read-only; .*switchyard\.worktreeRoot/);
        const there = makeWorktree(await depsFor(root), await options(root, path.join(disk, 'api')));
        await refusal(there, 'root-refused', /read-only; .*switchyard\.worktreeRoot/);
        await assertUntouched(root);
      });
      if (!could) this.skip();
    });
  });

  it('a folder that may not be written: refused', async function () {
    // Root may write everywhere, so it needs another user; nobody else can become one.
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const child = await bundled(makerProgram);
      await mkdir(path.join(dir, 'closed'));
      const o = JSON.stringify(await options(root, path.join(dir, 'closed', 'x', 'api')));
      await run('chown', ['-R', '65534:65534', dir]);
      await run('chown', ['0:0', path.join(dir, 'closed')]);
      const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      const config = path.join(dir, 'gitconfig');
      await writeFile(config, '');
      const env = { ...process.env, GIT_CONFIG_GLOBAL: config, HOME: dir };
      const making = run('setpriv', [...nobody, process.execPath, child, root, o], { env });
      await assert.rejects(
        making,
        /WorktreeError: No worktree can be made in .*closed.x because it may not be written/,
      );
      assert.deepEqual(await readdir(path.join(dir, 'closed')), []);
    });
  });

  it('a container with only the repository mounted: in the repository, kept out of git', async () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const machine = {
        device: async (folder: string) => (folder === root ? 2 : 1),
        writable: async () => true,
        inContainer: async () => true,
      };
      const found = await resolveWorktreeRoot(deps.layout, { worktreeRoot: null }, machine);
      const made = await makeWorktree(deps, await options(root, path.join(found.root, 'api')));
      assert.equal(made.worktree, path.join(root, '.worktrees', 'api'));
      assert.equal(await runGit(root, 'status', '--porcelain'), '');
      await runGit(root, 'add', '-A');
      assert.equal(await runGit(root, 'status', '--porcelain'), '');
    }));

  it('names with newlines: in the root and in the repository’s own path', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'a\nb'));
      const root = await makeRepository(path.join(dir, 'a\nb'), { name: 'c\nd' });
      // The hook's path is told in the same answer as the ids.
      const hook = path.join(root, '.git', 'hooks', 'post-checkout');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, '#!/bin/sh\ntouch ran\n');
      await chmod(hook, 0o755);
      const deps = await depsFor(root);
      const found = await resolveWorktreeRoot(deps.layout, { worktreeRoot: '../e\nf' });
      const made = await makeWorktree(deps, await options(root, path.join(found.root, 'api')));
      assert.equal(made.worktree, await realpath(path.join(dir, 'a\nb', 'e\nf', 'api')));
      assert.equal(await runGit(made.worktree, 'status', '--porcelain'), '?? ran');
    });
  });
});
