import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorktreeError } from '../../../src/core/worktrees/errors';
import { writeJournal } from '../../../src/core/worktrees/make/journal';
import { makeWorktree } from '../../../src/core/worktrees/make/makeWorktree';
import { rollbackHalfMade } from '../../../src/core/worktrees/make/recoverMake';
import { bundled } from '../support/bundled';
import { makeRepository, runGit, testEnvironment, withTempDir, worktreePaths } from '../support/repositories';
import { depsFor, holdCheckoutAt, makerProgram, until } from './support';

const ref = { plan: 'plan', task: 'api' };

interface Held {
  readonly root: string;
  readonly worktree: string;
  readonly base: string;
  readonly maker: ChildProcess;
  readonly dir: string;
}

/** A process of its own that makes `<dir>/w`, held in the middle of the checkout. */
async function heldInCheckout(dir: string): Promise<Held> {
  const root = await makeRepository(dir, { files: 30 });
  await runGit(root, 'branch', 'other');
  await holdCheckoutAt(root, dir, (...args) => runGit(root, ...args));
  return startMaker(root, dir);
}

/** The same, held in the post-checkout hook: the worktree is complete. */
async function heldInHook(dir: string): Promise<Held> {
  const root = await makeRepository(dir, { files: 30 });
  const hook = path.join(root, '.git', 'hooks', 'post-checkout');
  await mkdir(path.dirname(hook), { recursive: true });
  await writeFile(hook, `#!/bin/sh\ntouch '${dir}/reached'; while [ ! -e '${dir}/go' ]; do sleep 0.02; done\n`);
  await chmod(hook, 0o755);
  return startMaker(root, dir);
}

async function startMaker(root: string, dir: string): Promise<Held> {
  const base = await runGit(root, 'rev-parse', 'HEAD');
  const worktree = path.join(dir, 'w');
  const o = JSON.stringify({ ref, branch: 'agent/api', worktree, base });
  const maker = spawn(process.execPath, [await bundled(makerProgram), root, o], {
    env: testEnvironment(),
    stdio: 'ignore',
  });
  await until('the checkout is held', () => existsSync(path.join(dir, 'reached')));
  return { root, worktree, base, maker, dir };
}

async function killAll({ maker, root }: Held): Promise<void> {
  const gone = new Promise((resolve) => maker.once('exit', resolve));
  const group = await gitPid(root);
  maker.kill('SIGKILL');
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    // It may have ended with its maker, whose pipes it wrote to.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  await gone;
  await until('git is gone', () => !isAlive(group));
}

/** Waits until it is written down: git may be at its checkout before that; and the group of no number is our own. */
async function gitPid(root: string): Promise<number> {
  const journal = path.join(root, '.git', 'switchyard', 'cache');
  let pid: unknown;
  await until('the journal names git', async () => {
    const [file] = (await readdir(journal)).filter((name) => name.endsWith('.json'));
    pid = JSON.parse(await readFile(path.join(journal, file ?? ''), 'utf8')).gitPid;
    return typeof pid === 'number' && pid > 0;
  });
  return Number(pid);
}

/** Nothing but what was there before: no folder, no branch, no git bookkeeping, no journal. */
async function assertNothingLeft({ root, worktree, dir }: Held): Promise<void> {
  assert.equal(existsSync(worktree), false, 'the folder is gone');
  assert.deepEqual(await worktreePaths(root), [root]);
  assert.equal(await runGit(root, 'branch', '--list', 'agent/*'), '');
  assert.deepEqual(await readdir(path.join(root, '.git', 'switchyard', 'cache')), []);
  const admin = path.join(root, '.git', 'worktrees');
  assert.deepEqual(existsSync(admin) ? await readdir(admin) : [], []);
  assert.equal(await runGit(root, 'status', '--porcelain'), '');
  assert.equal(await runGit(root, 'fsck', '--no-dangling'), '');
  assert.ok(existsSync(dir));
}

