import { strict as assert } from 'node:assert';
import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from '../../../src/core/git/errors';
import { createGit } from '../../../src/core/git/git';
import { changedFiles, parseNameStatus, parseStatus, readBlob, readStatus } from '../../../src/core/git/status';
import { silentLog } from '../../../src/core/ports';
import { addWorktree, commitAll, makeRepository, runGit, testEnvironment, withTempDir } from '../support/repositories';

const door = () => createGit({ gitPath: null, env: testEnvironment(), log: silentLog });

async function withWorktree(fn: (c: { dir: string; root: string; w: string; base: string }) => Promise<void>) {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir, { files: 5 });
    const base = await runGit(root, 'rev-parse', 'HEAD');
    await fn({ dir, root, w: await addWorktree(root, path.join(dir, 'w'), 'agent/x'), base });
  });
}

const file = (n: number) => `src/000/file-0000${n}.txt`;

describe('status of a worktree', () => {
  it('fresh: clean, nothing ahead or behind, two git processes', () =>
    withWorktree(async ({ w, base }) => {
      const git = door();
      const { at, ...status } = await readStatus(git, w, 'main');
      assert.deepEqual(status, {
        head: base,
        branch: 'agent/x',
        dirty: false,
        ahead: 0,
        behind: 0,
        mergeBase: base,
        changedFiles: 0,
        inProgress: null,
      });
      assert.ok(Date.now() - Date.parse(at) < 60_000);
      assert.equal(git.started, 2);
    }));

  it('counts committed, staged, changed, untracked and renamed files once each, in three git processes', () =>
    withWorktree(async ({ root, w, base }) => {
      await writeFile(path.join(w, file(0)), 'committed');
      await rename(path.join(w, file(1)), path.join(w, 'renamed.txt'));
      await commitAll(w, 'work');
      await writeFile(path.join(w, file(0)), 'and changed again');
      await writeFile(path.join(w, file(2)), 'changed');
      await rm(path.join(w, file(3)));
      await mkdir(path.join(w, 'new folder'));
      await writeFile(path.join(w, 'new folder', "it's é\nnew"), 'x');
      await writeFile(path.join(w, 'staged'), 'x');
      await runGit(w, 'add', 'staged');
      await writeFile(path.join(root, 'moved-on'), 'x');
      await commitAll(root, 'main moved on');
      const git = door();
      const status = await readStatus(git, w, 'main');
      assert.equal(git.started, 3);
      assert.deepEqual([status.dirty, status.ahead, status.behind, status.mergeBase], [true, 1, 1, base]);
      const { mergeBase, files } = await changedFiles(git, w, 'main');
      assert.equal(mergeBase, base);
      assert.deepEqual(
        files.map(({ path: name, oldPath, kind }) => `${kind} ${oldPath === null ? '' : `${oldPath} → `}${name}`),
        [
          "untracked new folder/it's é\nnew",
          `renamed ${file(1)} → renamed.txt`,
          `modified ${file(0)}`,
          `modified ${file(2)}`,
          `deleted ${file(3)}`,
          'added staged',
        ],
      );
      assert.equal(status.changedFiles, files.length);
    }));

  it('after the base was merged in: the merge base is the newer one', () =>
    withWorktree(async ({ root, w, base }) => {
      await writeFile(path.join(w, file(0)), 'mine');
      await commitAll(w, 'mine');
      await writeFile(path.join(root, file(4)), 'theirs');
      const theirs = await commitAll(root, 'theirs');
      await runGit(w, 'merge', '-q', '--no-edit', 'main');
      // A third line from the old base, dated last: git walks it first, so the old base comes before the merge base.
      await runGit(w, 'switch', '-q', '-c', 'side', base);
      const env = { GIT_COMMITTER_DATE: '2099-01-01T00:00:00Z' };
      await door().run(['commit', '-q', '--allow-empty', '-m', 'side'], { cwd: w, read: false, env });
      await runGit(w, 'switch', '-q', 'agent/x');
      await door().run(['merge', '-q', '--no-edit', 'side'], { cwd: w, read: false, env });
      await runGit(root, 'commit', '-q', '--allow-empty', '-m', 'more');
      const git = door();
      const status = await readStatus(git, w, 'main');
      assert.deepEqual([status.ahead, status.behind, status.mergeBase, status.changedFiles], [4, 1, theirs, 1]);
      assert.ok(git.started <= 4);
    }));

  it('what is not known is null: no base, a base that is gone, no shared history, no commit', () =>
    withWorktree(async ({ dir, root, w }) => {
      await writeFile(path.join(w, 'new'), 'x');
      const git = door();
      const none = await readStatus(git, w, null);
      assert.deepEqual([none.ahead, none.mergeBase, none.changedFiles], [null, null, 1]);
      for (const base of ['gone', '--all', 'a\0b']) {
        const gone = await readStatus(git, w, base);
        assert.deepEqual([gone.ahead, gone.behind, gone.changedFiles, gone.dirty], [null, null, null, true]);
      }
      await runGit(root, 'checkout', '-q', '--orphan', 'alone');
      await commitAll(root, 'alone');
      assert.equal((await readStatus(git, w, 'alone')).mergeBase, null);
      await assert.rejects(changedFiles(git, w, 'alone'), (error) => GitError.is(error) && error.reason === 'bad-ref');
      await assert.rejects(changedFiles(git, w, '--all'), (error) => GitError.is(error) && error.reason === 'bad-ref');
      await runGit(dir, 'init', '-q', 'empty');
      const empty = await readStatus(git, path.join(dir, 'empty'), 'main');
      assert.deepEqual([empty.head, empty.branch, empty.ahead, empty.dirty], [null, 'main', null, false]);
    }));

  it('says what is in progress', () =>
    withWorktree(async ({ root, w }) => {
      await writeFile(path.join(root, file(0)), 'theirs');
      await commitAll(root, 'theirs');
      await writeFile(path.join(w, file(0)), 'mine');
      await commitAll(w, 'mine');
      const git = door();
      await assert.rejects(runGit(w, 'merge', 'main'));
      assert.equal((await readStatus(git, w, 'main')).inProgress, 'merge');
      await runGit(w, 'merge', '--abort');
      await assert.rejects(runGit(w, 'rebase', 'main'));
      const rebasing = await readStatus(git, w, 'main');
      assert.deepEqual([rebasing.inProgress, rebasing.branch], ['rebase', null]);
      await runGit(w, 'rebase', '--abort');
      await assert.rejects(runGit(w, 'cherry-pick', 'main'));
      assert.equal((await readStatus(git, w, 'main')).inProgress, 'cherry-pick');
    }));

  it('does not depend on how the user configured status and diff', () =>
    withWorktree(async ({ w }) => {
      for (const [key, value] of [
        ['diff.noprefix', 'true'],
        ['diff.relative', 'true'],
        ['diff.renames', 'false'],
        ['diff.external', '/bin/false'],
        ['status.showUntrackedFiles', 'no'],
        ['status.short', 'true'],
        ['color.ui', 'always'],
        ['core.quotePath', 'true'],
      ]) {
        await runGit(w, 'config', key ?? '', value ?? '');
      }
      await writeFile(path.join(w, 'é'), 'x');
      await rename(path.join(w, file(1)), path.join(w, 'b'));
      await runGit(w, 'add', '-A', 'b', 'src');
      await runGit(w, 'commit', '-q', '-m', 'x');
      const { files } = await changedFiles(door(), w, 'main');
      assert.deepEqual(
        files.map((each) => `${each.kind} ${each.path}`),
        ['renamed b', 'untracked é'],
      );
      assert.equal((await readStatus(door(), w, 'main')).changedFiles, 2);
    }));

  it('leaves the index as it was', () =>
    withWorktree(async ({ root, w }) => {
      await writeFile(path.join(w, file(0)), await readFile(path.join(w, file(0))));
      const index = path.join(root, '.git', 'worktrees', 'w', 'index');
      const before = await stat(index, { bigint: true });
      await readStatus(door(), w, 'main');
      await changedFiles(door(), w, 'main');
      const after = await stat(index, { bigint: true });
      assert.deepEqual([after.mtimeNs, after.ino], [before.mtimeNs, before.ino]);
    }));

  it('tells a deleted file that is there again untracked from a new one, and a changed type', async function () {
    if (process.platform === 'win32') this.skip();
    await withWorktree(async ({ w }) => {
      await runGit(w, 'rm', '-q', '--cached', file(0));
      await runGit(w, 'commit', '-q', '-m', 'removed');
      await rm(path.join(w, file(1)));
      await symlink('file-00002.txt', path.join(w, file(1)));
      await chmod(path.join(w, file(2)), 0o755);
      await runGit(w, 'init', '-q', 'nested');
      await writeFile(path.join(w, 'nested', 'x'), 'x');
      const { files } = await changedFiles(door(), w, 'main');
      assert.deepEqual(
        files.map((each) => `${each.kind} ${each.path}`),
        ['untracked nested', `modified ${file(0)}`, `typechange ${file(1)}`, `modified ${file(2)}`],
      );
    });
  });
});

