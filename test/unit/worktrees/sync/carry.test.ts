import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SyncOutcome, SyncRequest } from '../../../../src/core/worktrees/sync/request';
import { syncWorktree } from '../../../../src/core/worktrees/sync/syncWorktree';
import {
  addWorktree,
  commitAll,
  makeRepository,
  otherDisk,
  runGit,
  testEnvironment,
  withTempDir,
} from '../../support/repositories';
import { leftovers, photograph, ref, type Scene, scene, syncDeps } from './support';

const one = 'src/000/file-00001.txt';
const two = 'src/000/file-00002.txt';

async function write(root: string, name: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  await writeFile(path.join(root, name), text);
}

async function onBase(s: Scene, files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await write(s.root, name, text);
  return commitAll(s.root, 'on the base');
}

async function sync(s: Scene, o: Partial<SyncRequest> = {}): Promise<SyncOutcome> {
  const { worktree } = s;
  const base = await runGit(s.root, 'rev-parse', 'main');
  const request = { ref, worktree, branch: 'agent/api', base, baseName: 'main', method: 'rebase', ...o } as const;
  return syncWorktree(s.deps, request);
}

/** Refused, and everything is as before. */
async function assertUntouched(s: Scene, act: () => Promise<SyncOutcome>): Promise<SyncOutcome> {
  const before = await photograph(s.worktree);
  const objects = await runGit(s.root, 'count-objects', '-v');
  const outcome = await act();
  assert.ok(outcome.result === 'held' || outcome.result === 'conflicting', JSON.stringify(outcome));
  assert.deepEqual(await photograph(s.worktree), before);
  assert.deepEqual(await leftovers(s), []);
  assert.equal(await runGit(s.root, 'count-objects', '-v'), objects);
  return outcome;
}

const status = (s: Scene) => runGit(s.worktree, 'status', '--porcelain', '--untracked-files=all');

