import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { listWorktrees } from '../../../src/core/git/worktreeList';
import { WorktreeError, type WorktreeReason } from '../../../src/core/worktrees/errors';
import { type MakeOptions, makeWorktree } from '../../../src/core/worktrees/make/makeWorktree';
import { bundled } from '../support/bundled';
import {
  makeBare,
  makeRepository,
  makeSeparate,
  makeSubmodule,
  makeSymlinked,
  runGit,
  testEnvironment,
  withTempDir,
  worktreePaths,
} from '../support/repositories';
import { depsFor, makerProgram } from './support';

const posix = process.platform !== 'win32';
const ref = { plan: 'plan', task: 'api' };

async function options(root: string, worktree: string, branch = 'agent/api'): Promise<MakeOptions> {
  return { ref, branch, worktree, base: await runGit(root, 'rev-parse', 'HEAD') };
}

async function refusal(promise: Promise<unknown>, reason: WorktreeReason): Promise<WorktreeError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(WorktreeError.is(error), String(error));
    assert.equal(error.reason, reason, error.message);
    assert.ok(!error.message.includes('\n'), error.message);
    return error;
  }
  throw new assert.AssertionError({ message: `not refused, expected ${reason}` });
}

describe('making worktrees', function () {
  this.timeout(60_000);

  it('makes branch and folder at the base, tracking nothing, with three git processes', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const before = deps.git.started;
      const o = await options(root, path.join(dir, 'repo-worktrees', 'api'));
      const phases: string[] = [];
      const made = await makeWorktree(deps, { ...o, onProgress: (phase) => phases.push(phase) });
      assert.equal(deps.git.started - before, 3);
      assert.deepEqual(made, { worktree: o.worktree, branch: 'agent/api', head: o.base });
      assert.deepEqual(phases, ['waiting', 'checking-out']);
      assert.equal(await runGit(made.worktree, 'branch', '--show-current'), 'agent/api');
      assert.equal(await runGit(made.worktree, 'rev-parse', 'HEAD'), o.base);
      assert.equal(await runGit(made.worktree, 'status', '--porcelain'), '');
      assert.equal(await runGit(root, 'for-each-ref', '--format=%(upstream)', 'refs/heads/agent/api'), '');
      assert.deepEqual(await readdir(deps.journalDir), []);
      assert.equal(await runGit(root, 'status', '--porcelain'), '');
    }));

  it('tracks nothing even where the user configured it', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await runGit(root, 'config', 'branch.autoSetupMerge', 'always');
      await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w')));
      assert.equal(await runGit(root, 'for-each-ref', '--format=%(upstream)', 'refs/heads/agent/api'), '');
    }));

  const layouts: [string, (dir: string) => Promise<string>][] = [
    ['a plain repository', (dir) => makeRepository(dir)],
    ['a bare repository', async (dir) => (await makeBare(dir)).bare],
    ['a linked worktree of a bare repository', async (dir) => (await makeBare(dir)).side],
    ['a submodule', async (dir) => (await makeSubmodule(dir)).submodule],
    ['a separate git directory', async (dir) => (await makeSeparate(dir)).root],
    ['a symbolic link to a repository', async (dir) => (await makeSymlinked(dir)).link],
  ];
  for (const [name, make] of layouts) {
    it(`makes one in ${name}`, () =>
      withTempDir(async (dir) => {
        const at = await make(dir);
        const deps = await depsFor(at);
        const { worktree } = await makeWorktree(deps, await options(at, path.join(dir, 'made', 'api')));
        const listed = (await listWorktrees(deps.git, deps.layout)).find((each) => each.path === worktree);
        assert.equal(listed?.branch, 'agent/api');
        assert.equal(listed?.main, false);
        assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
        assert.equal((await depsFor(worktree)).layout.commonDir, deps.layout.commonDir);
        assert.equal((await depsFor(worktree)).layout.mainWorktree, deps.layout.mainWorktree);
      }));
  }

  it('keeps a worktree inside the main one out of git there, once', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      await makeWorktree(deps, await options(root, path.join(root, '.worktrees', 'a'), 'a'));
      await makeWorktree(deps, await options(root, path.join(root, '.worktrees', 'b'), 'b'));
      assert.equal(await runGit(root, 'status', '--porcelain'), '');
      const exclude = await readFile(path.join(root, '.git', 'info', 'exclude'), 'utf8');
      assert.equal(exclude.split('\n').filter((line) => line === '/.worktrees/').length, 1);
    }));

  it('uses an empty folder that is there', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(dir, 'w'));
      await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w')));
      assert.equal(await runGit(path.join(dir, 'w'), 'branch', '--show-current'), 'agent/api');
    }));

  it('makes many at once, from several processes, one after another', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 50 });
      const child = await bundled(makerProgram);
      const run = async (process_: number) => {
        const all = await Promise.all(
          [0, 1, 2].map((n) => options(root, path.join(dir, 'w', `${process_}-${n}`), `agent/${process_}-${n}`)),
        );
        const args = [child, root, ...all.map((o) => JSON.stringify(o))];
        return promisify(execFile)(process.execPath, args, { env: testEnvironment() });
      };
      await Promise.all([run(0), run(1), run(2)]);
      assert.equal((await worktreePaths(root)).length, 10);
      assert.deepEqual(await readdir(path.join(root, '.git', 'switchyard', 'cache')), []);
    }));

  it('waits for a lock that another git holds for a moment', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const o = await options(root, path.join(dir, 'w'));
      const lock = path.join(root, '.git', 'refs', 'heads', 'agent', 'api.lock');
      await mkdir(path.dirname(lock), { recursive: true });
      await writeFile(lock, '');
      const deps = await depsFor(root);
      const making = makeWorktree(deps, { ...o, onProgress: (phase) => phase === 'undoing' && void release() });
      const release = () =>
        runGit(root, 'version').then(() => import('node:fs/promises').then((fs) => fs.rm(lock, { force: true })));
      await making;
      assert.equal(await runGit(path.join(dir, 'w'), 'branch', '--show-current'), 'agent/api');
    });
  });

  it('a post-checkout hook that fails is reported, and the worktree stands', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const hook = path.join(root, '.git', 'hooks', 'post-checkout');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, '#!/bin/sh\necho no husky here >&2\nexit 3\n');
      await chmod(hook, 0o755);
      const deps = await depsFor(root);
      const { worktree } = await makeWorktree(deps, await options(root, path.join(dir, 'w')));
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
      assert.match(deps.lines.join('\n'), /post-checkout hook failed.*no husky here/);
    });
  });
});