describe('files of a commit', () => {
  it('are read byte for byte, whatever they are called', () =>
    withWorktree(async ({ root }) => {
      const bytes = Buffer.from([0, 255, 10, 13, 10]);
      const names = process.platform === 'win32' ? ["it's é"] : ["it's é", 'line\nbreak', '-dash', 'a"b', ':colon'];
      for (const name of names) await writeFile(path.join(root, name), bytes);
      await writeFile(path.join(root, 'empty'), '');
      const commit = await commitAll(root, 'odd names');
      const git = door();
      for (const name of names) assert.deepEqual(await readBlob(git, root, commit, name), bytes, JSON.stringify(name));
      assert.equal((await readBlob(git, root, commit, 'empty'))?.length, 0);
      assert.equal(await readBlob(git, root, commit, 'gone'), null);
      assert.equal(await readBlob(git, root, commit, 'src'), null, 'a folder');
      assert.equal(await readBlob(git, root, commit, 'gone\nmissing'), null);
      assert.equal(await readBlob(git, root, 'f'.repeat(40), 'empty'), null);
      for (const bad of ['main', '--help', '', commit.slice(0, 10)]) {
        await assert.rejects(
          readBlob(git, root, bad, 'x'),
          (error) => GitError.is(error) && error.reason === 'bad-ref',
        );
      }
    }));
});

describe('git formats', () => {
  it('status: heads, renames with their second field, unmerged and untracked entries', () => {
    const z = [
      `# branch.oid ${'a'.repeat(40)}`,
      '# branch.head x',
      '# stash 3',
      `2 R. N... 100644 100644 100644 ${'b'.repeat(40)} ${'b'.repeat(40)} R100 new`,
      '? old path that looks untracked',
      `u UU N... 100644 100644 100644 100644 ${'b'.repeat(40)} ${'b'.repeat(40)} ${'b'.repeat(40)} f`,
      '? new',
      '',
    ].join('\0');
    assert.deepEqual(parseStatus(z), { head: 'a'.repeat(40), branch: 'x', entries: 3, untracked: 1 });
  });

  it('name-status: copies, unmerged files, and a list that was cut off', () => {
    assert.deepEqual(parseNameStatus('C100\0a\0b\0U\0c\0'), [
      { path: 'b', oldPath: null, kind: 'added' },
      { path: 'c', oldPath: null, kind: 'modified' },
    ]);
    assert.deepEqual(parseNameStatus(''), []);
  });
});