/** The same worktree again, with nothing in the way. */
async function makeAgain({ root, worktree, base, dir }: Held): Promise<void> {
  await writeFile(path.join(dir, 'go'), '');
  const deps = await depsFor(root);
  await makeWorktree(deps, { ref, branch: 'agent/api', worktree, base });
  assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
  assert.equal(await runGit(worktree, 'branch', '--show-current'), 'agent/api');
}

describe('half-made worktrees', function () {
  // Each starts a process of its own, which takes seconds on a busy machine.
  this.timeout(60_000);

  before(function () {
    // Process groups and SIGKILL.
    if (process.platform === 'win32') this.skip();
  });

  it('git and our process killed half way: undone at the next start, nothing else lost, a second make works', () =>
    withTempDir(async (dir) => {
      const held = await heldInCheckout(dir);
      await killAll(held);
      assert.ok((await readdir(held.worktree)).length > 1, 'it was half way');
      const deps = await depsFor(held.root);
      assert.deepEqual(await rollbackHalfMade(deps), [held.worktree], deps.lines.join('\n'));
      await assertNothingLeft(held);
      assert.match(await runGit(held.root, 'branch', '--list', 'other'), /other/);
      assert.deepEqual(await rollbackHalfMade(deps), []);
      await makeAgain(held);
    }));

  it('killed when the worktree was complete but nobody was told: undone', () =>
    withTempDir(async (dir) => {
      const held = await heldInHook(dir);
      await killAll(held);
      const deps = await depsFor(held.root);
      assert.deepEqual(await rollbackHalfMade(deps), [held.worktree], deps.lines.join('\n'));
      await assertNothingLeft(held);
      await makeAgain(held);
    }));

  it('git killed half way while our process lives: it undoes at once and says so', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 30 });
      await holdCheckoutAt(root, dir, (...args) => runGit(root, ...args));
      const base = await runGit(root, 'rev-parse', 'HEAD');
      const held: Held = { root, base, dir, worktree: path.join(dir, 'w'), maker: spawn('true') };
      const deps = await depsFor(root);
      const making = makeWorktree(deps, { ref, branch: 'agent/api', worktree: held.worktree, base });
      const outcome = making.catch((error: unknown) => error);
      await until('the checkout is held', () => existsSync(path.join(dir, 'reached')));
      process.kill(await gitPid(root), 'SIGKILL');
      // The checkout is a child of the git that was killed: it goes on, and must end before anything is undone.
      await writeFile(path.join(dir, 'go'), '');
      const error = await outcome;
      assert.ok(WorktreeError.is(error), String(error));
      assert.equal(error.reason, 'git-failed');
      assert.match(error.message, /ended by a signal/);
      assert.doesNotMatch(error.message, /not undone/);
      await assertNothingLeft(held);
      await makeAgain(held);
    }));

  it('cancelled half way: undone at once', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 30 });
      await holdCheckoutAt(root, dir, (...args) => runGit(root, ...args));
      const base = await runGit(root, 'rev-parse', 'HEAD');
      const held: Held = { root, base, dir, worktree: path.join(dir, 'w'), maker: spawn('true') };
      const cancel = new AbortController();
      const o = { ref, branch: 'agent/api', worktree: held.worktree, base, signal: cancel.signal };
      const outcome = makeWorktree(await depsFor(root), o).catch((error: unknown) => error);
      await until('the checkout is held', () => existsSync(path.join(dir, 'reached')));
      cancel.abort();
      const error = await outcome;
      assert.ok(WorktreeError.is(error), String(error));
      assert.equal(error.reason, 'cancelled');
      await assertNothingLeft(held);
      await makeAgain(held);
    }));

  it('our process killed while git lives on: left alone until git has ended, then undone', () =>
    withTempDir(async (dir) => {
      const held = await heldInCheckout(dir);
      const pid = await gitPid(held.root);
      held.maker.kill('SIGKILL');
      await until('the maker is gone', () => held.maker.signalCode !== null);
      const deps = await depsFor(held.root);
      assert.deepEqual(await rollbackHalfMade(deps), []);
      assert.match(deps.lines.join('\n'), /still making/);
      assert.ok(existsSync(held.worktree));
      await writeFile(path.join(dir, 'go'), '');
      await until('git has ended', () => !isAlive(pid));
      assert.deepEqual(await rollbackHalfMade(deps), [held.worktree], deps.lines.join('\n'));
      await assertNothingLeft(held);
    }));

  const work: [string, (held: Held) => Promise<unknown>][] = [
    ['a new file', ({ worktree }) => writeFile(path.join(worktree, 'mine.txt'), 'mine')],
    ['a changed file', ({ worktree }) => writeFile(path.join(worktree, 'src', '000', 'file-00000.txt'), 'mine')],
    [
      'an ignored file',
      async ({ root, worktree }) => {
        await writeFile(path.join(root, '.git', 'info', 'exclude'), 'local.db\n');
        await writeFile(path.join(worktree, 'local.db'), 'mine');
      },
    ],
    [
      'a link where a folder was',
      async ({ worktree, dir }) => {
        await mkdir(path.join(dir, 'precious'));
        await writeFile(path.join(dir, 'precious', 'file-00000.txt'), 'line one of 0\nline two\n');
        await rm(path.join(worktree, 'src', '000'), { recursive: true });
        await symlink(path.join(dir, 'precious'), path.join(worktree, 'src', '000'));
      },
    ],
  ];
  for (const [name, put] of work) {
    it(`half made, with ${name} in it: kept, reported, nothing lost`, () =>
      withTempDir(async (dir) => {
        const held = await heldInCheckout(dir);
        await killAll(held);
        await put(held);
        const before = await snapshot(held.worktree);
        const deps = await depsFor(held.root);
        assert.deepEqual(await rollbackHalfMade(deps), []);
        assert.match(deps.lines.join('\n'), /warn: Kept the half-made worktree/);
        assert.deepEqual(await snapshot(held.worktree), before);
        assert.match(await runGit(held.root, 'branch', '--list', 'agent/api'), /agent\/api/);
        // Reported once; it is a worktree like any other from now on.
        assert.deepEqual(await rollbackHalfMade(deps), []);
        assert.equal(deps.lines.length, 1);
      }));
  }

  const later: [string, (held: Held) => Promise<unknown>][] = [
    [
      'a commit',
      async ({ worktree }) => {
        await writeFile(path.join(worktree, 'mine.txt'), 'mine');
        await runGit(worktree, 'add', '-A');
        return runGit(worktree, 'commit', '-qm', 'mine');
      },
    ],
    [
      'a commit that was taken back',
      async ({ worktree }) => {
        await runGit(worktree, 'commit', '-qm', 'mine', '--allow-empty');
        return runGit(worktree, 'reset', '-q', '--hard', 'HEAD~1');
      },
    ],
    [
      'a staged file that is gone from the folder',
      async ({ worktree }) => {
        await writeFile(path.join(worktree, 'mine.txt'), 'mine');
        await runGit(worktree, 'add', '-A');
        return rm(path.join(worktree, 'mine.txt'));
      },
    ],
    ['another branch', ({ worktree }) => runGit(worktree, 'switch', '-q', '-c', 'mine')],
  ];
  for (const [name, put] of later) {
    it(`complete, with ${name}: kept and reported`, () =>
      withTempDir(async (dir) => {
        const held = await heldInHook(dir);
        await killAll(held);
        await writeFile(path.join(dir, 'go'), '');
        await put(held);
        const before = await snapshot(held.worktree);
        const deps = await depsFor(held.root);
        assert.deepEqual(await rollbackHalfMade(deps), []);
        assert.match(deps.lines.join('\n'), /warn: Kept the half-made worktree/);
        assert.deepEqual(await snapshot(held.worktree), before);
        assert.equal((await worktreePaths(held.root)).length, 2);
      }));
  }

  it('a file cut off in the middle is the work of the killed git', () =>
    withTempDir(async (dir) => {
      const held = await heldInCheckout(dir);
      await killAll(held);
      await writeFile(path.join(held.worktree, 'src', '000', 'file-00003.txt'), 'line one');
      await writeFile(path.join(held.worktree, 'src', '000', 'file-00004.txt'), '');
      const deps = await depsFor(held.root);
      assert.deepEqual(await rollbackHalfMade(deps), [held.worktree], deps.lines.join('\n'));
      await assertNothingLeft(held);
    }));
});

