import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError } from '../../../../src/core/worktrees/errors';
import { addWorktree, makeRepository, otherDisk, runGit, withTempDir } from '../../support/repositories';
import { make, makeMessyRepository } from './mess';
import { stateOf } from './state';
import { cleanBothLayers, cleanIt, restoreIt, trashDeps } from './trashSupport';

/** A file system of its own, or null where nobody may mount one. */
function mount(folder: string, options: string): (() => void) | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    // A container without the right to mount.
    return null;
  }
  return () => execFileSync('umount', [folder]);
}

async function reasonOf(work: Promise<unknown>): Promise<WorktreeError> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  assert.ok(WorktreeError.is(error), `refused: ${String(error)}`);
  return error;
}

/** Cleans and restores; everything must be as before. */
async function roundTrip(root: string, worktree: string, worktreeRoot: string | null = null): Promise<string> {
  const before = await stateOf(worktree);
  const deps = await trashDeps(root, worktreeRoot);
  const record = await cleanBothLayers(deps, worktree);
  assert.equal(existsSync(worktree), false);
  await restoreIt(deps, record);
  assert.deepEqual(await stateOf(worktree), before);
  return record.trash;
}

async function dirtied(root: string, worktree: string, ...names: string[]): Promise<string> {
  const made = await addWorktree(root, worktree, 'agent/api');
  let count = 0;
  for (const name of names) {
    assert.ok(
      await make({ worktree: made, next: () => ++count, secret: 'ignored', copied: [], hidden: new Set() }, name, 2),
      name,
    );
  }
  return made;
}

