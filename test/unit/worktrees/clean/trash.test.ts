import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError } from '../../../../src/core/worktrees/errors';
import { cleanWorktree } from '../../../../src/core/worktrees/trash/clean';
import { deleteArchive, isInTrash } from '../../../../src/core/worktrees/trash/deleteArchive';
import { addWorktree, makeRepository, runGit, withTempDir, worktreePaths } from '../../support/repositories';
import { stateOf } from './state';
import { adminDirOf, cleanBothLayers, cleanIt, restoreIt, type TestDeps, targetOf, trashDeps } from './trashSupport';

interface Place {
  readonly dir: string;
  readonly root: string;
  readonly worktree: string;
  readonly deps: TestDeps;
}

/** A repository with the worktree `<dir>/repo-worktrees/api` on `agent/api`, with a change of each kind. */
async function withDirtyWorktree(fn: (place: Place) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await mkdir(path.join(dir, 'repo-worktrees'));
    const worktree = await addWorktree(root, path.join(dir, 'repo-worktrees', 'api'), 'agent/api');
    await writeFile(path.join(root, '.git', 'info', 'exclude'), '*.log\n');
    await writeFile(path.join(worktree, 'committed.txt'), 'committed\n');
    await runGit(worktree, 'add', '-A');
    await runGit(worktree, 'commit', '-qm', 'work');
    await writeFile(path.join(worktree, 'staged.txt'), 'staged\n');
    await runGit(worktree, 'add', '-A');
    await writeFile(path.join(worktree, 'staged.txt'), 'changed again\n');
    await writeFile(path.join(worktree, 'untracked.txt'), 'untracked\n');
    await writeFile(path.join(worktree, 'secret.log'), 'ignored\n');
    await fn({ dir, root, worktree, deps: await trashDeps(root) });
  });
}

async function rejectsWith(reason: string, work: Promise<unknown>): Promise<WorktreeError> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  assert.ok(WorktreeError.is(error), `refused: ${String(error)}`);
  assert.equal(error.reason, reason, error.message);
  return error;
}

async function assertNoJournal({ deps }: Place): Promise<void> {
  const left = (await readdir(path.join(deps.store.dir, 'cache'))).filter((name) => name.startsWith('journal-'));
  assert.deepEqual(left, []);
}