describe('worktrees: a sync carries uncommitted work', () => {
  it('staged and unstaged changes of one file stay apart', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      const lines = (a: string, b: string, c: string) => `${a}\n2\n3\n4\n${b}\n6\n7\n8\n${c}\n`;
      await onBase(s, { 'f.txt': lines('1', '5', '9') });
      await sync(s);
      await write(s.worktree, 'f.txt', lines('1', 'staged', '9'));
      await runGit(s.worktree, 'add', 'f.txt');
      await write(s.worktree, 'f.txt', lines('1', 'staged', 'unstaged'));
      await onBase(s, { 'f.txt': lines('base', '5', '9') });
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await readFile(path.join(s.worktree, 'f.txt'), 'utf8'), lines('base', 'staged', 'unstaged'));
      assert.equal(await runGit(s.worktree, 'show', ':f.txt'), lines('base', 'staged', '9').trimEnd());
      assert.equal(await status(s), 'MM f.txt');
    }));

  it('follows a file that the base renamed', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      const text = Array.from({ length: 20 }, (_, i) => `line ${i}\n`);
      await onBase(s, { 'old.txt': text.join('') });
      await sync(s);
      await write(s.worktree, 'old.txt', `${text.join('')}mine\n`);
      await runGit(s.root, 'mv', 'old.txt', 'new.txt');
      await commitAll(s.root, 'renamed');
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await status(s), ' M new.txt');
      assert.equal(existsSync(path.join(s.worktree, 'old.txt')), false);
    }));

  it('leaves untracked and ignored files, other modes and links alone', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { '.gitignore': '*.log\n', [one]: 'base\n' });
      await write(s.worktree, 'notes/own.txt', 'untracked\n');
      await write(s.worktree, 'secret.log', 'not ignored yet\n');
      await chmod(path.join(s.worktree, two), 0o755);
      await symlink('nowhere', path.join(s.worktree, 'src/link'));
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await status(s), ` M ${two}\n?? notes/own.txt\n?? src/link`);
      assert.equal(await readFile(path.join(s.worktree, 'secret.log'), 'utf8'), 'not ignored yet\n');
    }));

  it('keeps flags of the index: intent to add, skip-worktree, assume-unchanged', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir, 6);
      await write(s.worktree, 'intended.txt', 'intended\n');
      await runGit(s.worktree, 'add', '--intent-to-add', 'intended.txt');
      await runGit(s.worktree, 'update-index', '--skip-worktree', 'src/000/file-00003.txt');
      await write(s.worktree, 'src/000/file-00003.txt', 'local only\n');
      await runGit(s.worktree, 'update-index', '--assume-unchanged', 'src/000/file-00004.txt');
      const flags = await runGit(s.worktree, 'ls-files', '-v');
      await onBase(s, { [one]: 'base\n' });
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await runGit(s.worktree, 'ls-files', '-v'), flags);
      assert.equal(await status(s), ' A intended.txt');
      assert.equal(await readFile(path.join(s.worktree, 'src/000/file-00003.txt'), 'utf8'), 'local only\n');
      await onBase(s, { 'src/000/file-00003.txt': 'base\n' });
      const outcome = await assertUntouched(s, () => sync(s));
      assert.deepEqual(outcome.result === 'conflicting' && outcome.files, ['src/000/file-00003.txt']);
    }));

  it('respects sparse patterns: nothing outside them appears', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' });
      await sync(s);
      await runGit(s.worktree, 'sparse-checkout', 'set', 'in');
      await onBase(s, {
        'in/a.txt': 'changed\n',
        'out/b.txt': 'changed\n',
        'out/new.txt': 'new\n',
        'in/new.txt': 'n\n',
      });
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(existsSync(path.join(s.worktree, 'out')), false);
      assert.equal(await readFile(path.join(s.worktree, 'in/new.txt'), 'utf8'), 'n\n');
      assert.equal(await status(s), '');
      const tags = await runGit(s.worktree, 'ls-files', '-t', 'out');
      assert.equal(tags, 'S out/b.txt\nS out/new.txt');
    }));

  it('checks out by the attributes of the new commit, and merges by them', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { 'gen.txt': 'a\n', 'dos.txt': 'one\ntwo\n' });
      await sync(s);
      await write(s.worktree, 'gen.txt', 'a\nmine\n');
      await commitAll(s.worktree, 'mine');
      await onBase(s, {
        '.gitattributes': 'gen.txt merge=union\ndos.txt eol=crlf\n',
        'gen.txt': 'a\nbase\n',
        'dos.txt': 'one\n2\n',
      });
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await readFile(path.join(s.worktree, 'gen.txt'), 'utf8'), 'a\nbase\nmine\n');
      assert.equal(await readFile(path.join(s.worktree, 'dos.txt'), 'utf8'), 'one\r\n2\r\n');
      assert.equal(await status(s), '');
    }));

  it('moves a clean submodule with the base, and leaves a dirty one as it is', () =>
    withTempDir(async (dir) => {
      const part = await makeRepository(dir, { name: 'part' });
      const root = await makeRepository(dir);
      for (const name of ['clean', 'dirty']) await runGit(root, 'submodule', '--quiet', 'add', part, name);
      await commitAll(root, 'submodules');
      const worktree = await addWorktree(root, path.join(dir, 'w'), 'agent/api', 'main');
      await runGit(worktree, 'submodule', '--quiet', 'update', '--init');
      const s = { root, worktree, deps: await syncDeps(root) };
      await write(worktree, 'dirty/mine.txt', 'mine\n');
      await write(part, 'next.txt', 'next\n');
      const next = await commitAll(part, 'next');
      for (const name of ['clean', 'dirty']) await runGit(path.join(root, name), 'pull', '-q', 'origin', 'main');
      await commitAll(root, 'moved');
      const outcome = await sync(s);
      assert.equal(outcome.result, 'synced');
      assert.equal(await runGit(path.join(worktree, 'clean'), 'rev-parse', 'HEAD'), next);
      assert.notEqual(await runGit(path.join(worktree, 'dirty'), 'rev-parse', 'HEAD'), next);
      assert.equal(await readFile(path.join(worktree, 'dirty/mine.txt'), 'utf8'), 'mine\n');
    }));

  it('handles names with newlines and names that are not UTF-8', function () {
    if (process.platform !== 'linux') this.skip();
    return withTempDir(async (dir) => {
      const s = await scene(dir);
      const odd = Buffer.concat([Buffer.from(`${s.root}/`), Buffer.from([0x62, 0xff, 0x0a, 0x63])]);
      await writeFile(odd, 'odd\n');
      await write(s.root, 'line\nbreak.txt', 'broken\n');
      await commitAll(s.root, 'odd names');
      assert.equal((await sync(s)).result, 'synced');
      await writeFile(odd, 'odd again\n');
      await rm(path.join(s.root, 'line\nbreak.txt'));
      await commitAll(s.root, 'odd names again');
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await status(s), '');
      const there = Buffer.concat([Buffer.from(`${s.worktree}/`), Buffer.from([0x62, 0xff, 0x0a, 0x63])]);
      assert.equal(await readFile(there, 'utf8'), 'odd again\n');
      assert.equal(existsSync(path.join(s.worktree, 'line\nbreak.txt')), false);
    });
  });

  it('exchanges a file for a folder and a folder for a file', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { thing: 'file\n', 'other/x.txt': 'x\n', 'other/deep/y.txt': 'y\n' });
      await sync(s);
      await rm(path.join(s.root, 'thing'));
      await rm(path.join(s.root, 'other'), { recursive: true });
      await onBase(s, { 'thing/inside.txt': 'inside\n', other: 'a file now\n' });
      assert.equal((await sync(s)).result, 'synced');
      assert.equal(await status(s), '');
      assert.equal(await readFile(path.join(s.worktree, 'other'), 'utf8'), 'a file now\n');
    }));

  it('by merge: a merge commit with git’s own message; a branch with merges is merged, not flattened', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await write(s.worktree, 'own.txt', 'own\n');
      await commitAll(s.worktree, 'own');
      await onBase(s, { [one]: 'base\n' });
      const merged = await sync(s, { method: 'merge' });
      assert.equal(merged.result === 'synced' && merged.method, 'merge');
      const format = await runGit(s.worktree, 'log', '-1', '--format=%s|%P');
      assert.equal(format.split('|')[0], "Merge branch 'main' into agent/api");
      assert.equal(format.split('|')[1]?.split(' ').length, 2);
      await onBase(s, { [two]: 'base\n' });
      const again = await sync(s);
      assert.equal(again.result === 'synced' && again.method, 'merge');
      assert.match((again.result === 'synced' && again.note) || '', /holds merge commits/);
    }));

  it('writes down whence it came: reflog and ORIG_HEAD', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await write(s.worktree, 'own.txt', 'own\n');
      const own = await commitAll(s.worktree, 'own');
      await onBase(s, { [one]: 'base\n' });
      await sync(s);
      assert.equal(await runGit(s.worktree, 'rev-parse', 'ORIG_HEAD'), own);
      assert.equal(await runGit(s.worktree, 'rev-parse', 'agent/api@{1}'), own);
      assert.match(await runGit(s.worktree, 'reflog', '-1'), /switchyard sync: rebase onto main/);
    }));

  it('makes nothing of a conflict: not an object, not a file', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await write(s.worktree, one, 'mine\n');
      await commitAll(s.worktree, 'mine');
      await onBase(s, { [one]: 'base\n' });
      const outcome = await assertUntouched(s, () => sync(s));
      assert.deepEqual(outcome.result === 'conflicting' && outcome.files, [one]);
      assert.equal((await assertUntouched(s, () => sync(s, { method: 'merge' }))).result, 'conflicting');
    }));

  it('is up to date when the base is in the branch', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      assert.equal((await sync(s)).result, 'up-to-date');
    }));
});

