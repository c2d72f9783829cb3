import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { fetchBase, lastFetchAt, resolveBase } from '../../../src/core/git/base';
import { GitError } from '../../../src/core/git/errors';
import { createGit } from '../../../src/core/git/git';
import { branchNameProblem } from '../../../src/core/git/refNames';
import {
  branchExists,
  branchPatterns,
  defaultBranch,
  isValidBranchName,
  readRefs,
  resolveCommit,
  trackingAmong,
} from '../../../src/core/git/refs';
import { findRepository } from '../../../src/core/git/repository';
import { silentLog } from '../../../src/core/ports';
import {
  commitAll,
  makeBare,
  makeRepository,
  makeWithRemote,
  pushFromElsewhere,
  runGit,
  testEnvironment,
  withTempDir,
} from '../support/repositories';
import { sampled } from '../support/sampled';

const door = (env: Record<string, string> = {}) =>
  createGit({ gitPath: null, env: testEnvironment(env), log: silentLog });

async function open(root: string, env: Record<string, string> = {}) {
  const git = door(env);
  return { git, layout: await findRepository(git, root) };
}

const isReason = (reason: string, message: RegExp) => (error: unknown) => {
  assert.ok(GitError.is(error), String(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
  return true;
};

describe('refs', () => {
  it('resolves branches, tags and commits, and nothing else', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const head = await runGit(root, 'rev-parse', 'HEAD');
      await runGit(root, 'tag', '-a', '-m', 'one', 'v1');
      const git = door();
      for (const ref of ['main', 'HEAD', 'v1', head, head.slice(0, 12)])
        assert.equal(await resolveCommit(git, root, ref), head);
      for (const ref of ['nope', '', '--all', '-x', 'a..b', 'main main', 'a\nb', 'a\0b', 'HEAD^{tree}', '$(id)']) {
        assert.equal(await resolveCommit(git, root, ref), null, JSON.stringify(ref));
      }
      await assert.rejects(resolveCommit(git, dir, 'main'), isReason('no-repository', /git repository/));
    }));

  it('knows whether a branch exists, whatever its name', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await runGit(root, 'branch', 'ü/x');
      const git = door();
      assert.equal(await branchExists(git, root, 'ü/x'), true);
      for (const name of ['ü', 'main/x', '', '--all', '../heads/main', 'a b', 'main\n', 'main\0']) {
        assert.equal(await branchExists(git, root, name), false, JSON.stringify(name));
      }
    }));

  it('agrees with git on what a branch may be called', function () {
    this.timeout(300_000);
    return withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const git = door();
      const piece = fc.constantFrom(
        'a',
        'é',
        '/',
        '.',
        '..',
        '-',
        '@',
        '{',
        '@{',
        '~',
        '^',
        ':',
        '?',
        '*',
        '[',
        '\\',
        ' ',
        '\n',
        '.lock',
        'HEAD',
        '\x7f',
        '"',
        "'",
        '$',
        '木',
      );
      const names = fc.oneof(
        fc.array(piece, { maxLength: 5 }).map((parts) => parts.join('')),
        fc.string({ maxLength: 6 }),
      );
      await fc.assert(
        fc.asyncProperty(names, async (name) => {
          assert.equal(
            branchNameProblem(name) === null,
            await isValidBranchName(git, root, name),
            JSON.stringify(name),
          );
        }),
        sampled(300),
      );
    });
  });

  it('finds the default branch: what origin calls HEAD', () =>
    withTempDir(async (dir) => {
      const { root } = await makeWithRemote(dir);
      await runGit(root, 'switch', '-q', '-c', 'work');
      await runGit(root, 'branch', '-D', 'main');
      const { git, layout } = await open(root);
      assert.equal(await defaultBranch(git, layout), 'main');
      const tracking = async (branch: string) =>
        trackingAmong(await readRefs(git, { cwd: root }, branchPatterns(branch)), branch);
      const { remote, ref } = (await tracking('main')) ?? {};
      assert.deepEqual({ remote, ref }, { remote: 'origin', ref: 'refs/remotes/origin/main' });
      assert.equal(await tracking('work'), null);
    }));

  it('finds the default branch without a remote: configured, main, master, the current one', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const { git, layout } = await open(root);
      await runGit(root, 'branch', '-m', 'work');
      assert.equal(await defaultBranch(git, layout), 'work');
      await runGit(root, 'branch', 'master');
      assert.equal(await defaultBranch(git, layout), 'master');
      await runGit(root, 'branch', 'main');
      assert.equal(await defaultBranch(git, layout), 'main');
      await runGit(root, 'branch', 'trunk');
      await runGit(root, 'config', 'init.defaultBranch', 'trunk');
      assert.equal(await defaultBranch(git, layout), 'trunk');
    }));

  it("finds a bare repository's own default branch from its linked worktrees", () =>
    withTempDir(async (dir) => {
      const { bare, side } = await makeBare(dir);
      await runGit(bare, 'branch', 'trunk', 'main');
      await runGit(bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
      const { git, layout } = await open(side);
      assert.equal(await defaultBranch(git, layout), 'trunk');
    }));

  it('a repository without commits has no base, and says so', () =>
    withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q', 'empty');
      const { git, layout } = await open(path.join(dir, 'empty'));
      await assert.rejects(defaultBranch(git, layout), isReason('bad-ref', /no commit yet; make a first commit/));
      await assert.rejects(resolveBase(git, layout, null), isReason('bad-ref', /no commit yet/));
      await assert.rejects(resolveBase(git, layout, 'main'), isReason('bad-ref', /no commit yet/));
    }));
});

