import { strict as assert } from 'node:assert';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { type Copied, copyIgnored } from '../../../src/core/worktrees/copy/copyIgnored';
import { WorktreeError } from '../../../src/core/worktrees/errors';
import { bundled } from '../support/bundled';
import { addWorktree, commitAll, makeRepository, testEnvironment, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';
import { depsFor } from './support';

const run = promisify(execFile);
const child = fileURLToPath(new URL('./copyInChild.ts', import.meta.url));

/** Folders and files in `node_modules` of the main worktree. */
const size = { folders: 40, files: 30 };

async function makeMain(dir: string, o: typeof size = size): Promise<string> {
  const root = await makeRepository(dir);
  await writeFile(path.join(root, '.gitignore'), '.env\nnode_modules/\n');
  await commitAll(root, 'ignore');
  await writeFile(path.join(root, '.env'), 'A=1');
  for (let folder = 0; folder < o.folders; folder += 1) {
    const at = path.join(root, 'node_modules', `p${folder}`, 'lib');
    await mkdir(at, { recursive: true });
    const files = Array.from({ length: o.files }, (_, n) => writeFile(path.join(at, `${n}.js`), `${folder} ${n}`));
    await Promise.all(files);
  }
  return root;
}

async function startChild(root: string, worktree: string, ...globs: string[]): Promise<ChildProcess> {
  const args = [await bundled(child), root, worktree, ...globs];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: testEnvironment() });
}

/** What the child said at its end. */
async function answerOf(copier: ChildProcess): Promise<Copied> {
  let text = '';
  copier.stdout?.on('data', (data) => {
    text += String(data);
  });
  const [exit] = await once(copier, 'close');
  assert.equal(exit, 0);
  return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}

async function isWhole(worktree: string, o: typeof size = size): Promise<boolean> {
  const names = await readdir(path.join(worktree, 'node_modules'), { recursive: true }).catch(() => null);
  if (names === null) return false;
  assert.equal(names.length, o.folders * (2 + o.files), 'a folder is there as a whole or not at all');
  return true;
}

const stagings = async (worktree: string) =>
  (await readdir(worktree)).filter((name) => name.startsWith('.switchyard-copy-'));

const both = { copied: ['.env', 'node_modules/'], leftOut: [] };

describe('copying ignored files: interrupted', () => {
  it('killed at any moment it leaves whole folders only, and the next run finishes and cleans up', () =>
    withTempDir(async (dir) => {
      const root = await makeMain(dir);
      const deps = await depsFor(root);
      let round = 0;
      const property = fc.asyncProperty(fc.integer({ min: 0, max: 250 }), async (ms) => {
        round += 1;
        const w = await addWorktree(root, path.join(dir, `w${round}`), `agent/${round}`);
        const copier = await startChild(root, w, '**');
        // Before the wait: a fast machine may have copied everything by then.
        const ended = once(copier, 'exit');
        if (copier.stdout !== null) await once(copier.stdout, 'data');
        await sleep(ms);
        copier.kill('SIGKILL');
        await ended;
        await isWhole(w);
        assert.deepEqual(await copyIgnored(deps, { worktree: w, globs: ['**'] }), both, `killed after ${ms} ms`);
        assert.equal(await isWhole(w), true);
        assert.deepEqual(await stagings(w), []);
        await rm(w, { recursive: true });
      });
      await fc.assert(property, { ...sampled(5), endOnFailure: true });
    }));

  it('two at once both succeed, and every folder is there once', () =>
    withTempDir(async (dir) => {
      const root = await makeMain(dir);
      const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
      const deps = await depsFor(root);
      const answers = await Promise.all([
        answerOf(await startChild(root, w, '**')),
        answerOf(await startChild(root, w, '**')),
        copyIgnored(deps, { worktree: w, globs: ['**'] }),
      ]);
      assert.equal(await isWhole(w), true);
      assert.deepEqual(await stagings(w), []);
      for (const { copied, leftOut } of answers) {
        assert.deepEqual([...copied, ...leftOut.map((each) => each.path)].sort(), both.copied);
      }
      assert.deepEqual(await copyIgnored(deps, { worktree: w, globs: ['**'] }), both);
    }));

  it('leaves alone what a living process, or another machine, copies at the moment', () =>
    withTempDir(async (dir) => {
      const root = await makeMain(dir, { folders: 1, files: 1 });
      const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
      const deps = await depsFor(root);
      const foreign = path.join(w, '.switchyard-copy-00000000-1-00000000-00000000');
      const similar = path.join(w, '.switchyard-copy-of-mine');
      await mkdir(foreign);
      await mkdir(similar);
      await copyIgnored(deps, { worktree: w, globs: ['**'] });
      assert.deepEqual(await stagings(w), [path.basename(foreign), path.basename(similar)]);
    }));

  it('cancelled it stops at once, says so, and leaves nothing', () =>
    withTempDir(async (dir) => {
      const root = await makeMain(dir);
      const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
      const deps = await depsFor(root);
      for (const ms of [0, 20, 60]) {
        const stop = new AbortController();
        const copying = copyIgnored(deps, { worktree: w, globs: ['node_modules'], signal: stop.signal });
        const settled = copying.then(
          ({ copied }) => copied.length,
          (error: unknown) => error,
        );
        await sleep(ms);
        stop.abort();
        const outcome = await settled;
        if (outcome === 1) break;
        assert.ok(WorktreeError.is(outcome) && outcome.reason === 'cancelled', String(outcome));
        assert.equal(await isWhole(w), false);
        assert.deepEqual(await stagings(w), []);
      }
    }));
});