describe('worktrees: bad input of a sync', () => {
  it('index locked: refused after a short wait', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { [one]: 'base\n' });
      const lock = path.join(await runGit(s.worktree, 'rev-parse', '--absolute-git-dir'), 'index.lock');
      await writeFile(lock, '');
      await assert.rejects(sync(s), { reason: 'in-use' });
      assert.equal(await readFile(lock, 'utf8'), '');
      await rm(lock);
      assert.deepEqual(await leftovers(s), []);
      assert.equal(await status(s), '');
      assert.equal((await sync(s)).result, 'synced');
    }));

  it('conflicted index: held', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      const blob = await runGit(s.worktree, 'rev-parse', `HEAD:${one}`);
      const lines = [1, 2, 3].map((stage) => `100644 ${blob} ${stage}\tboth.txt\n`).join('');
      execFileSync('git', ['update-index', '--index-info'], { cwd: s.worktree, input: lines, env: testEnvironment() });
      await onBase(s, { [one]: 'base\n' });
      const outcome = await assertUntouched(s, () => sync(s));
      assert.match(outcome.result === 'held' ? outcome.reason : '', /index has conflicts \(both\.txt\)/);
    }));

  it('detached HEAD, another branch, a stopped merge: held', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await write(s.worktree, one, 'mine\n');
      await commitAll(s.worktree, 'mine');
      await onBase(s, { [one]: 'base\n' });
      const reason = async () => {
        const outcome = await assertUntouched(s, () => sync(s));
        return outcome.result === 'held' ? outcome.reason : outcome.result;
      };
      await runGit(s.worktree, 'merge', 'main').catch(() => undefined);
      assert.match(await reason(), /a merge is in progress/);
      await runGit(s.worktree, 'merge', '--abort');
      await runGit(s.worktree, 'switch', '-q', '-c', 'another');
      assert.match(await reason(), /on the branch another/);
      await runGit(s.worktree, 'checkout', '-q', '--detach');
      assert.match(await reason(), /detached/);
    }));

  it('untracked and ignored files in the way: undone completely, and named', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { '.gitignore': '*.log\n' });
      await sync(s);
      await write(s.worktree, 'new.txt', 'mine\n');
      await write(s.worktree, 'build.log', 'mine\n');
      await write(s.worktree, 'folder', 'a file\n');
      await write(s.root, 'build.log', 'base\n');
      await runGit(s.root, 'add', '-f', 'build.log');
      await onBase(s, { 'new.txt': 'base\n', 'folder/x.txt': 'x\n' });
      const outcome = await assertUntouched(s, () => sync(s));
      assert.deepEqual(outcome.result === 'conflicting' && [...outcome.files].sort(), [
        'build.log',
        'folder',
        'new.txt',
      ]);
    }));

  it('a committed symlink in the worktree where the base has a folder: nothing is written through it', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await mkdir(path.join(dir, 'outside'));
      await symlink(path.join(dir, 'outside'), path.join(s.worktree, 'lib'));
      await onBase(s, { 'lib/x.txt': 'x\n' });
      const outcome = await assertUntouched(s, () => sync(s));
      assert.deepEqual(outcome.result === 'conflicting' && outcome.files, ['lib']);
      assert.equal(existsSync(path.join(dir, 'outside', 'x.txt')), false);
    }));

  it('a hook that says no to the new branch: everything goes back', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await onBase(s, { [one]: 'base\n', 'new.txt': 'new\n' });
      await write(s.worktree, two, 'dirty\n');
      const hook = path.join(s.root, '.git', 'hooks', 'reference-transaction');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, '#!/bin/sh\n[ "$1" != prepared ] || ! grep -q refs/heads/agent\n', { mode: 0o755 });
      const before = await photograph(s.worktree);
      await assert.rejects(sync(s), { name: 'GitError' });
      assert.deepEqual(await photograph(s.worktree), before);
      assert.deepEqual(await leftovers(s), []);
    }));

  it('disk full: nothing is changed', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    await withTempDir(async (dir) => {
      const small = path.join(dir, 'small');
      await mkdir(small);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small], { stdio: 'ignore' });
      } catch {
        this.skip();
      }
      try {
        const s = await scene(small);
        await write(s.root, 'big.bin', 'x'.repeat(2_500_000));
        await commitAll(s.root, 'big');
        await write(s.worktree, two, 'dirty\n');
        const before = await photograph(s.worktree);
        // Less room than the file takes that comes with the base.
        const { bavail, bsize } = await statfs(small);
        await writeFile(path.join(small, 'filler'), Buffer.alloc(bavail * bsize - 1_000_000));
        await assert.rejects(sync(s));
        await rm(path.join(small, 'filler'));
        assert.deepEqual(await photograph(s.worktree), before);
        assert.deepEqual(await leftovers(s), []);
      } finally {
        execFileSync('umount', [small]);
      }
    });
  });

  it('root on another disk than the repository: works, and leaves nothing beside the files', async function () {
    const { mkdtemp, realpath, stat } = await import('node:fs/promises');
    const other = await realpath(await mkdtemp(path.join(otherDisk(), 'switchyard-')));
    try {
      await withTempDir(async (dir) => {
        if ((await stat(dir)).dev === (await stat(other)).dev) this.skip();
        const root = await makeRepository(dir);
        const worktree = await addWorktree(root, path.join(other, 'w'), 'agent/api', 'main');
        const s = { root, worktree, deps: await syncDeps(root) };
        await write(worktree, two, 'dirty\n');
        await onBase(s, { [one]: 'base\n', 'new.txt': 'new\n' });
        assert.equal((await sync(s)).result, 'synced');
        assert.equal(await status(s), ` M ${two}`);
        assert.deepEqual(await leftovers(s), []);
      });
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  it('two at once in one worktree: one after the other, and git agrees', () =>
    withTempDir(async (dir) => {
      const s = await scene(dir);
      await write(s.worktree, 'own.txt', 'own\n');
      await commitAll(s.worktree, 'own');
      await onBase(s, { [one]: 'base\n' });
      const results = await Promise.allSettled([sync(s), sync(s)]);
      const synced = results.filter((each) => each.status === 'fulfilled' && each.value.result === 'synced');
      assert.ok(synced.length >= 1);
      assert.equal(await status(s), '');
      assert.equal(await runGit(s.worktree, 'rev-list', '--count', 'main..HEAD'), '1');
      assert.deepEqual(await leftovers(s), []);
    }));
});