describe('base', () => {
  it('is the local branch where there is no remote', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const { git, layout } = await open(root);
      const commit = await runGit(root, 'rev-parse', 'HEAD');
      assert.deepEqual(await resolveBase(git, layout, null), { name: 'main', commit, fetchedAt: null, note: null });
      assert.equal((await resolveBase(git, layout, commit)).commit, commit);
    }));

  it('is fetched first, and is the remote-tracking ref when that is ahead, with its age', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const newer = await pushFromElsewhere(dir, remote);
      const { git, layout } = await open(root);
      const before = Date.now();
      const base = await resolveBase(git, layout, null);
      assert.equal(base.name, 'origin/main');
      assert.equal(base.commit, newer);
      assert.equal(base.note, null);
      assert.ok(Math.abs(Date.parse(base.fetchedAt ?? '') - before) < 60_000, String(base.fetchedAt));
      assert.notEqual(await runGit(root, 'rev-parse', 'main'), newer, 'the local branch stays where it is');
    }));

  it('is not fetched when told so, or when it was fetched just now', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const { git, layout } = await open(root);
      await resolveBase(git, layout, null);
      await pushFromElsewhere(dir, remote);
      const old = await runGit(root, 'rev-parse', 'HEAD');
      assert.equal((await resolveBase(git, layout, null)).commit, old, 'fresh');
      const long = new Date(Math.floor(Date.now() / 1000 - 3600) * 1000);
      await utimes(path.join(root, '.git', 'FETCH_HEAD'), long, long);
      const base = await resolveBase(git, layout, null, { fetch: false });
      assert.deepEqual([base.commit, base.fetchedAt], [old, long.toISOString()]);
      assert.notEqual((await resolveBase(git, layout, null)).commit, old, 'an hour is too old');
    }));

  it('is the local branch when that is ahead, and says when both have moved', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      await writeFile(path.join(root, 'mine'), 'x');
      const mine = await commitAll(root, 'mine');
      const { git, layout } = await open(root);
      const ahead = await resolveBase(git, layout, null);
      assert.deepEqual([ahead.name, ahead.commit, ahead.note], ['main', mine, null]);
      await pushFromElsewhere(dir, remote);
      const diverged = await resolveBase(git, layout, 'main', { freshMs: 0 });
      assert.deepEqual([diverged.name, diverged.commit], ['main', mine]);
      assert.match(diverged.note ?? '', /main \(1 ahead\) and origin\/main \(1 ahead\) have diverged/);
    }));

  it('may be a remote-tracking branch by name, or one that was never checked out', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const { git, layout } = await open(root);
      const newer = await pushFromElsewhere(dir, remote);
      assert.equal((await resolveBase(git, layout, 'origin/main')).commit, newer);
      await runGit(root, 'switch', '-q', '--detach');
      await runGit(root, 'branch', '-D', 'main');
      const base = await resolveBase(git, layout, 'main');
      assert.deepEqual([base.name, base.commit], ['origin/main', newer]);
    }));

  it('a remote that is gone is a note and not an error', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      await rm(remote, { recursive: true });
      const { git, layout } = await open(root);
      const base = await resolveBase(git, layout, null);
      assert.equal(base.name, 'main');
      assert.match(base.note ?? '', /^origin\/main could not be fetched: /);
      assert.ok(!(base.note ?? '').includes('\n'));
      assert.deepEqual(await fetchBase(git, root, 'nothing', { timeoutMs: 1000 }), { fetched: false, reason: null });
    }));

  it('a remote that never answers is given up after the timeout', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const { root } = await makeWithRemote(dir);
      const ssh = path.join(dir, 'ssh');
      await writeFile(ssh, `#!/bin/sh\ntouch '${dir}/asked'\nexec sleep 300\n`);
      await chmod(ssh, 0o755);
      await runGit(root, 'remote', 'set-url', 'origin', 'ssh://nobody@localhost/x');
      const { git, layout } = await open(root, { GIT_SSH_COMMAND: `'${ssh}'`, GIT_SSH_VARIANT: 'simple' });
      const began = Date.now();
      const base = await resolveBase(git, layout, null, { timeoutMs: 1500 });
      assert.match(base.note ?? '', /no answer within 1\.5 s/);
      assert.ok(Date.now() - began < 15_000);
      assert.ok(existsSync(path.join(dir, 'asked')));
      const cancel = AbortSignal.timeout(200);
      await assert.rejects(
        resolveBase(git, layout, null, { signal: cancel, timeoutMs: 60_000 }),
        isReason('cancelled', /cancelled/),
      );
    });
  });

  for (const wanted of ['nope', '--upload-pack=x', 'a b', 'line\nbreak', '$(id)']) {
    it(`a base called ${JSON.stringify(wanted)} that is not there: refused`, () =>
      withTempDir(async (dir) => {
        const { git, layout } = await open(await makeRepository(dir));
        await assert.rejects(resolveBase(git, layout, wanted), isReason('bad-ref', /There is no branch or commit/));
      }));
  }

  it('its age counts fetches of its own branch, in any worktree, that succeeded', () =>
    withTempDir(async (dir) => {
      const { root } = await makeWithRemote(dir);
      const { layout } = await open(root);
      assert.equal(await lastFetchAt(layout), null);
      await runGit(root, 'push', '-q', 'origin', 'main:other');
      await runGit(root, 'fetch', '-q', 'origin', 'other');
      assert.notEqual(await lastFetchAt(layout), null);
      assert.equal(await lastFetchAt(layout, 'refs/heads/main'), null);
      await mkdir(path.join(dir, 'x'));
      await runGit(root, 'worktree', 'add', '-q', '-b', 'w', path.join(dir, 'w'));
      await runGit(path.join(dir, 'w'), 'fetch', '-q', 'origin', 'main');
      const { mtimeMs } = await stat(path.join(root, '.git', 'worktrees', 'w', 'FETCH_HEAD'));
      assert.equal((await lastFetchAt(layout, 'refs/heads/main'))?.getTime(), Math.floor(mtimeMs));
    }));
});
