import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../../src/core/ports';
import { openStore, type Store } from '../../../src/core/store/store';
import { announceWindow, askToClose, windowsOn } from '../../../src/core/tasks/windows';
import { bundled } from '../support/bundled';
import { withTempDir } from '../support/repositories';

const childFile = fileURLToPath(new URL('./windowInChild.ts', import.meta.url));
const host = { version: '1', window: 'the asking window' };

interface Place {
  readonly store: Store;
  readonly worktree: string;
  /** Starts a window in a process of its own; resolves when it is announced. */
  window(manner: 'close' | 'stay', folder?: string): Promise<Window>;
}

interface Window {
  readonly process: ChildProcess;
  readonly lines: string[];
}

async function withPlace(test: (place: Place) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const store = await openStore(path.join(dir, 'store'), { log: silentLog, actor: 'cli' });
    const worktree = path.join(dir, 'a worktree');
    await mkdir(worktree);
    const children: ChildProcess[] = [];
    try {
      await test({
        store,
        worktree,
        async window(manner, folder = worktree) {
          const child = spawn(process.execPath, [await bundled(childFile), store.dir, folder, manner], {
            stdio: ['ignore', 'pipe', 'inherit'],
          });
          children.push(child);
          const lines: string[] = [];
          const reader = createInterface({ input: child.stdout });
          reader.on('line', (line) => lines.push(line));
          while (!lines.includes('shown')) await once(reader, 'line');
          return { process: child, lines };
        },
      });
    } finally {
      for (const child of children) child.kill('SIGKILL');
      store.dispose();
    }
  });
}

describe('windows of a worktree', () => {
  it('are known to others, each with its process, and forgotten after kill -9', () =>
    withPlace(async ({ store, worktree, window }) => {
      assert.deepEqual(await windowsOn({ store }, worktree), []);
      const [one, two] = await Promise.all([window('stay'), window('stay')]);
      const pids = (await windowsOn({ store }, worktree)).map(({ pid }) => pid);
      assert.deepEqual(pids.sort(), [one.process.pid, two.process.pid].sort());
      one.process.kill('SIGKILL');
      await once(one.process, 'exit');
      const left = await windowsOn({ store }, worktree);
      assert.deepEqual(left, [{ pid: two.process.pid, window: worktree }]);
    }));

  it('close when they are asked to, and nothing of the request stays', () =>
    withPlace(async ({ store, worktree, window }) => {
      const windows = await Promise.all([window('close'), window('close')]);
      assert.equal(await askToClose({ store, host }, worktree, { timeoutMs: 15_000 }), 'closed');
      for (const { lines } of windows) assert.ok(lines.includes('asked'));
      assert.deepEqual(await store.leases.list(), []);
      assert.equal(await askToClose({ store, host }, worktree, { timeoutMs: 15_000 }), 'none');
    }));

  it('that stay are still open, asked once, and those of another worktree are not asked', () =>
    withPlace(async ({ store, worktree, window }) => {
      const other = path.join(path.dirname(worktree), 'another worktree');
      await mkdir(other);
      const [stays, unasked] = await Promise.all([window('stay'), window('stay', other)]);
      assert.equal(await askToClose({ store, host }, worktree, { timeoutMs: 4_000 }), 'still-open');
      assert.deepEqual(stays.lines.filter((line) => line === 'asked').length, 1);
      assert.ok(!unasked.lines.includes('asked'));
    }));

  it('are known by the path of a worktree that is gone', () =>
    withPlace(async ({ store, worktree, window }) => {
      await window('close');
      await rm(worktree, { recursive: true });
      assert.equal(await askToClose({ store, host }, worktree, { timeoutMs: 15_000 }), 'closed');
    }));

  it('do not ask themselves', () =>
    withPlace(async ({ store, worktree }) => {
      const watching = store.watch();
      let asked = false;
      const close = async () => {
        asked = true;
      };
      const announced = announceWindow({ store }, { worktree, window: null, version: '1', close });
      while ((await windowsOn({ store }, worktree)).length === 0) await new Promise((done) => setTimeout(done, 10));
      assert.equal(await askToClose({ store, host }, worktree, { timeoutMs: 5_000 }), 'still-open');
      assert.equal(asked, false);
      announced.dispose();
      watching.dispose();
    }));
});
