import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { resolveBase } from '../../../src/core/git/base';
import { GitError } from '../../../src/core/git/errors';
import { createGit } from '../../../src/core/git/git';
import { pullRequestNumber, resolvePullRequest } from '../../../src/core/git/pullRequest';
import { findRepository } from '../../../src/core/git/repository';
import { silentLog } from '../../../src/core/ports';
import {
  makeRepository,
  makeWithRemote,
  pushFromElsewhere,
  runGit,
  testEnvironment,
  withTempDir,
} from '../support/repositories';

async function open(root: string) {
  const git = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
  return { git, layout: await findRepository(git, root) };
}

/** A remote whose pull request 12 has a commit that no branch has; resolves with its id. */
async function withRequest(dir: string, ref = 'refs/pull/12/head') {
  const { root, remote } = await makeWithRemote(dir);
  const head = await pushFromElsewhere(dir, remote);
  await runGit(remote, 'update-ref', ref, head);
  await runGit(remote, 'update-ref', 'refs/heads/main', `${head}~1`);
  return { root, remote, head };
}

async function refusal(promise: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(GitError.is(error), String(error));
    assert.equal(error.reason, 'bad-ref');
    assert.match(error.message, message);
    return true;
  });
}

describe('pull requests', function () {
  this.timeout(60_000);

  it('are numbers behind a hash and nothing else', () => {
    assert.equal(pullRequestNumber('#12'), 12);
    for (const text of ['12', '#0', '#', '#-1', '#12a', 'a#12', '#12345678901', 'main', '']) {
      assert.equal(pullRequestNumber(text), null, text);
    }
  });

  for (const [forge, ref] of [
    ['GitHub', 'refs/pull/12/head'],
    ['GitLab', 'refs/merge-requests/12/head'],
  ] as const) {
    it(`are fetched as ${forge} keeps them, and nothing of the user's moves`, () =>
      withTempDir(async (dir) => {
        const { root, head } = await withRequest(dir, ref);
        const { git, layout } = await open(root);
        // A user who fetches requests by a refspec of their own.
        await runGit(root, 'config', '--add', 'remote.origin.fetch', '+refs/pull/*/head:refs/remotes/origin/pr/*');
        const refs = ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/remotes', 'refs/tags'];
        const before = await runGit(root, ...refs);
        const found = await resolvePullRequest(git, layout, 12);
        assert.equal(found.commit, head);
        assert.equal(found.note, null);
        assert.equal(await runGit(root, 'rev-parse', found.name), head, 'the name is one that git resolves');
        assert.equal(await runGit(root, ...refs), before);
        assert.equal(existsSync(path.join(root, '.git', 'FETCH_HEAD')), false);
        assert.equal((await resolveBase(git, layout, '#12')).commit, head);
      }));
  }

  it('that were pushed anew are followed', () =>
    withTempDir(async (dir) => {
      const { root, remote, head } = await withRequest(dir);
      const { git, layout } = await open(root);
      await resolvePullRequest(git, layout, 12);
      await runGit(remote, 'update-ref', 'refs/pull/12/head', `${head}~1`);
      assert.equal((await resolvePullRequest(git, layout, 12)).commit, await runGit(remote, 'rev-parse', 'main'));
    }));

  it('that cannot be fetched any more are used as they were, and that is said', () =>
    withTempDir(async (dir) => {
      const { root, remote, head } = await withRequest(dir);
      const { git, layout } = await open(root);
      await resolvePullRequest(git, layout, 12);
      await rename(remote, path.join(dir, 'away.git'));
      const base = await resolveBase(git, layout, '#12');
      assert.equal(base.commit, head);
      assert.match(base.note ?? '', /#12 could not be fetched .*last known/);
      await assert.rejects(resolvePullRequest(git, layout, 13), (error) => GitError.is(error));
    }));

  it('that are not there, and no remote to ask, or several: refused', () =>
    withTempDir(async (dir) => {
      const { root } = await withRequest(dir);
      const { git, layout } = await open(root);
      await refusal(resolvePullRequest(git, layout, 99), /origin has no pull request #99/);
      await runGit(root, 'remote', 'rename', 'origin', 'upstream');
      assert.equal((await resolvePullRequest(git, layout, 12)).remote, 'upstream', 'the only one');
      await runGit(root, 'remote', 'add', 'fork', 'https://example.invalid/fork.git');
      await refusal(resolvePullRequest(git, layout, 12), /several remotes and none is called origin/);
      const alone = await open(await makeRepository(dir, { name: 'alone' }));
      await refusal(resolvePullRequest(alone.git, alone.layout, 12), /has no remote/);
    }));
});
