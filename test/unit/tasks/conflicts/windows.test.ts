import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Emitter } from '../../../../src/core/event';
import { openRepository } from '../../../../src/core/openRepository';
import { Duty } from '../../../../src/core/store/duty';
import { readWorst } from '../../../../src/core/tasks/conflicts/readMatrix';
import type { DutyView } from '../../../../src/core/tasks/monitorViews';
import { until } from '../../cli/support';
import { bundled } from '../../support/bundled';
import { type Opened, testHost, withTasks } from '../support';
import { openWindow, pairOf, verdictOf, type Window } from './support';

const shared = path.join('src', '000', 'file-00000.txt');
const childFile = fileURLToPath(new URL('./windowInChild.ts', import.meta.url));

/** A duty that the test hands around. */
class Handed implements DutyView {
  held = false;
  readonly #onDidChange = new Emitter<boolean>();
  readonly onDidChange = this.#onDidChange.event;
  set(held: boolean): void {
    this.held = held;
    this.#onDidChange.fire(held);
  }
}

async function inChild(root: string, how: 'duty' | 'alone'): Promise<ChildProcess> {
  const child = spawn(process.execPath, [await bundled(childFile), root, how], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  assert.equal(line, 'ready');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}

/** As whoever edits in the worktree's own window tells it. */
async function save(o: Pick<Opened, 'repository' | 'worktree'>, id: string, text: string): Promise<void> {
  const at = await o.worktree(id);
  await writeFile(path.join(at, shared), text);
  await o.repository.store.hints.touch(o.repository.store.hints.worktreeKey(at));
}

const isWhole = ({ matrix }: Window) => matrix.state?.json.pairs.every(({ verdict }) => verdict !== 'unknown') === true;

describe('the matrix in several windows', function () {
  this.timeout(90_000);

  it('one computes, the other reads; the duty goes over without anything becoming unknown', async () => {
    await withTasks(['a', 'b', 'c'], async (o) => {
      const { root } = o;
      const duties = [new Handed(), new Handed()] as const;
      duties[0].held = true;
      const windows = [
        await openWindow(root, { duty: duties[0] }),
        await openWindow(root, { duty: duties[1] }),
      ] as const;
      const [first, second] = windows;
      try {
        await until('both to have it whole', async () => windows.every(isWhole));
        const before = second.repository.git.started;
        await save(o, 'a', 'a was here\n');
        await save(o, 'b', 'b was here\n');
        await until('both to show it', async () =>
          windows.every(({ matrix }) => verdictOf(matrix, 'a', 'b') === 'conflict'),
        );
        assert.equal(second.repository.git.started, before, 'the reader asked nothing');
        await until('the rows of both', async () =>
          windows.every(({ monitor }) => monitor.rows[0]?.worst === 'conflict' && monitor.rows[2]?.worst === 'clean'),
        );
        await first.settled();
        const written = first.matrix.state?.json.generatedAt;
        await until('the last word', async () => second.matrix.state?.json.generatedAt === written);
        assert.deepEqual(second.matrix.state, first.matrix.state);

        const unknown: string[] = [];
        second.matrix.onDidChange(() => {
          for (const { a, b, verdict, reason } of second.matrix.state?.json.pairs ?? []) {
            if (verdict === 'unknown') unknown.push(`${a} ${b} ${reason}`);
          }
        });
        duties[0].set(false);
        duties[1].set(true);
        const taken = Date.now();
        await until('the new holder to look', async () => second.repository.git.started > before);
        await second.settled();
        assert.deepEqual(unknown, []);
        for (const { scannedAt } of second.matrix.state?.json.branches ?? [])
          assert.ok(Date.parse(scannedAt ?? '') >= taken);

        const idle = first.repository.git.started;
        await save(o, 'c', 'c was here\n');
        await until('both to show it', async () =>
          windows.every(({ matrix }) => verdictOf(matrix, 'a', 'c') === 'conflict'),
        );
        assert.equal(first.repository.git.started, idle, 'who gave the duty away asks nothing any more');
      } finally {
        for (const window of windows) await window.close();
      }
    });
  });

  it('a window without the duty asks the other one to look at everything', async () => {
    await withTasks(['a', 'b'], async (o) => {
      const duty = new Handed();
      const first = await openWindow(o.root);
      const second = await openWindow(o.root, { duty });
      try {
        await until('both to have it whole', async () => isWhole(first) && isWhole(second));
        // Deep in a folder, and nobody tells.
        for (const id of ['a', 'b']) await writeFile(path.join(await o.worktree(id), shared), `${id} was here\n`);
        await second.matrix.refresh();
        assert.equal(verdictOf(second.matrix, 'a', 'b'), 'conflict');
      } finally {
        await second.close();
        await first.close();
      }
    });
  });

  it('finds what no event told, where an agent works', async () => {
    await withTasks(['a', 'b'], async (o) => {
      const window = await openWindow(o.root);
      const lease = await o.repository.store.leases.acquire('p~a', { window: null, version: '0' });
      assert.ok(!('held' in lease));
      try {
        await until('the agent to show', async () => window.matrix.state?.json.branches[0]?.live === true);
        await save(o, 'b', 'b was here\n');
        await window.settled();
        await writeFile(path.join(await o.worktree('a'), shared), 'a was here\n');
        await until('the conflict', async () => verdictOf(window.matrix, 'a', 'b') === 'conflict');
      } finally {
        await lease.release();
        await window.close();
      }
    });
  });

  it('when the one that computes is killed, what an agent touches becomes unknown in time, and the next one heals it', async () => {
    await withTasks(['a', 'b', 'c'], async (o) => {
      const lease = await o.repository.store.leases.acquire('p~a', { window: null, version: '0' });
      assert.ok(!('held' in lease));
      const child = await inChild(o.root, 'duty');
      const duty = new Handed();
      // By its clock almost half a minute has passed already.
      const reader = await openWindow(o.root, { duty, now: () => Date.now() + 17_000 });
      const heir = await openRepository(o.root, testHost());
      const next = new Duty(heir.store, { window: 'heir', version: '0' });
      try {
        await until('the matrix', async () => isWhole(reader));
        assert.equal((await readWorst(o.repository.context)).get('p/a'), 'clean');
        child.kill('SIGKILL');
        await once(child, 'exit');
        assert.equal(verdictOf(reader.matrix, 'a', 'b'), 'clean');
        await until('it to be unknown', async () => pairOf(reader.matrix, 'a', 'b').reason === 'scan is too old');
        assert.equal(verdictOf(reader.matrix, 'b', 'c'), 'clean');
        await until('the row', async () => reader.monitor.rows[0]?.worst === 'unknown');
        // Nobody keeps it: whoever reads it from outside says nothing.
        assert.equal((await readWorst(o.repository.context)).size, 0);

        next.start();
        const window = await openWindow(o.root, { repository: heir, duty: next });
        try {
          await until('the next holder', async () => verdictOf(reader.matrix, 'a', 'b') === 'clean');
        } finally {
          next.dispose();
          await window.close();
        }
      } finally {
        next.dispose();
        await reader.close();
        await end(child);
        await lease.release();
      }
    });
  });

  it('two that compute at once agree, and neither leaves a broken document', async () => {
    await withTasks(['a', 'b'], async (o) => {
      const child = await inChild(o.root, 'alone');
      const windows = [await openWindow(o.root), await openWindow(o.root, { duty: new Handed() })] as const;
      const damaged: string[] = [];
      for (const { repository } of windows) repository.store.damage(({ file }) => damaged.push(file));
      try {
        await until('the matrix', async () => windows.every(isWhole));
        await save(o, 'a', 'a was here\n');
        for (let i = 0; i < 6; i += 1) {
          await save(o, 'b', i % 2 === 0 ? 'b was here\n' : 'a was here\n');
          await until(`round ${i}`, async () =>
            windows.every(({ matrix }) => verdictOf(matrix, 'a', 'b') === (i % 2 === 0 ? 'conflict' : 'clean')),
          );
        }
        assert.deepEqual(damaged, []);
      } finally {
        for (const window of windows) await window.close();
        await end(child);
      }
    });
  });
});