describe('copying ignored files: the disk', () => {
  it('disk full: what does not fit is named, nothing half is left, and what fits comes along', async function () {
    const disk = await mountTmpfs('2m');
    if (disk === null) return this.skip();
    await using _ = disk;
    await withTempDir(async (dir) => {
      const root = await makeMain(dir);
      await writeFile(path.join(root, 'node_modules', 'large'), Buffer.alloc(3_000_000, 1));
      const w = await addWorktree(root, path.join(disk.path, 'w'), 'agent/x');
      const { copied, leftOut } = await copyIgnored(await depsFor(root), { worktree: w, globs: ['**'] });
      assert.deepEqual(copied, ['.env']);
      assert.deepEqual(
        leftOut.map((each) => each.path),
        ['node_modules/'],
      );
      assert.match(leftOut[0]?.why ?? '', /No space left on device/);
      assert.deepEqual((await readdir(w)).sort(), ['.env', '.git', '.gitignore', 'src']);
    });
  });

  it('worktree root on another disk: it is copied as anywhere', async function () {
    const disk = await mountTmpfs('20m');
    if (disk === null) return this.skip();
    await using _ = disk;
    await withTempDir(async (dir) => {
      const root = await makeMain(dir);
      const w = await addWorktree(root, path.join(disk.path, 'w'), 'agent/x');
      assert.deepEqual(await copyIgnored(await depsFor(root), { worktree: w, globs: ['**'] }), both);
      assert.equal(await isWhole(w), true);
    });
  });

  it('read-only file system: everything is named with the reason, and nothing fails', async function () {
    const disk = await mountTmpfs('20m');
    if (disk === null) return this.skip();
    await using _ = disk;
    await withTempDir(async (dir) => {
      const root = await makeMain(dir);
      const w = await addWorktree(root, path.join(disk.path, 'w'), 'agent/x');
      await run('mount', ['-o', 'remount,ro', disk.path]);
      const { copied, leftOut } = await copyIgnored(await depsFor(root), { worktree: w, globs: ['**'] });
      assert.deepEqual(copied, []);
      assert.deepEqual(
        leftOut.map((each) => each.path),
        both.copied,
      );
      assert.match(leftOut[0]?.why ?? '', /read-only/);
    });
  });

  it('files unreadable: their folder is left out as a whole, named with the file', async function () {
    // Root reads everything, so the copy runs as somebody else.
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return this.skip();
    const nobody = 65534;
    await withTempDir(async (dir) => {
      const root = await makeMain(dir, { folders: 3, files: 3 });
      const w = await addWorktree(root, path.join(dir, 'w'), 'agent/x');
      const secret = path.join(root, 'node_modules', 'p1', 'lib', '0.js');
      await chmod(secret, 0);
      await chmod(dir, 0o755);
      const temporary = path.join(dir, 'tmp');
      await mkdir(temporary);
      await run('chown', ['-R', `${nobody}:${nobody}`, root, w, temporary]);
      const as = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
      const args = [...as, process.execPath, await bundled(child), root, w, '**'];
      const env = testEnvironment({ HOME: temporary, TMPDIR: temporary });
      const { stdout } = await run('setpriv', args, { env });
      const { copied, leftOut }: Copied = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      assert.deepEqual(copied, ['.env']);
      assert.deepEqual(
        leftOut.map((each) => each.path),
        ['node_modules/'],
      );
      assert.match(leftOut[0]?.why ?? '', /p1\/lib\/0\.js.*Permission denied/);
      assert.deepEqual((await readdir(w)).sort(), ['.env', '.git', '.gitignore', 'src']);
      assert.equal((await stat(path.join(w, '.env'))).uid, nobody);
      assert.equal(await readFile(path.join(w, '.env'), 'utf8'), 'A=1');
    });
  });
});

/** A small disk of its own, unmounted when it goes out of scope; null where this user may not mount. */
async function mountTmpfs(bytes: string): Promise<({ path: string } & AsyncDisposable) | null> {
  const folder = await mkdtemp('/tmp/switchyard-disk-').catch(() => null);
  if (folder === null) return null;
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  } catch {
    await rm(folder, { recursive: true });
    return null;
  }
  return {
    path: folder,
    [Symbol.asyncDispose]: async () => {
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}
