import { strict as assert } from 'node:assert';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError, type WorktreeReason } from '../../../src/core/worktrees/errors';
import { chooseNames, type NameOptions } from '../../../src/core/worktrees/names';
import { addWorktree, makeRepository, runGit, withTempDir } from '../support/repositories';
import { depsFor } from './support';

const ref = { plan: 'dash', task: 'api' };

interface Case {
  readonly dir: string;
  readonly root: string;
  readonly choose: (o?: Partial<NameOptions>, of?: { plan: string; task: string }) => Promise<string>;
}

function withRepository(fn: (c: Case) => Promise<void>): () => Promise<void> {
  return () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const { git, layout } = await depsFor(root);
      const options = { template: 'agent/{task}', wanted: null, root: path.join(dir, 'w') };
      const choose = async (o: Partial<NameOptions> = {}, of = ref) => {
        const before = git.started;
        const names = await chooseNames(git, layout, of, { ...options, ...o });
        assert.equal(git.started - before, 1, 'one git process');
        assert.equal(names.worktree, path.join(o.root ?? options.root, names.folder));
        return `${names.branch} ${names.folder}`;
      };
      await fn({ dir, root, choose });
    });
}

async function refused(promise: Promise<unknown>, reason: WorktreeReason, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(WorktreeError.is(error), String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    return true;
  });
}

describe('names of branches and folders', () => {
  it(
    'are agent/{task} and {task}',
    withRepository(async ({ choose }) => assert.equal(await choose(), 'agent/api api')),
  );

  it(
    'are {plan}-{task} for both when the branch is taken',
    withRepository(async ({ root, choose }) => {
      await runGit(root, 'branch', 'agent/api');
      assert.equal(await choose(), 'agent/dash-api dash-api');
    }),
  );

  it(
    'are {plan}-{task} for both when the folder is taken',
    withRepository(async ({ dir, choose }) => {
      await mkdir(path.join(dir, 'w', 'api'), { recursive: true });
      assert.equal(await choose(), 'agent/dash-api dash-api');
    }),
  );

  it(
    'get -2, -3 … when those are taken too',
    withRepository(async ({ dir, root, choose }) => {
      await runGit(root, 'branch', 'agent/api');
      await runGit(root, 'branch', 'agent/dash-api');
      assert.equal(await choose(), 'agent/dash-api-2 dash-api-2');
      await mkdir(path.join(dir, 'w', 'dash-api-2'), { recursive: true });
      assert.equal(await choose(), 'agent/dash-api-3 dash-api-3');
    }),
  );

  it(
    'pass over a folder that is gone but that git still knows',
    withRepository(async ({ dir, root, choose }) => {
      await addWorktree(root, path.join(dir, 'w', 'api'), 'elsewhere');
      await rm(path.join(dir, 'w', 'api'), { recursive: true });
      assert.equal(await choose(), 'agent/dash-api dash-api');
    }),
  );

  it(
    'do not differ from others in case only',
    withRepository(async ({ root, choose }) => {
      await runGit(root, 'branch', 'Agent/API');
      assert.equal(await choose(), 'agent/dash-api dash-api');
    }),
  );

  it(
    'a branch called agent: agent-{task}',
    withRepository(async ({ root, choose }) => {
      await runGit(root, 'branch', 'agent');
      assert.equal(await choose(), 'agent-api api');
      await runGit(root, 'branch', 'agent-api');
      assert.equal(await choose(), 'agent-dash-api dash-api');
    }),
  );

  it(
    'a branch below the wanted name stands in the way as well',
    withRepository(async ({ root, choose }) => {
      await runGit(root, 'branch', 'agent/api/deeper');
      assert.equal(await choose(), 'agent/dash-api dash-api');
    }),
  );

  it(
    'follow the template',
    withRepository(async ({ root, choose }) => {
      assert.equal(await choose({ template: 'me/{plan}/{task}' }), 'me/dash/api api');
      await runGit(root, 'branch', 'me');
      assert.equal(await choose({ template: 'me/{plan}/{task}' }), 'me-dash/api api');
    }),
  );

  it(
    "take the task's own branch as it is",
    withRepository(async ({ dir, choose }) => {
      assert.equal(await choose({ wanted: 'feature/x' }), 'feature/x api');
      await mkdir(path.join(dir, 'w', 'api'), { recursive: true });
      assert.equal(await choose({ wanted: 'feature/x' }), 'feature/x dash-api');
    }),
  );

  it(
    "a task's own branch that exists: refused",
    withRepository(async ({ root, choose }) => {
      await runGit(root, 'branch', 'feature/x');
      await refused(
        choose({ wanted: 'feature/x' }),
        'branch-taken',
        /feature\/x cannot be made because it exists already/,
      );
      await refused(choose({ wanted: 'feature/x/y' }), 'branch-taken', /there is a branch feature\/x/);
    }),
  );

  for (const wanted of ['with space', '-dash', 'line\nbreak', 'a..b', '']) {
    it(
      `a task's own branch called ${JSON.stringify(wanted)}: refused`,
      withRepository(async ({ choose }) => refused(choose({ wanted }), 'bad-name', /correct the branch of the task/)),
    );
  }

  for (const task of ['../x', 'a/b', '..', '', 'x.lock', 'x.', 'a b', '-x', '.trash']) {
    it(
      `a task named ${JSON.stringify(task)}: refused`,
      withRepository(async ({ choose }) =>
        refused(choose({}, { plan: 'p', task }), 'bad-name', /cannot name a folder/),
      ),
    );
  }

  it(
    'a template without {task}, or that makes no branch name: refused',
    withRepository(async ({ choose }) => {
      await refused(choose({ template: 'agent' }), 'bad-name', /lacks \{task\}/);
      await refused(choose({ template: 'a b/{task}' }), 'bad-name', /switchyard\.branchTemplate/);
    }),
  );

  it(
    'dollar signs of a plan are no pattern',
    withRepository(async ({ choose }) => {
      assert.equal(await choose({ template: '$&/{task}' }), '$&/api api');
    }),
  );
});
