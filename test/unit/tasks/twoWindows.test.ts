import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { SpawnJson } from '../../../src/contract/json';
import { openRepository } from '../../../src/core/openRepository';
import { readArchives } from '../../../src/core/tasks/archives';
import { cli, cliFile, writePlan } from '../cli/support';
import { bundled } from '../support/bundled';
import { commitAll, makeRepository, withTempDir, worktreePaths } from '../support/repositories';
import { unhurried } from '../support/sampled';
import { assertAgreement } from './agreement';
import { taskText, testHost, withTasks } from './support';
import type { Action } from './windowActions';

const childFile = fileURLToPath(new URL('./windowActions.ts', import.meta.url));

interface Window {
  readonly process: ChildProcess;
  /** Begins; resolves with what it printed, when it has ended. */
  go(): Promise<string[]>;
}

/** A window that is loaded and waits. */
async function openWindow(root: string, steps: readonly (readonly [Action, string])[]): Promise<Window> {
  const child = spawn(process.execPath, [await bundled(childFile), root, JSON.stringify(steps)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const ready = once(reader, 'line');
  const closed = once(reader, 'close');
  await ready;
  reader.on('line', (line) => lines.push(line));
  return {
    process: child,
    async go() {
      child.stdin.write('go\n');
      await closed;
      return lines;
    },
  };
}

const ids = ['a', 'b', 'c'];
const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Action>('clean', 'clean', 'restore', 'restore', 'sync', 'forget', 'reconcile'),
    fc.constantFrom(...ids),
  ),
  { minLength: 4, maxLength: 8 },
);

/** A refusal is an answer; anything else that is thrown is not. */
const answers = /: (done|in-use|no-archive|no-worktree|no-task|changed-meanwhile|nothing-to-restore|locked)$/;

describe('two windows on one repository', function () {
  this.timeout(process.env.SWITCHYARD_LONG === '1' ? 1_800_000 : 180_000);

  it('clean, restore, sync and forget the same tasks at once, and store and git agree afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, async (first, second) => {
        await withTasks(ids, async ({ root, worktree }) => {
          for (const id of ids) {
            const at = await worktree(id);
            await writeFile(path.join(at, `${id}.txt`), `commit of ${id}\n`);
            await commitAll(at, id);
            await writeFile(path.join(at, `work-of-${id}.txt`), `work of ${id}\n`);
          }
          await writeFile(path.join(root, 'base.txt'), 'the base moves\n');
          await commitAll(root, 'the base moves');
          const windows = [await openWindow(root, first), await openWindow(root, second)];
          const lines = (await Promise.all(windows.map((window) => window.go()))).flat();
          for (const line of lines) assert.match(line, answers);
          const repository = await openRepository(root, testHost());
          try {
            const report = await repository.tasks.reconcile();
            assert.deepEqual([report.recovered, report.vanished], [[], []], lines.join('\n'));
            await assertAgreement(repository, root);
            await assertWorkIsOnce(
              root,
              (await readArchives(repository.context)).map(({ archive }) => archive.trash),
            );
          } finally {
            repository.dispose();
          }
        });
      }),
      unhurried(2),
    );
  });

  it('ten spawns at once make ten worktrees with ports of their own', async () => {
    await cliFile();
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const all = Array.from({ length: 10 }, (_, i) => `t${i}`);
      await writePlan(root, 'p', Object.fromEntries(all.map((id) => [id, taskText(id)])));
      const results = await Promise.all(all.map((id) => cli(root, ['spawn', `p/${id}`, '--json'])));
      for (const { code, stderr } of results) assert.equal(code, 0, stderr);
      const made = results.map(({ stdout }) => (JSON.parse(stdout) as SpawnJson).tasks[0] ?? assert.fail(stdout));
      assert.equal(new Set(made.flatMap(({ ports }) => ports)).size, 100);
      assert.equal((await worktreePaths(root)).length, 11);
      const repository = await openRepository(root, testHost());
      try {
        await repository.tasks.reconcile();
        await assertAgreement(repository, root);
        const rows = await repository.tasks.rows();
        assert.deepEqual(new Set(rows.map(({ port }) => port)), new Set(made.map(({ ports }) => ports[0])));
        assert.ok(rows.every(({ state, conditions }) => state === 'queued' && conditions.length === 0));
      } finally {
        repository.dispose();
      }
    });
  });
});

/** What nobody had committed is in exactly one place: its worktree, or one folder of the trash. */
async function assertWorkIsOnce(root: string, trash: readonly string[]): Promise<void> {
  const places = [...(await worktreePaths(root)), ...trash.map((folder) => path.join(folder, 'worktree'))];
  const names = await Promise.all(places.map((place) => readdir(place)));
  for (const id of ids) {
    const name = `work-of-${id}.txt`;
    const has = places.filter((_, i) => names[i]?.includes(name));
    assert.equal(has.length, 1, `${name} is in ${has.join(', ') || 'no place'}`);
    assert.equal(await readFile(path.join(has[0] ?? '', name), 'utf8'), `work of ${id}\n`);
  }
}
