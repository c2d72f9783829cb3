import { strict as assert } from 'node:assert';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readPlans } from '../../../src/core/plan/readPlans';
import { addWorktree, commitAll, runGit } from '../support/repositories';
import { withTasks } from './support';

describe('adopt', () => {
  it('makes a task of a worktree that was made elsewhere, and changes nothing in it', async () => {
    await withTasks([], async ({ dir, root, repository }) => {
      const at = await addWorktree(root, path.join(dir, 'mine'), 'feature/login');
      const base = await runGit(root, 'rev-parse', 'HEAD');
      await writeFile(path.join(at, 'new.txt'), 'new');
      await commitAll(at, 'new');
      await writeFile(path.join(at, 'dirty.txt'), 'dirty');
      const made = await repository.tasks.adopt(at, { plan: 'p', agent: 'demo' });
      assert.deepEqual(made, { plan: 'p', task: 'feature-login', branch: 'feature/login', worktree: at });
      const row = await repository.tasks.row(made);
      assert.equal(row?.adopted, true);
      assert.equal(row?.state, 'queued');
      assert.deepEqual([row?.branch, row?.ahead, row?.changedFiles, row?.agent.name], ['feature/login', 1, 2, 'demo']);
      assert.equal(await runGit(at, 'status', '--porcelain'), '?? dirty.txt');
      const { events } = await repository.store.events.readTask(made);
      const dispatched = events.find(({ kind }) => kind === 'dispatched');
      assert.ok(dispatched?.kind === 'dispatched');
      assert.equal(dispatched.baseHead, base);
      assert.match((await repository.store.texts.get(dispatched.brief)) ?? '', /feature\/login/);
      const { plans } = await readPlans(repository.layout.plansDir);
      const task = plans.flatMap(({ tasks }) => tasks).find(({ ref }) => ref.task === made.task);
      assert.deepEqual(task?.problems, []);
      assert.equal(task?.fields.branch, 'feature/login');
    });
  });

  it('adopts a worktree on a detached HEAD, and one named by its branch', async () => {
    await withTasks([], async ({ dir, root, repository }) => {
      const detached = path.join(dir, 'loose');
      await runGit(root, 'worktree', 'add', '-q', '--detach', detached);
      const one = await repository.tasks.adopt(detached);
      assert.deepEqual([one.plan, one.branch, one.worktree], ['inbox', null, detached]);
      assert.equal((await repository.tasks.row(one))?.branch, null);
      const at = await addWorktree(root, path.join(dir, 'other'), 'by-name');
      assert.equal((await repository.tasks.adopt('by-name')).worktree, at);
    });
  });

  it("Bad input: the main worktree, a task's own, nothing of that name", async () => {
    await withTasks(['one'], async ({ root, repository, worktree }) => {
      const before = await readdir(path.join(root, '.switchyard'));
      await assert.rejects(repository.tasks.adopt(root), { reason: 'bad-adoption', message: /main worktree/ });
      await assert.rejects(repository.tasks.adopt('main'), { reason: 'bad-adoption', message: /main worktree/ });
      await assert.rejects(repository.tasks.adopt(await worktree('one')), {
        reason: 'bad-adoption',
        message: /p\/one/,
      });
      await assert.rejects(repository.tasks.adopt('agent/one'), { reason: 'bad-adoption', message: /p\/one/ });
      await assert.rejects(repository.tasks.adopt('no-such'), { reason: 'bad-adoption' });
      await assert.rejects(repository.tasks.adopt('one', { agent: 'nobody' }), { reason: 'unknown-agent' });
      assert.deepEqual(await readdir(path.join(root, '.switchyard')), before);
    });
  });

  it('two that adopt one worktree at once make one task', async () => {
    await withTasks([], async ({ dir, root, repository }) => {
      const at = await addWorktree(root, path.join(dir, 'mine'), 'mine');
      const both = await Promise.allSettled([repository.tasks.adopt(at), repository.tasks.adopt(at)]);
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      const files = await readdir(path.join(root, '.switchyard', 'inbox'));
      assert.deepEqual(files.sort(), ['mine.md', 'plan.md']);
      assert.match(await readFile(path.join(root, '.switchyard', 'inbox', 'mine.md'), 'utf8'), /^branch: mine$/m);
    });
  });

  it('gives a branch its worktree, and keeps the branch when that is cleaned', async () => {
    await withTasks([], async ({ root, repository }) => {
      await runGit(root, 'branch', 'feature/x');
      const tip = await runGit(root, 'rev-parse', 'feature/x');
      const made = await repository.tasks.adopt('feature/x', { plan: 'p', agent: 'demo' });
      assert.deepEqual([made.task, made.branch], ['feature-x', 'feature/x']);
      assert.equal(await runGit(made.worktree, 'branch', '--show-current'), 'feature/x');
      const row = await repository.tasks.row(made);
      assert.deepEqual([row?.adopted, row?.base, row?.state], [true, 'main', 'queued']);
      const cleaned = await repository.tasks.clean(made);
      assert.deepEqual([cleaned.cleaned, cleaned.branch?.deleted], [true, false]);
      assert.equal(await runGit(root, 'rev-parse', 'feature/x'), tip);
    });
  });

  it('makes a task of a pull request, whose head becomes a branch', async () => {
    await withTasks([], async ({ dir, root, repository }) => {
      const remote = path.join(dir, 'remote.git');
      await runGit(dir, 'clone', '-q', '--bare', root, remote);
      const other = path.join(dir, 'other');
      await runGit(dir, 'clone', '-q', remote, other);
      await writeFile(path.join(other, 'theirs.txt'), 'theirs');
      const head = await commitAll(other, 'theirs');
      await runGit(other, 'push', '-q', 'origin', 'HEAD:refs/pull/12/head');
      await assert.rejects(repository.tasks.adopt('#12'), { reason: 'bad-ref' });
      await runGit(root, 'remote', 'add', 'origin', remote);
      const made = await repository.tasks.adopt('#12', { agent: 'demo' });
      assert.deepEqual([made.plan, made.task, made.branch], ['inbox', 'pull-request-12', 'pr-12']);
      assert.equal(await runGit(made.worktree, 'rev-parse', 'HEAD'), head);
      const row = await repository.tasks.row(made);
      assert.deepEqual([row?.adopted, row?.ahead, row?.changedFiles], [true, 1, 1]);
      await assert.rejects(repository.tasks.adopt('#12'), { reason: 'bad-adoption', message: /pull-request-12/ });
      await assert.rejects(repository.tasks.adopt('#13'), { reason: 'bad-ref' });
    });
  });

  it('takes its task file back when no worktree could be made', async () => {
    await withTasks(
      [],
      async ({ root, repository }) => {
        await runGit(root, 'branch', 'later');
        await assert.rejects(repository.tasks.adopt('later', { plan: 'p', agent: 'demo' }));
        assert.deepEqual(await readdir(path.join(root, '.switchyard', 'p')), ['plan.md']);
        assert.deepEqual(await repository.tasks.rows(), []);
      },
      { worktreeRoot: '/dev/null/nowhere' },
    );
  });
});