describe('trash: clean and restore', () => {
  it('moves the worktree with its administrative folder away and back, byte for byte', () =>
    withDirtyWorktree(async (place) => {
      const { root, worktree, deps, dir } = place;
      const before = await stateOf(worktree);
      const record = await cleanBothLayers(deps, worktree);
      assert.equal(record.trash, path.join(dir, 'repo-worktrees', '.trash', record.id));
      assert.deepEqual(await readdir(path.join(dir, 'repo-worktrees')), ['.trash']);
      const parts = ['admin', 'branch-reflog', 'dotgit', 'manifest.json', 'worktree'];
      assert.deepEqual((await readdir(record.trash)).sort(), parts);
      assert.equal((await stat(path.dirname(record.trash))).mode & 0o777, 0o700);
      assert.equal((await stat(record.trash)).mode & 0o777, 0o700);
      assert.deepEqual(await worktreePaths(root), [root]);
      assert.equal(await isInTrash(deps, record), true);
      const restored = await restoreIt(deps, record);
      assert.deepEqual(await stateOf(worktree), before);
      assert.equal(restored.from, 'trash');
      assert.equal(restored.branch, 'agent/api');
      assert.equal(restored.head, record.head);
      assert.deepEqual(restored.leftOut, []);
      assert.equal(existsSync(record.trash), false);
      assert.equal(await runGit(root, 'for-each-ref', 'refs/switchyard'), '');
      await assertNoJournal(place);
    }));

  it('a branch that goes with it comes back with its reflog', () =>
    withDirtyWorktree(async ({ root, worktree, deps }) => {
      const reflog = await readFile(path.join(root, '.git', 'logs', 'refs', 'heads', 'agent', 'api'), 'utf8');
      const tip = await runGit(worktree, 'rev-parse', 'HEAD');
      const record = await cleanIt(deps, worktree, { deleteBranch: { name: 'agent/api', tip } });
      assert.equal(record.branchDeleted, true);
      assert.equal(await runGit(root, 'branch', '--list', 'agent/*'), '');
      const before = await runGit(root, 'rev-parse', record.ref);
      assert.equal(before, tip);
      await restoreIt(deps, record);
      assert.equal(await runGit(root, 'rev-parse', 'agent/api'), tip);
      assert.equal(await readFile(path.join(root, '.git', 'logs', 'refs', 'heads', 'agent', 'api'), 'utf8'), reflog);
      assert.equal(await runGit(worktree, 'branch', '--show-current'), 'agent/api');
    }));

  it('a git that runs in the trash finds no repository, whoever has the name now', () =>
    withDirtyWorktree(async ({ root, worktree, deps }) => {
      const record = await cleanIt(deps, worktree);
      await addWorktree(root, worktree, 'agent/other');
      await assert.rejects(runGit(path.join(record.trash, 'worktree'), 'status'), /not a git repository/);
    }));

  it('restored beside another worktree that was given its name', () =>
    withDirtyWorktree(async ({ root, worktree, deps, dir }) => {
      const before = await stateOf(worktree);
      const record = await cleanIt(deps, worktree);
      const other = await addWorktree(root, path.join(dir, 'elsewhere', 'api'), 'agent/other');
      assert.ok(existsSync(adminDirOf(root, 'api')));
      await restoreIt(deps, record);
      assert.equal(await readFile(path.join(worktree, '.git'), 'utf8'), `gitdir: ${adminDirOf(root, 'api1')}\n`);
      const after = await stateOf(worktree);
      assert.deepEqual({ ...after, dotGit: before.dotGit }, before);
      assert.equal(await runGit(other, 'branch', '--show-current'), 'agent/other');
      assert.equal(await runGit(root, 'worktree', 'prune', '--verbose'), '');
    }));

  it('what was staged by force against the rules outlives a gc, and enters no ref', () =>
    withDirtyWorktree(async ({ root, worktree, deps }) => {
      await runGit(worktree, 'add', '--force', 'secret.log');
      await writeFile(path.join(worktree, 'more.txt'), 'more\n');
      await runGit(worktree, 'add', 'more.txt');
      // git notes the tree of what is staged in the index.
      await runGit(worktree, 'commit', '-qm', 'more', '--only', 'more.txt');
      const before = await stateOf(worktree);
      const blob = await runGit(worktree, 'rev-parse', ':secret.log');
      const record = await cleanBothLayers(deps, worktree);
      await runGit(root, 'reflog', 'expire', '--expire=now', '--all');
      await runGit(root, 'gc', '-q', '--prune=now');
      await assert.rejects(runGit(root, 'cat-file', '-e', blob), 'the repository has dropped it');
      await restoreIt(deps, record);
      assert.deepEqual(await stateOf(worktree), before);
      assert.equal(await runGit(worktree, 'cat-file', 'blob', blob), 'ignored');
      await runGit(worktree, 'fsck', '--no-dangling', '--no-progress');
    }));

  it('deleted for good: folder and ref, links not followed, read-only folders too', () =>
    withDirtyWorktree(async ({ root, worktree, deps, dir }) => {
      await mkdir(path.join(dir, 'precious'));
      await writeFile(path.join(dir, 'precious', 'file'), 'precious');
      await symlink(path.join(dir, 'precious'), path.join(worktree, 'link'));
      await mkdir(path.join(worktree, 'cache.log', 'module'), { recursive: true });
      await writeFile(path.join(worktree, 'cache.log', 'module', 'file'), '');
      await chmod(path.join(worktree, 'cache.log', 'module'), 0o500);
      const record = await cleanIt(deps, worktree);
      await deleteArchive(deps, record);
      assert.equal(existsSync(record.trash), false);
      assert.equal(await runGit(root, 'for-each-ref', 'refs/switchyard'), '');
      assert.equal(await readFile(path.join(dir, 'precious', 'file'), 'utf8'), 'precious');
      assert.equal(await isInTrash(deps, record), false);
      await deleteArchive(deps, record);
    }));
});