describe('half-made worktrees: each moment git may die in', () => {
  /** States that git leaves between its first steps, made by hand because they last microseconds. */
  const moments: [string, (admin: string, worktree: string) => Promise<unknown>][] = [
    ['before anything', async () => undefined],
    ['after its folder under .git/worktrees', (admin) => mkdir(admin, { recursive: true })],
    [
      'after its lock',
      async (admin) => {
        await mkdir(admin, { recursive: true });
        await writeFile(path.join(admin, 'locked'), 'initializing');
      },
    ],
    [
      'after the folder of the worktree',
      async (admin, worktree) => {
        await mkdir(admin, { recursive: true });
        await writeFile(path.join(admin, 'locked'), 'initializing');
        await mkdir(worktree, { recursive: true });
        await writeFile(path.join(admin, 'gitdir'), '');
      },
    ],
    [
      'after .git',
      async (admin, worktree) => {
        await mkdir(admin, { recursive: true });
        await writeFile(path.join(admin, 'locked'), 'initializing');
        await mkdir(worktree, { recursive: true });
        await writeFile(path.join(admin, 'gitdir'), `${path.join(worktree, '.git')}\n`);
        await writeFile(path.join(worktree, '.git'), `gitdir: ${admin}\n`);
      },
    ],
    [
      'before it wrote commondir, which it had opened: no git lists worktrees any more',
      async (admin, worktree) => {
        await mkdir(admin, { recursive: true });
        await writeFile(path.join(admin, 'locked'), 'initializing');
        await mkdir(worktree, { recursive: true });
        await writeFile(path.join(admin, 'gitdir'), `${path.join(worktree, '.git')}\n`);
        await writeFile(path.join(worktree, '.git'), `gitdir: ${admin}\n`);
        await writeFile(path.join(admin, 'HEAD'), `${'0'.repeat(40)}\n`);
        await writeFile(path.join(admin, 'commondir'), '');
      },
    ],
    [
      'after HEAD',
      async (admin, worktree) => {
        await mkdir(admin, { recursive: true });
        await writeFile(path.join(admin, 'locked'), 'initializing');
        await mkdir(worktree, { recursive: true });
        await writeFile(path.join(admin, 'gitdir'), `${path.join(worktree, '.git')}\n`);
        await writeFile(path.join(worktree, '.git'), `gitdir: ${admin}\n`);
        await writeFile(path.join(admin, 'HEAD'), `${'0'.repeat(40)}\n`);
        await writeFile(path.join(admin, 'commondir'), '../..\n');
      },
    ],
  ];
  for (const withBranch of [false, true]) {
    for (const [name, arrange] of moments) {
      it(`${name}, ${withBranch ? 'with' : 'without'} the branch`, () =>
        withTempDir(async (dir) => {
          const root = await makeRepository(dir);
          const base = await runGit(root, 'rev-parse', 'HEAD');
          const deps = await depsFor(root);
          const worktree = path.join(dir, 'w');
          const entry = { v: 1 as const, at: new Date().toISOString(), ...ref, worktree, existed: false };
          await writeJournal(deps.journalDir, { ...entry, branch: 'agent/api', base, adminBefore: [], gitPid: null });
          if (withBranch) await runGit(root, 'branch', 'agent/api');
          await arrange(path.join(root, '.git', 'worktrees', 'w'), worktree);
          assert.deepEqual(await rollbackHalfMade(deps), [worktree], deps.lines.join('\n'));
          const held = { root, worktree, base, dir, maker: spawn('true') };
          await assertNothingLeft(held);
          await makeAgain(held);
        }));
    }
  }
});

/** Any process of the group. */
function isAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Every file below a folder with its content; links as they are. */
async function snapshot(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    return `${file} ${entry.isFile() ? await readFile(file, 'utf8') : entry.isSymbolicLink() ? 'link' : 'folder'}`;
  });
  return (await Promise.all(lines)).sort();
}