describe('trash: bad input', () => {
  it('disk full: a clear error, and nothing is changed', async function () {
    await withTempDir(async (dir) => {
      const small = path.join(dir, 'small');
      await mkdir(small);
      const unmount = mount(small, 'size=1m');
      if (unmount === null) return this.skip();
      try {
        const root = await makeRepository(dir);
        const worktree = await dirtied(root, path.join(small, 'api'), 'untracked');
        // Not a byte is left, and no more folders either.
        await writeFile(path.join(worktree, 'big.log'), Buffer.alloc(2 << 20)).catch(() => undefined);
        const before = await stateOf(worktree);
        const deps = await trashDeps(root, small);
        const error = await reasonOf(cleanIt(deps, worktree));
        assert.equal(error.reason, 'cannot-move');
        assert.match(error.message, /the disk is full/);
        assert.deepEqual(await stateOf(worktree), before);
        assert.equal(await runGit(root, 'for-each-ref', 'refs/switchyard'), '');
        assert.doesNotMatch(await runGit(root, 'worktree', 'list', '--porcelain'), /^locked/m);
      } finally {
        unmount();
      }
    });
  });

  it('read-only file system: a clear error, and nothing is changed', async function () {
    await withTempDir(async (dir) => {
      const disk = path.join(dir, 'disk');
      await mkdir(disk);
      const unmount = mount(disk, 'size=8m');
      if (unmount === null) return this.skip();
      try {
        const root = await makeRepository(dir);
        const worktree = await dirtied(root, path.join(disk, 'api'), 'untracked');
        execFileSync('mount', ['-o', 'remount,ro', disk]);
        const before = await stateOf(worktree);
        const error = await reasonOf(cleanIt(await trashDeps(root, disk), worktree));
        assert.equal(error.reason, 'cannot-move');
        assert.match(error.message, /read-only/);
        assert.deepEqual(await stateOf(worktree), before);
        assert.equal(await runGit(root, 'for-each-ref', 'refs/switchyard'), '');
      } finally {
        unmount();
      }
    });
  });

  it('worktree root on another disk: the trash lies beside it, or the administrative folder in the store', async function () {
    await withTempDir(async (dir) => {
      await withTempDir(async (other) => {
        if ((await stat(dir)).dev === (await stat(other)).dev) return this.skip();
        const root = await makeMessyRepository(dir);
        const worktree = await dirtied(root, path.join(other, 'api'), 'untracked', 'ignored file');
        // Root and worktree there: only the administrative folder lies on the repository's disk.
        const trash = await roundTrip(root, worktree, other);
        assert.equal(path.dirname(trash), path.join(other, '.trash'));
        // The root on the repository's disk, the worktree not.
        assert.equal(path.dirname(await roundTrip(root, worktree)), path.join(other, '.trash'));
        assert.deepEqual(await readdir(path.join(root, '.git', 'switchyard', 'trash')), []);
      }, otherDisk());
    });
  });

  it('a folder of somebody else where the trash would be, or a link: another place, never through it', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      await mkdir(path.join(dir, 'public'));
      await mkdir(path.join(dir, 'repo-worktrees'));
      await symlink(path.join(dir, 'public'), path.join(dir, 'repo-worktrees', '.trash'));
      const worktree = await dirtied(root, path.join(dir, 'elsewhere', 'api'), 'ignored file');
      assert.equal(path.dirname(await roundTrip(root, worktree)), path.join(dir, 'elsewhere', '.trash'));
      assert.deepEqual(await readdir(path.join(dir, 'public')), []);
      await runGit(root, 'worktree', 'move', worktree, path.join(dir, 'repo-worktrees', 'api'));
      const error = await reasonOf(cleanIt(await trashDeps(root), path.join(dir, 'repo-worktrees', 'api')));
      assert.match(error.message, /is a link or belongs to somebody else/);
    }));

  it('conflicted index', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const worktree = await dirtied(root, path.join(dir, 'repo-worktrees', 'api'), 'conflicted index');
      assert.match(await runGit(worktree, 'status', '--porcelain'), /^(UU|AA)/m);
      await roundTrip(root, worktree);
      await runGit(worktree, 'merge', '--abort');
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
    }));

  it('a stopped rebase goes on after the restore', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const worktree = await dirtied(root, path.join(dir, 'repo-worktrees', 'api'), 'stopped rebase');
      await roundTrip(root, worktree);
      await runGit(worktree, 'rebase', '--abort');
      assert.equal(await runGit(worktree, 'branch', '--show-current'), 'agent/api');
    }));

  it('an autostash that holds an ignored file: in no ref, and back after a gc', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const place = path.join(dir, 'repo-worktrees', 'api');
      const worktree = await dirtied(root, place, 'ignored file that was staged by force', 'stopped rebase');
      const autostash = path.join(root, '.git', 'worktrees', 'api', 'rebase-merge', 'autostash');
      const stash = (await readFile(autostash, 'utf8')).trim();
      assert.match(await runGit(worktree, 'ls-tree', '-r', '--name-only', stash), /\.env$/m);
      const before = await stateOf(worktree);
      const deps = await trashDeps(root);
      const record = await cleanBothLayers(deps, worktree);
      await runGit(root, 'clone', '-q', '--mirror', `file://${root}`, path.join(dir, 'mirror.git'));
      await assert.rejects(runGit(path.join(dir, 'mirror.git'), 'cat-file', '-e', stash));
      await runGit(root, 'gc', '-q', '--prune=now');
      await assert.rejects(runGit(root, 'cat-file', '-e', stash));
      await restoreIt(deps, record);
      assert.deepEqual(await stateOf(worktree), before);
      await runGit(worktree, 'rebase', '--abort');
      assert.match(await runGit(worktree, 'status', '--porcelain'), /file-00009\.txt/);
    }));

  it('detached HEAD', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const worktree = await dirtied(root, path.join(dir, 'repo-worktrees', 'api'), 'detached commit');
      const head = await runGit(worktree, 'rev-parse', 'HEAD');
      const deps = await trashDeps(root);
      const record = await cleanBothLayers(deps, worktree);
      assert.equal(record.branch, null);
      await runGit(root, 'gc', '-q', '--prune=now');
      const restored = await restoreIt(deps, record);
      assert.deepEqual([restored.branch, restored.head], [null, head]);
      await runGit(worktree, 'fsck', '--no-dangling', '--no-progress');
    }));

  it('names with newlines, of files, the worktree and the repository', () =>
    withTempDir(async (dir) => {
      const odd = path.join(dir, 'line\nbreak');
      await mkdir(odd);
      const root = await makeMessyRepository(odd);
      const worktree = await dirtied(root, path.join(odd, 'repo-worktrees', 'a\npi'), 'names with newlines');
      await roundTrip(root, worktree);
      assert.equal(await runGit(worktree, 'branch', '--show-current'), 'agent/api');
    }));

  it('worktree inside the main worktree: no git sees the trash there', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      await writeFile(path.join(root, '.git', 'info', 'exclude'), '/.worktrees/\n');
      const worktree = await dirtied(root, path.join(root, '.worktrees', 'api'), 'untracked');
      const deps = await trashDeps(root, path.join(root, '.worktrees'));
      const record = await cleanBothLayers(deps, worktree);
      assert.equal(path.dirname(record.trash), path.join(root, '.worktrees', '.trash'));
      await writeFile(path.join(root, '.git', 'info', 'exclude'), '');
      assert.equal(await runGit(root, 'status', '--porcelain', '--untracked-files=all'), '');
      await restoreIt(deps, record);
    }));

  it('files unreadable: moved all the same, and back with their modes', async function () {
    // For root everything is readable.
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const worktree = await dirtied(root, path.join(dir, 'repo-worktrees', 'api'));
      await mkdir(path.join(worktree, 'closed'));
      await writeFile(path.join(worktree, 'closed', 'file'), 'closed');
      await chmod(path.join(worktree, 'closed', 'file'), 0);
      await chmod(path.join(worktree, 'closed'), 0o500);
      const deps = await trashDeps(root);
      const record = await cleanIt(deps, worktree);
      await restoreIt(deps, record);
      assert.equal((await stat(path.join(worktree, 'closed'))).mode & 0o777, 0o500);
      assert.equal((await stat(path.join(worktree, 'closed', 'file'))).mode & 0o777, 0);
      await chmod(path.join(worktree, 'closed'), 0o700);
    });
  });

  it('a submodule still works when the worktree comes back under another administrative name', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const place = path.join(dir, 'repo-worktrees', 'api');
      const worktree = await dirtied(root, place, 'submodule with its own commit');
      const part = path.join(worktree, 'libs', 'part');
      const own = await runGit(part, 'rev-parse', 'HEAD');
      const deps = await trashDeps(root);
      const record = await cleanBothLayers(deps, worktree);
      await addWorktree(root, path.join(dir, 'elsewhere', 'api'), 'other');
      await restoreIt(deps, record);
      assert.match(await readFile(path.join(worktree, '.git'), 'utf8'), /worktrees\/api1$/m);
      assert.equal(await runGit(part, 'rev-parse', 'HEAD'), own);
      assert.equal(await runGit(part, 'status', '--porcelain'), '?? dirty.txt');
      assert.match(await runGit(worktree, 'status', '--porcelain'), /^ M libs\/part$/m);
    }));

  it('repository and worktrees moved together while one lay in the trash', () =>
    withTempDir(async (dir) => {
      const old = path.join(dir, 'old');
      await mkdir(old);
      const root = await makeMessyRepository(old);
      const place = path.join(old, 'repo-worktrees', 'api');
      const worktree = await dirtied(root, place, 'untracked', 'submodule with its own commit');
      const before = await runGit(worktree, 'status', '--porcelain');
      const record = await cleanBothLayers(await trashDeps(root), worktree);
      const moved = path.join(dir, 'new');
      await rename(old, moved);
      const restored = await restoreIt(await trashDeps(path.join(moved, 'repo')), record);
      assert.equal(restored.from, 'trash');
      assert.equal(restored.worktree, path.join(moved, 'repo-worktrees', 'api'));
      assert.equal(await runGit(restored.worktree, 'status', '--porcelain'), before);
      assert.match(await runGit(path.join(restored.worktree, 'libs', 'part'), 'status', '--porcelain'), /dirty\.txt/);
    }));
});