describe('making worktrees: bad input', () => {
  const odd = ['with space', "it's", 'a"b', '-dash', 'ünï ✓ 木', 'line\nbreak', '$(touch x)', '%PATH%'];
  for (const name of odd) {
    it(`a path with ${JSON.stringify(name)}`, async function () {
      if (!posix && /["\n]/.test(name)) this.skip();
      await withTempDir(async (dir) => {
        const parent = path.join(dir, name);
        await mkdir(parent);
        const root = await makeRepository(parent, { name });
        const deps = await depsFor(root);
        const worktree = path.join(parent, `${name}-worktrees`, name);
        const made = await makeWorktree(deps, await options(root, worktree));
        assert.equal(made.worktree, await realpath(worktree));
        const listed = (await listWorktrees(deps.git, deps.layout)).map((each) => each.path);
        assert.deepEqual(listed, [root, worktree]);
        assert.equal((await depsFor(worktree)).layout.mainWorktree, root);
      });
    });
  }

  for (const branch of ["it's/ü-木", 'a"b', '$(x)', 'agent/-x', '%PATH%']) {
    it(`a branch called ${branch}`, () =>
      withTempDir(async (dir) => {
        const root = await makeRepository(dir);
        const made = await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'), branch));
        assert.equal(await runGit(made.worktree, 'branch', '--show-current'), branch);
      }));
  }

  for (const branch of [
    'with space',
    '-dash',
    '--force',
    'line\nbreak',
    '',
    '../x',
    'a..b',
    'x.lock',
    '@{-1}',
    'HEAD',
    'a\0b',
  ]) {
    it(`a branch called ${JSON.stringify(branch)}: refused, nothing made`, () =>
      withTempDir(async (dir) => {
        const root = await makeRepository(dir);
        const error = await refusal(
          makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'), branch)),
          'bad-name',
        );
        assert.match(error.message, /cannot be a branch because/);
        assert.deepEqual((await readdir(dir)).sort(), ['repo']);
        assert.equal(await runGit(root, 'for-each-ref', '--format=%(refname)'), 'refs/heads/main');
      }));
  }

  it('a worktree folder that exists with content: refused, untouched', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(dir, 'w'));
      await writeFile(path.join(dir, 'w', 'mine'), 'mine');
      const error = await refusal(
        makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'))),
        'exists',
      );
      assert.match(error.message, /exists already and is left as it is/);
      assert.deepEqual(await readdir(path.join(dir, 'w')), ['mine']);
      assert.equal(await runGit(root, 'branch', '--list', 'agent/*'), '');
    }));

  it('a file where the worktree should be: refused, untouched', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(dir, 'w'), 'mine');
      await refusal(makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'))), 'exists');
      assert.equal(await readFile(path.join(dir, 'w'), 'utf8'), 'mine');
    }));

  it('two tasks wanting one branch: the second is refused and the first untouched', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const both = await Promise.allSettled([
        makeWorktree(deps, await options(root, path.join(dir, 'a'), 'wanted')),
        makeWorktree(deps, await options(root, path.join(dir, 'b'), 'wanted')),
      ]);
      const refused = both.filter((each) => each.status === 'rejected');
      assert.deepEqual(
        refused.map(({ reason }) => WorktreeError.is(reason) && reason.reason),
        ['branch-taken'],
      );
      assert.equal((await worktreePaths(root)).length, 2);
      assert.equal((await readdir(dir)).length, 2);
    }));

  it('a branch called agent: agent/x is refused with the reason', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await runGit(root, 'branch', 'agent');
      const error = await refusal(
        makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'))),
        'branch-taken',
      );
      assert.match(error.message, /there is a branch agent;/);
      assert.deepEqual(await readdir(dir), ['repo']);
    }));

  it('a base that is not there', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const o = await options(root, path.join(dir, 'w'));
      await refusal(makeWorktree(deps, { ...o, base: 'f'.repeat(40) }), 'base-missing');
      await refusal(makeWorktree(deps, { ...o, base: '--force' }), 'base-missing');
      const tree = await runGit(root, 'rev-parse', 'HEAD^{tree}');
      await refusal(makeWorktree(deps, { ...o, base: tree }), 'base-missing');
      assert.deepEqual(await readdir(dir), ['repo']);
    }));

  it('a place inside the git directory, around the repository, or not absolute', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      for (const place of [path.join(root, '.git', 'w'), root, dir, 'w', `${dir}/a\0b`]) {
        await refusal(makeWorktree(deps, await options(root, place)), 'root-refused');
      }
    }));

  it('cancelled before it begins, and while it waits', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const o = await options(root, path.join(dir, 'w'));
      await refusal(makeWorktree(deps, { ...o, signal: AbortSignal.abort() }), 'cancelled');
      const cancel = new AbortController();
      const cancelAtStart = { ...o, signal: cancel.signal, onProgress: () => cancel.abort() };
      await refusal(makeWorktree(deps, cancelAtStart), 'cancelled');
      assert.deepEqual(await readdir(dir), ['repo']);
    }));
});
