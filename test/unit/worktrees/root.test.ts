import { strict as assert } from 'node:assert';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { WorktreeError } from '../../../src/core/worktrees/errors';
import { type MachineFacts, resolveWorktreeRoot } from '../../../src/core/worktrees/root';
import { verifyWorktree } from '../../../src/core/worktrees/verify';
import {
  addWorktree,
  makeBare,
  makeRepository,
  makeSubmodule,
  makeSymlinked,
  withTempDir,
} from '../support/repositories';
import { depsFor } from './support';

const usual = { worktreeRoot: null };
/** The repository is a mount of its own. */
const otherMount = (container: boolean, home: string): MachineFacts => ({
  device: async (folder) => (folder === home ? 2 : 1),
  writable: async () => true,
  inContainer: async () => container,
});

async function refused(promise: Promise<unknown>, reason: string, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(WorktreeError.is(error), String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    return true;
  });
}

describe('root of the worktrees', () => {
  it('is beside the repository, and is not made yet', () =>
    withTempDir(async (dir) => {
      const { layout } = await depsFor(await makeRepository(dir));
      const root = await resolveWorktreeRoot(layout, usual);
      assert.deepEqual(root, { root: path.join(dir, 'repo-worktrees'), inside: false, note: null });
    }));

  it('is the same from a linked worktree and through a symbolic link', () =>
    withTempDir(async (dir) => {
      const { root, link } = await makeSymlinked(dir);
      const linked = await addWorktree(root, path.join(dir, 'elsewhere', 'w'), 'b');
      for (const at of [root, link, linked]) {
        const { layout } = await depsFor(at);
        assert.equal((await resolveWorktreeRoot(layout, usual)).root, path.join(dir, 'real-worktrees'));
      }
    }));

  it('is beside a bare repository, without its .git', () =>
    withTempDir(async (dir) => {
      const { layout } = await depsFor((await makeBare(dir)).side);
      assert.equal((await resolveWorktreeRoot(layout, usual)).root, path.join(dir, 'project-worktrees'));
    }));

  it('is not inside the superproject of a submodule', () =>
    withTempDir(async (dir) => {
      const { layout } = await depsFor((await makeSubmodule(dir)).submodule);
      assert.equal((await resolveWorktreeRoot(layout, usual)).root, path.join(dir, 'super-part-worktrees'));
    }));

  it('is in the repository when that is a mount of a container, and says so', () =>
    withTempDir(async (dir) => {
      const home = await makeRepository(dir);
      const { layout } = await depsFor(home);
      const root = await resolveWorktreeRoot(layout, usual, otherMount(true, home));
      assert.equal(root.root, path.join(home, '.worktrees'));
      assert.equal(root.inside, true);
      assert.match(root.note ?? '', /switchyard\.worktreeRoot/);
    }));

  it('is refused on another mount outside a container, naming the setting', () =>
    withTempDir(async (dir) => {
      const home = await makeRepository(dir);
      const { layout } = await depsFor(home);
      await refused(
        resolveWorktreeRoot(layout, usual, otherMount(false, home)),
        'root-refused',
        /set switchyard\.worktreeRoot/,
      );
      const readOnly = { ...otherMount(false, ''), writable: async () => false };
      await refused(resolveWorktreeRoot(layout, usual, readOnly), 'root-refused', /not writable/);
    }));

  it('is what the setting says: absolute, relative to the main worktree, or from the home folder', () =>
    withTempDir(async (dir) => {
      const home = await makeRepository(dir);
      const { layout } = await depsFor(home);
      const at = async (worktreeRoot: string) => (await resolveWorktreeRoot(layout, { worktreeRoot })).root;
      assert.equal(await at(path.join(dir, 'x')), path.join(dir, 'x'));
      assert.equal(await at('../y'), path.join(dir, 'y'));
      assert.equal(await at('~/z'), path.join(homedir(), 'z'));
      const inside = await resolveWorktreeRoot(layout, { worktreeRoot: '.trees' });
      assert.equal(inside.inside, true);
      assert.match(inside.note ?? '', /kept out of git/);
    }));

  it('is never the repository, around it, or in its git directory', () =>
    withTempDir(async (dir) => {
      const { layout } = await depsFor(await makeRepository(dir));
      for (const worktreeRoot of ['.', '..', '/', '.git', '.git/trees']) {
        await refused(resolveWorktreeRoot(layout, { worktreeRoot }), 'root-refused', /set switchyard\.worktreeRoot/);
      }
    }));
});

describe('verifying a worktree', () => {
  it('accepts the worktree itself, also through a link', () =>
    withTempDir(async (dir) => {
      const { root, link } = await makeSymlinked(dir);
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'b');
      const { git, layout } = await depsFor(root);
      await verifyWorktree(git, worktree, layout.commonDir);
      await verifyWorktree(git, link, path.join(link, '.git'));
    }));

  it('refuses a folder in a checkout, another repository, no repository, a bare one, and nothing', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const other = await makeRepository(dir, { name: 'other' });
      const { bare } = await makeBare(path.join(dir));
      const { git, layout } = await depsFor(root);
      await mkdir(path.join(dir, 'plain'));
      const inside = path.join(root, 'src');
      for (const folder of [inside, other, path.join(dir, 'plain'), bare, path.join(dir, 'gone')]) {
        await refused(
          verifyWorktree(git, folder, layout.commonDir),
          'not-the-worktree',
          /is not the worktree it should be/,
        );
      }
    }));
});
