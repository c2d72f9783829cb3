import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError } from '../../../src/core/worktrees/errors';
import { beginWorktree, type MakeOptions, makeWorktree } from '../../../src/core/worktrees/make/makeWorktree';
import { recoverMake } from '../../../src/core/worktrees/make/recoverMake';
import { addWorktree, commitAll, makeBare, makeRepository, runGit, withTempDir } from '../support/repositories';
import { depsFor, gitSetting, holdCheckoutAt, until } from './support';

const posix = process.platform !== 'win32';

async function options(root: string, worktree: string, branch: string): Promise<MakeOptions> {
  const ref = { plan: 'plan', task: path.basename(worktree) };
  return { ref, branch, worktree, base: await runGit(root, 'rev-parse', 'HEAD') };
}

describe('making worktrees in two phases', function () {
  this.timeout(60_000);

  it('another is begun while files are checked out; until then git keeps its hands off', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 30 });
      await holdCheckoutAt(root, dir, (...args) => runGit(root, ...args));
      const deps = await depsFor(root);
      const a = makeWorktree(deps, await options(root, path.join(dir, 'a'), 'agent/a'));
      await until('the checkout is held', () => existsSync(path.join(dir, 'reached')));
      const begun = await beginWorktree(deps, await options(root, path.join(dir, 'b'), 'agent/b'));
      const list = await runGit(root, 'worktree', 'list', '--porcelain');
      assert.equal(list.match(/^locked initializing$/gm)?.length, 2, list);
      // Whoever starts now leaves both alone, although no git runs for the second.
      assert.deepEqual(await recoverMake(await depsFor(root)), []);
      assert.equal((await readdir(deps.journalDir)).length, 2);
      await writeFile(path.join(dir, 'go'), '');
      await Promise.all([a, begun.finish()]);
      for (const name of ['a', 'b']) assert.equal(await runGit(path.join(dir, name), 'status', '--porcelain'), '');
      assert.doesNotMatch(await runGit(root, 'worktree', 'list', '--porcelain'), /^locked/m);
      assert.deepEqual(await readdir(deps.journalDir), []);
    });
  });

  it('at most two are checked out at once', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const log = path.join(dir, 'log');
      const hook = path.join(root, '.git', 'hooks', 'post-checkout');
      await mkdir(path.dirname(hook), { recursive: true });
      // The first waits for a second to be there, however long that takes to start.
      const alone = `[ $(grep -c + '${log}') -lt 2 ] && [ $i -lt 500 ]`;
      const script = `#!/bin/sh\necho + >>'${log}'; i=0; while ${alone}; do sleep 0.02; i=$((i+1)); done; sleep 0.2; echo - >>'${log}'\n`;
      await writeFile(hook, script);
      await chmod(hook, 0o755);
      const deps = await depsFor(root);
      const names = ['a', 'b', 'c', 'd', 'e'];
      await Promise.all(
        names.map(async (name) => makeWorktree(deps, await options(root, path.join(dir, name), `agent/${name}`))),
      );
      let running = 0;
      let most = 0;
      for (const line of (await readFile(log, 'utf8')).trim().split('\n')) {
        running += line === '+' ? 1 : -1;
        most = Math.max(most, running);
      }
      assert.equal(most, 2);
    });
  });

  it('everything is as git itself leaves it: logs, configuration, what the hook is told', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const hook = path.join(root, '.git', 'hooks', 'post-checkout');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, `#!/bin/sh\necho "$PWD $@" >>'${dir}/told'\n`);
      await chmod(hook, 0o755);
      const plain = await addWorktree(root, path.join(dir, 'plain'), 'plain');
      const made = await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'made'), 'made'));
      const [first = '', second = ''] = (await readFile(path.join(dir, 'told'), 'utf8')).trim().split('\n');
      assert.equal(second, first.replace(plain, made.worktree));
      const admin = (name: string) => path.join(root, '.git', 'worktrees', name);
      assert.deepEqual((await readdir(admin('made'))).sort(), (await readdir(admin('plain'))).sort());
      const words = async (name: string) =>
        (await readFile(path.join(admin(name), 'logs', 'HEAD'), 'utf8')).replace(/ \d{9,} /g, ' ');
      assert.equal(await words('made'), await words('plain'));
    });
  });

  it('runs the hook where core.hooksPath says, a relative one from the new worktree', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(root, 'hooks-of-ours'));
      const hook = path.join(root, 'hooks-of-ours', 'post-checkout');
      await writeFile(hook, `#!/bin/sh\npwd >'${dir}/ran'\n`);
      await chmod(hook, 0o755);
      await commitAll(root, 'hooks');
      await runGit(root, 'config', 'core.hooksPath', 'hooks-of-ours');
      const made = await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'), 'b'));
      assert.equal((await readFile(path.join(dir, 'ran'), 'utf8')).trim(), made.worktree);
    });
  });

  it('the sparse checkout of the main worktree is inherited', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 250 });
      await runGit(root, 'sparse-checkout', 'set', '--cone', 'src/001');
      const made = await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'w'), 'b'));
      assert.deepEqual(await readdir(path.join(made.worktree, 'src')), ['001']);
      assert.equal(await runGit(made.worktree, 'sparse-checkout', 'list'), 'src/001');
      assert.equal(await runGit(made.worktree, 'config', 'core.sparseCheckoutCone'), 'true');
      assert.equal(await runGit(made.worktree, 'status', '--porcelain'), '');
      // The one's is not the other's.
      await runGit(made.worktree, 'sparse-checkout', 'add', 'src/002');
      assert.equal(await runGit(root, 'sparse-checkout', 'list'), 'src/001');

      await runGit(root, 'sparse-checkout', 'set', '--no-cone', '/src/000/file-0000*', '!/src/000/file-00003.txt');
      const patterns = await makeWorktree(await depsFor(root), await options(root, path.join(dir, 'p'), 'p'));
      const files = await readdir(path.join(patterns.worktree, 'src', '000'));
      assert.equal(files.length, 9);
      assert.equal(files.includes('file-00003.txt'), false);
    }));

  it('a sparse checkout of another linked worktree is not', () =>
    withTempDir(async (dir) => {
      const { main, side } = await makeBare(dir);
      await runGit(side, 'sparse-checkout', 'set', '--no-cone', '/nothing');
      const made = await makeWorktree(await depsFor(side), await options(main, path.join(dir, 'w'), 'b'));
      assert.equal((await readdir(path.join(made.worktree, 'src', '000'))).length, 3);
    }));

  it('large files of LFS stay pointers when the user wants it, and do not else', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(root, '.gitattributes'), 'src/** filter=lfs\n');
      await commitAll(root, 'lfs');
      const deps = await depsFor(
        root,
        gitSetting('filter.lfs.smudge', `cat >/dev/null; echo skip=$GIT_LFS_SKIP_SMUDGE`),
      );
      for (const skipLfs of [true, false]) {
        const settings = { ...deps.settings, skipLfs };
        const o = await options(root, path.join(dir, `w-${skipLfs}`), `b-${skipLfs}`);
        const { worktree } = await makeWorktree({ ...deps, settings }, o);
        const text = await readFile(path.join(worktree, 'src', '000', 'file-00000.txt'), 'utf8');
        assert.equal(text, skipLfs ? 'skip=1\n' : 'skip=\n');
      }
    });
  });

  it('killed when everything stood: finished at the next start, not undone', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const deps = await depsFor(root);
      const o = await options(root, path.join(dir, 'w'), 'agent/w');
      const { worktree } = await makeWorktree(deps, o);
      const admin = path.join(root, '.git', 'worktrees', 'w');
      await writeFile(path.join(admin, 'locked'), 'initializing');
      const entry = { v: 1, at: new Date().toISOString(), ...o.ref, worktree, branch: o.branch, base: o.base };
      const rest = { existed: false, adminBefore: [], gitPid: null, maker: null, complete: true };
      await writeFile(path.join(deps.journalDir, 'worktree-add-x.json'), JSON.stringify({ ...entry, ...rest }));
      const [recovered, ...more] = await recoverMake(deps);
      assert.equal(recovered?.outcome, 'finished');
      assert.deepEqual(recovered?.ref, o.ref);
      assert.deepEqual(more, []);
      assert.equal(existsSync(path.join(admin, 'locked')), false);
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
      assert.deepEqual(await recoverMake(deps), []);
    }));
});

