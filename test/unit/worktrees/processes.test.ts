import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, realpath, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { processStartTime } from '../../../src/core/store/processes';
import { endProcesses, processesIn } from '../../../src/core/worktrees/processes/processes';
import { taskFrom } from '../../../src/core/worktrees/processes/processesOnLinux';
import { parseLsof } from '../../../src/core/worktrees/processes/processesOnMac';
import { folderSize, sumOfFiles } from '../../../src/core/worktrees/size';
import { withTempDir } from '../support/repositories';
import { until } from './support';

/** Starts programs that are ended with the test, and gives each the time to be what it is. */
async function withPrograms(
  fn: (
    start: (args: string[], o?: { cwd?: string; env?: Record<string, string> }) => Promise<ChildProcess>,
  ) => Promise<void>,
): Promise<void> {
  const started: ChildProcess[] = [];
  try {
    await fn(async ([program = '', ...args], o = {}) => {
      const child = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: o.cwd,
        env: { ...process.env, ...o.env },
      });
      started.push(child);
      await once(child, 'spawn');
      return child;
    });
  } finally {
    for (const child of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }
}

const idsOf = async (folder: string) => (await processesIn(folder)).processes.map(({ pid }) => pid);

/** What a program says first: a number. */
async function started(child: ChildProcess): Promise<number> {
  const [text] = child.stdout === null ? [] : await once(child.stdout, 'data');
  return Number(String(text));
}

/** The shell in between has become the program. */
async function isGit(pid: number): Promise<void> {
  await until(`${pid} is a git`, async () => (await readFile(`/proc/${pid}/comm`, 'utf8')) === 'git\n');
}

describe('processes that work in a folder', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('finds those with their working directory in it, at any depth and through a link, and nobody else', () =>
    withTempDir(async (dir) => {
      const folder = path.join(dir, 'w');
      await mkdir(path.join(folder, 'deep', 'er'), { recursive: true });
      await mkdir(path.join(dir, 'w-beside'));
      await symlink(folder, path.join(dir, 'link'));
      await withPrograms(async (start) => {
        const top = await start(['sleep', '60'], { cwd: folder });
        const deep = await start(['sleep', '60'], { cwd: path.join(dir, 'link', 'deep', 'er') });
        await start(['sleep', '60'], { cwd: path.join(dir, 'w-beside') });
        const found = await processesIn(path.join(dir, 'link'));
        assert.equal(found.known, true);
        assert.deepEqual(
          found.processes.map(({ pid, name, task }) => ({ pid, name, task })),
          [
            { pid: Math.min(top.pid ?? 0, deep.pid ?? 0), name: 'sleep', task: null },
            { pid: Math.max(top.pid ?? 0, deep.pid ?? 0), name: 'sleep', task: null },
          ],
        );
      });
      assert.deepEqual(await processesIn(folder), { known: true, processes: [] });
    }));

  it('finds one whose program lies in it, wherever it works', () =>
    withTempDir(async (dir) => {
      const program = path.join(dir, 'tool');
      await copyFile(await realpath('/bin/sleep'), program);
      await withPrograms(async (start) => {
        const child = await start([program, '60'], { cwd: '/' });
        assert.deepEqual(await idsOf(dir), [child.pid]);
      });
    }));

  it('names the task only where the environment names this worktree', () =>
    withTempDir(async (dir) => {
      const env = { SWITCHYARD_PLAN: 'shop', SWITCHYARD_TASK: 'cart', SWITCHYARD_WORKTREE: dir };
      await withPrograms(async (start) => {
        await start(['sleep', '60'], { cwd: dir, env });
        await start(['sleep', '60'], { cwd: dir, env: { ...env, SWITCHYARD_WORKTREE: path.join(dir, 'other') } });
        const { processes } = await processesIn(dir);
        assert.deepEqual(processes.map(({ task }) => task).sort(), [null, 'shop/cart'].sort());
      });
      assert.equal(taskFrom(['SWITCHYARD_PLAN=shop', 'SWITCHYARD_TASK=cart'], dir), null);
    }));

  it('passes over a git that is soon over and one of our own, and names one that goes on', () =>
    withTempDir(async (dir) => {
      const [git, folder] = [path.join(dir, 'bin', 'git'), path.join(dir, 'w')];
      await mkdir(path.dirname(git));
      await mkdir(folder);
      await copyFile(await realpath('/bin/sleep'), git);
      await withPrograms(async (start) => {
        const own = await start([git, '60'], { cwd: folder });
        // Through a shell that works elsewhere: another program's git.
        const foreign = (seconds: number) =>
          start(['sh', '-c', `(cd "$1" && exec "$2" ${seconds}) & echo $!; wait`, 'sh', folder, git], { cwd: '/' });
        await isGit(await started(await foreign(0.3)));
        assert.deepEqual(await idsOf(folder), []);
        const lasting = await started(await foreign(60));
        await isGit(lasting);
        assert.deepEqual(await idsOf(folder), [lasting]);
        assert.deepEqual(await endProcesses((await processesIn(folder)).processes), []);
        assert.equal(own.exitCode, null);
      });
    }));

  it('ends politely, kills who does not listen, and leaves a stranger alone who got the number', () =>
    withTempDir(async (dir) => {
      await withPrograms(async (start) => {
        const polite = await start(['sleep', '60'], { cwd: dir });
        const script = 'trap "" TERM; echo 1; exec sleep 60';
        const deaf = await start(['sh', '-c', script], { cwd: dir });
        await started(deaf);
        const stranger = await start(['sleep', '60'], { cwd: '/' });
        const { processes } = await processesIn(dir);
        const reused = { pid: stranger.pid ?? 0, started: 'another start' };
        const before = Date.now();
        const left = await endProcesses([...processes, reused], { graceMs: 1_000 });
        assert.deepEqual(left, [], JSON.stringify({ processes, reused, polite: polite.pid, deaf: deaf.pid }));
        assert.ok(Date.now() - before < 30_000);
        await until('both are gone', () => polite.signalCode === 'SIGTERM' && deaf.signalCode === 'SIGKILL');
        assert.equal(stranger.exitCode ?? stranger.signalCode, null);
        assert.notEqual(await processStartTime(stranger.pid ?? 0), null);
      });
      assert.deepEqual(await idsOf(dir), []);
    }));

  it('works on when the folder was renamed under a process', () =>
    withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'a'));
      await withPrograms(async (start) => {
        const child = await start(['sleep', '60'], { cwd: path.join(dir, 'a') });
        await rename(path.join(dir, 'a'), path.join(dir, 'b'));
        assert.deepEqual(await idsOf(path.join(dir, 'b')), [child.pid]);
        assert.deepEqual(await idsOf(path.join(dir, 'a')), []);
      });
    }));
});