describe('trash: refuses, and nothing is changed', () => {
  /** Cleans, which must be refused, and compares. */
  async function refused(place: Place, reason: string, o: Parameters<typeof cleanIt>[2] = {}): Promise<WorktreeError> {
    const before = await stateOf(place.worktree);
    const error = await rejectsWith(reason, cleanIt(place.deps, place.worktree, o));
    assert.deepEqual(await stateOf(place.worktree), before);
    assert.equal(await runGit(place.root, 'for-each-ref', 'refs/switchyard'), '', 'no archive of what was not cleaned');
    await assertNoJournal(place);
    return error;
  }

  it('git-locked worktree', () =>
    withDirtyWorktree(async (place) => {
      await runGit(place.root, 'worktree', 'lock', '--reason', 'on a stick', place.worktree);
      assert.match((await refused(place, 'locked-worktree')).message, /on a stick/);
    }));

  it('index locked', () =>
    withDirtyWorktree(async (place) => {
      await writeFile(path.join(adminDirOf(place.root, 'api'), 'index.lock'), '');
      assert.match((await refused(place, 'in-use')).message, /index\.lock exists/);
    }));

  it('worktree inside a worktree', () =>
    withDirtyWorktree(async (place) => {
      const inner = await addWorktree(place.root, path.join(place.worktree, 'inner'), 'inner');
      assert.match((await refused(place, 'in-use')).message, /holds .*inner/);
      // The inner one is no obstacle to its own clean-up.
      const record = await cleanIt(place.deps, inner);
      await restoreIt(place.deps, record);
      assert.equal(await runGit(inner, 'branch', '--show-current'), 'inner');
    }));

  it('a commit since it was looked at', () =>
    withDirtyWorktree(async (place) => {
      const { worktree, deps } = place;
      const target = await targetOf(deps, worktree);
      await runGit(worktree, 'commit', '-qm', 'later');
      const archive = { id: 'x', ref: 'refs/switchyard/archive/x', commit: target.head ?? '' };
      const o = { ref: { plan: 'plan', task: 'api' }, target, archive, deleteBranch: null };
      await rejectsWith('changed-meanwhile', cleanWorktree(deps, { ...o, onDone: async () => undefined }));
      assert.ok(existsSync(worktree));
      await assertNoJournal(place);
    }));

  it('two windows cleaning the same task', () =>
    withDirtyWorktree(async (place) => {
      const { worktree, root, deps } = place;
      const before = await stateOf(worktree);
      const both = await Promise.allSettled([cleanIt(deps, worktree), cleanIt(await trashDeps(root), worktree)]);
      const done = both.filter((each) => each.status === 'fulfilled');
      assert.equal(done.length, 1, JSON.stringify(both));
      const failed = both.find((each) => each.status === 'rejected');
      assert.ok(WorktreeError.is(failed?.reason));
      assert.equal(failed.reason.reason, 'changed-meanwhile');
      await assertNoJournal(place);
      const [one] = done;
      assert.ok(one?.status === 'fulfilled');
      await restoreIt(deps, one.value);
      assert.deepEqual(await stateOf(worktree), before);
    }));

  it('a branch checked out elsewhere at restore', () =>
    withDirtyWorktree(async (place) => {
      const { root, worktree, deps, dir } = place;
      const before = await stateOf(worktree);
      const record = await cleanIt(deps, worktree);
      await runGit(root, 'worktree', 'add', '-q', path.join(dir, 'elsewhere'), 'agent/api');
      assert.match(
        (await rejectsWith('changed-meanwhile', restoreIt(deps, record))).message,
        /checked out in .*elsewhere/,
      );
      await runGit(root, 'worktree', 'remove', path.join(dir, 'elsewhere'));
      await restoreIt(deps, record);
      assert.deepEqual(await stateOf(worktree), before);
    }));

  it('a branch that has moved at restore', () =>
    withDirtyWorktree(async (place) => {
      const { root, worktree, deps } = place;
      const record = await cleanIt(deps, worktree);
      await runGit(root, 'branch', '-f', 'agent/api', 'main');
      await rejectsWith('changed-meanwhile', restoreIt(deps, record));
      assert.equal(existsSync(worktree), false);
      await assertNoJournal(place);
    }));

  it('a path that is taken at restore', () =>
    withDirtyWorktree(async (place) => {
      const { worktree, deps } = place;
      const before = await stateOf(worktree);
      const record = await cleanIt(deps, worktree);
      await mkdir(worktree);
      await writeFile(path.join(worktree, 'mine'), 'mine');
      await rejectsWith('changed-meanwhile', restoreIt(deps, record));
      assert.deepEqual(await readdir(worktree), ['mine']);
      await rm(path.join(worktree, 'mine'));
      await restoreIt(deps, record);
      assert.deepEqual(await stateOf(worktree), before);
    }));

  it('a branch somebody else uses is kept', () =>
    withDirtyWorktree(async (place) => {
      const { root, worktree, deps, dir } = place;
      const tip = await runGit(worktree, 'rev-parse', 'HEAD');
      await runGit(root, 'worktree', 'add', '-q', '--force', path.join(dir, 'second'), 'agent/api');
      const record = await cleanIt(deps, worktree, { deleteBranch: { name: 'agent/api', tip } });
      assert.equal(record.branchDeleted, false);
      assert.equal(await runGit(root, 'rev-parse', 'agent/api'), tip);
      assert.match(deps.lines.join('\n'), /agent\/api is kept/);
    }));
});
