import { strict as assert } from 'node:assert';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { openRepository } from '../../../src/core/openRepository';
import { runGit, worktreePaths } from '../support/repositories';
import { lookingAt, testHost, withTasks } from './support';

describe('reconcile: what was moved or is gone', () => {
  it('follows a worktree that was moved by hand, and says so once', async () => {
    await withTasks(['one', 'two'], async ({ repository, worktree, row }) => {
      const from = await worktree('one');
      const to = path.join(path.dirname(from), 'elsewhere');
      await rename(from, to);
      const report = await repository.tasks.reconcile();
      assert.deepEqual(report.moved, [{ plan: 'p', task: 'one' }]);
      assert.deepEqual(report.vanished, []);
      assert.equal((await row('one')).worktree, to);
      assert.equal((await row('one')).changedFiles, 0);
      assert.equal(await runGit(to, 'branch', '--show-current'), 'agent/one');
      const again = await repository.tasks.reconcile();
      assert.deepEqual([again.moved, again.repaired], [[], []]);
    });
  });

  it('follows a worktree that git moved', async () => {
    await withTasks(['one'], async ({ root, repository, worktree, row }) => {
      const to = path.join(path.dirname(await worktree('one')), 'renamed');
      await runGit(root, 'worktree', 'move', await worktree('one'), to);
      await repository.tasks.reconcile();
      assert.equal((await row('one')).worktree, to);
    });
  });

  it('repairs a repository that was moved without its worktrees', async () => {
    await withTasks(['one'], async ({ dir, root, worktree }) => {
      const at = await worktree('one');
      const moved = path.join(dir, 'moved');
      await rename(root, moved);
      await assert.rejects(runGit(at, 'status'));
      const repository = await openRepository(moved, testHost());
      try {
        assert.deepEqual((await repository.tasks.reconcile()).repaired, [at]);
        assert.equal((await lookingAt(repository).row('one')).changedFiles, 0);
        assert.equal(await runGit(at, 'status', '--porcelain'), '');
      } finally {
        repository.dispose();
      }
    });
  });

  it('repairs a repository that was moved together with its worktrees', async () => {
    await withTasks(['one', 'two'], async ({ dir, root }) => {
      const there = path.join(dir, 'there');
      await mkdir(there);
      for (const name of ['repo', 'repo-worktrees']) await rename(path.join(dir, name), path.join(there, name));
      const repository = await openRepository(path.join(there, path.basename(root)), testHost());
      try {
        const report = await repository.tasks.reconcile();
        assert.equal(report.repaired.length, 2);
        assert.equal(report.moved.length, 2);
        const { row } = lookingAt(repository);
        for (const id of ['one', 'two']) {
          assert.equal((await row(id)).worktree, path.join(there, 'repo-worktrees', id));
          assert.deepEqual((await row(id)).conditions, []);
          assert.equal((await row(id)).changedFiles, 0);
        }
      } finally {
        repository.dispose();
      }
    });
  });

  it('takes no worktree away from the original of a copied repository', async () => {
    await withTasks(['one'], async ({ dir, root, worktree }) => {
      const at = await worktree('one');
      const before = await readFile(path.join(at, '.git'), 'utf8');
      const copy = path.join(dir, 'copy');
      await cp(root, copy, { recursive: true });
      const repository = await openRepository(copy, testHost());
      try {
        assert.deepEqual((await repository.tasks.reconcile()).repaired, []);
      } finally {
        repository.dispose();
      }
      assert.equal(await readFile(path.join(at, '.git'), 'utf8'), before);
      assert.equal(await runGit(at, 'rev-parse', '--git-common-dir'), path.join(root, '.git'));
    });
  });

  it('guesses nothing where two folders say they are the worktree', async () => {
    await withTasks(['one'], async ({ root, repository, worktree, row }) => {
      const at = await worktree('one');
      await cp(at, `${at}-a`, { recursive: true });
      await rename(at, `${at}-b`);
      const report = await repository.tasks.reconcile();
      assert.deepEqual(report.repaired, []);
      assert.deepEqual(report.vanished, [{ plan: 'p', task: 'one' }]);
      assert.equal((await row('one')).next, 'forget');
      assert.ok((await worktreePaths(root)).includes(at), 'git still lists where it was');
    });
  });

  it('forgets a task whose worktree, branch and file vanished, also twice', async () => {
    await withTasks(['one'], async ({ root, repository, worktree, row }) => {
      await rm(await worktree('one'), { recursive: true });
      await runGit(root, 'worktree', 'prune');
      await runGit(root, 'branch', '-D', 'agent/one');
      await rm(path.join(root, '.switchyard', 'p', 'one.md'));
      await repository.tasks.reconcile();
      assert.equal((await row('one')).next, 'forget');
      const ref = { plan: 'p', task: 'one' };
      await Promise.all([repository.tasks.forget(ref), repository.tasks.forget(ref)]);
      await repository.tasks.forget(ref);
      assert.equal(await repository.tasks.row(ref), null);
      const { events } = await repository.store.events.readTask(ref);
      assert.equal(events.filter(({ kind }) => kind === 'forgotten').length, 1);
      await assert.rejects(repository.tasks.forget({ plan: 'p', task: 'never' }), { reason: 'no-task' });
    });
  });
});