describe('what lsof says', () => {
  it('is read field by field, whatever is in a name', () => {
    const text =
      'p12\nR1\ncnode\nfcwd\nn/Users/me/w\nftxt\nn/usr/local/bin/node\np13\nR12\ncgit\nfcwd\nn/Users/me/a p13\n';
    assert.deepEqual(parseLsof(text), [
      { pid: 12, parent: 1, name: 'node', paths: ['/Users/me/w', '/usr/local/bin/node'] },
      { pid: 13, parent: 12, name: 'git', paths: ['/Users/me/a p13'] },
    ]);
  });
});

describe('the size of a folder', () => {
  it('is what lies in it, links not followed', () =>
    withTempDir(async (dir) => {
      const [folder, outside] = [path.join(dir, 'w'), path.join(dir, 'outside')];
      await mkdir(path.join(folder, 'sub'), { recursive: true });
      await mkdir(outside);
      await writeFile(path.join(outside, 'large'), Buffer.alloc(4_000_000, 1));
      await writeFile(path.join(folder, 'sub', 'f'), Buffer.alloc(1_000_000, 1));
      await symlink(outside, path.join(folder, 'link'));
      const size = await folderSize(folder);
      assert.ok(size !== null && size >= 1_000_000 && size < 1_200_000, String(size));
      assert.equal(await sumOfFiles(folder, new AbortController().signal), 1_000_000);
    }));

  it('is unknown for a folder that is gone, and when nobody waits any more', () =>
    withTempDir(async (dir) => {
      assert.equal(await folderSize(path.join(dir, 'nothing')), null);
      assert.equal(await folderSize(dir, { signal: AbortSignal.abort() }), null);
    }));
});