describe('making worktrees on a branch that is there', function () {
  this.timeout(60_000);

  async function refusal(promise: Promise<unknown>, reason: string, message: RegExp): Promise<void> {
    await assert.rejects(promise, (error) => {
      assert.ok(WorktreeError.is(error), String(error));
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      return true;
    });
  }

  async function withBranch(dir: string) {
    const root = await makeRepository(dir);
    await runGit(root, 'branch', 'feature');
    const o = { ...(await options(root, path.join(dir, 'w'), 'feature')), existingBranch: true };
    return { root, o, deps: await depsFor(root) };
  }

  it('checks it out and keeps what it tracks', () =>
    withTempDir(async (dir) => {
      const { root, o, deps } = await withBranch(dir);
      // A tag of the same name must not be taken for it.
      await runGit(root, 'commit', '-q', '--allow-empty', '-m', 'later');
      await runGit(root, 'tag', 'feature');
      await runGit(root, 'config', 'branch.feature.merge', 'refs/heads/feature');
      const { worktree } = await makeWorktree(deps, o);
      assert.equal(await runGit(worktree, 'branch', '--show-current'), 'feature');
      assert.equal(await runGit(worktree, 'rev-parse', 'HEAD'), o.base);
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
      assert.equal(await runGit(root, 'config', 'branch.feature.merge'), 'refs/heads/feature');
    }));

  it('bad input: a branch checked out elsewhere is refused, naming where', () =>
    withTempDir(async (dir) => {
      const { root, o, deps } = await withBranch(dir);
      const other = await addWorktree(root, path.join(dir, 'other'), 'mine');
      await runGit(other, 'switch', '-q', 'feature');
      await refusal(makeWorktree(deps, o), 'in-use', /feature is checked out in .*other/);
      const main = { ...o, branch: 'main' };
      await refusal(makeWorktree(deps, main), 'in-use', /main is checked out in .*repo/);
      assert.equal(existsSync(o.worktree), false);
      assert.equal(existsSync(deps.journalDir), false, 'nothing was begun');
    }));

  it('a branch that is stopped in a rebase elsewhere counts as checked out, in git’s own words', () =>
    withTempDir(async (dir) => {
      const { root, o, deps } = await withBranch(dir);
      const other = await addWorktree(root, path.join(dir, 'other'), 'mine');
      await runGit(other, 'switch', '-q', 'feature');
      await runGit(other, 'commit', '-q', '--allow-empty', '-m', 'one');
      const base = await runGit(other, 'rev-parse', 'HEAD');
      await runGit(other, '-c', 'sequence.editor=sed -i 1ibreak', 'rebase', '-q', '-i', '--keep-empty', 'HEAD~1');
      await refusal(makeWorktree(deps, { ...o, base }), 'in-use', /feature is checked out in .*other/);
      assert.equal(await runGit(root, 'rev-parse', 'feature'), base, 'the branch stays');
    }));

  it('one that moved meanwhile, or is not there: refused', () =>
    withTempDir(async (dir) => {
      const { root, o, deps } = await withBranch(dir);
      await refusal(makeWorktree(deps, { ...o, branch: 'nope' }), 'base-missing', /no branch nope/);
      await runGit(root, 'commit', '-q', '--allow-empty', '-m', 'later');
      await runGit(root, 'branch', '-f', 'feature');
      await refusal(makeWorktree(deps, o), 'changed-meanwhile', /moved on/);
      assert.equal(existsSync(o.worktree), false);
    }));

  it('undone, the branch stays', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const { root, o, deps } = await withBranch(dir);
      const hook = path.join(root, '.git', 'hooks', 'post-checkout');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, `#!/bin/sh\ntouch '${dir}/reached'; sleep 60\n`);
      await chmod(hook, 0o755);
      const cancel = new AbortController();
      const making = makeWorktree(deps, { ...o, signal: cancel.signal }).catch((error: unknown) => error);
      await until('the hook runs', () => existsSync(path.join(dir, 'reached')));
      cancel.abort();
      const error = await making;
      assert.ok(WorktreeError.is(error) && error.reason === 'cancelled', String(error));
      assert.equal(existsSync(o.worktree), false);
      assert.equal(await runGit(root, 'rev-parse', 'feature'), o.base);
      assert.deepEqual(await readdir(deps.journalDir), []);
    });
  });
});
