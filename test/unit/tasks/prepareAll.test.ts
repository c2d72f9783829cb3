import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { openRepository, type Repository } from '../../../src/core/openRepository';
import { defaultSettings, silentLog } from '../../../src/core/ports';
import { TaskError } from '../../../src/core/tasks/taskError';
import {
  makeRepository,
  makeWithRemote,
  runGit,
  testEnvironment,
  withTempDir,
  worktreePaths,
} from '../support/repositories';

const run = promisify(execFile);

async function writeTasks(root: string, tasks: Record<string, string>): Promise<void> {
  const dir = path.join(root, '.switchyard', 'plan');
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'plan.md'), '---\ntitle: Plan\n---\n');
  for (const [task, fields] of Object.entries(tasks)) {
    await writeFile(path.join(dir, `${task}.md`), `---\nagent: human\n${fields}---\n\nDo ${task}.\n`);
  }
}

async function withRepository<T>(root: string, fn: (repository: Repository) => Promise<T>): Promise<T> {
  const repository = await openRepository(root, {
    log: silentLog,
    settings: () => ({ ...defaultSettings, wipLimit: 1000 }),
    env: testEnvironment(),
    actor: 'cli',
    window: null,
    version: '0.0.0',
  });
  try {
    return await fn(repository);
  } finally {
    repository.dispose();
  }
}

const ref = (task: string) => ({ plan: 'plan', task });

describe('preparing several tasks', function () {
  this.timeout(120_000);

  it('makes them all, in their order', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeTasks(root, { a: '', b: '', c: '' });
      await withRepository(root, async ({ tasks }) => {
        const prepared = await tasks.prepareAll([ref('c'), ref('a'), ref('b')], { purpose: 'spawn' });
        assert.deepEqual(
          prepared.map((each) => path.basename(each.worktree)),
          ['c', 'a', 'b'],
        );
        for (const { worktree } of prepared) assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
        const again = await tasks.prepareAll([ref('a'), ref('a'), ref('b')], { purpose: 'spawn' });
        assert.deepEqual(
          again.map(({ made }) => made),
          [false, false, false],
        );
      });
    }));

  it('when one cannot be made nobody starts, the others are ready, and the error names it', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await runGit(root, 'branch', 'taken');
      await writeTasks(root, { a: '', b: 'branch: taken\n', c: '' });
      await withRepository(root, async ({ tasks }) => {
        const making = tasks.prepareAll([ref('a'), ref('b'), ref('c')], { purpose: 'spawn' });
        await assert.rejects(making, (error) => {
          assert.ok(TaskError.is(error), String(error));
          assert.equal(error.reason, 'worktree-failed');
          assert.match(
            error.message,
            /plan\/b could not be prepared: .*taken.*Ready and kept: plan\/a.*Not begun: plan\/c/,
          );
          return true;
        });
        assert.equal((await tasks.row(ref('a')))?.branch, 'agent/a');
        for (const task of ['b', 'c']) assert.equal((await tasks.row(ref(task)))?.worktree, null, task);
        assert.equal((await worktreePaths(root)).length, 2);
      });
    }));

  it('a task whose branch and from are one local branch goes on with it, and it is not ours to delete', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await runGit(root, 'branch', 'feature');
      await runGit(root, 'commit', '-q', '--allow-empty', '-m', 'later');
      await writeTasks(root, {
        a: 'branch: feature\nfrom: feature\n',
        b: 'from: feature\n',
        main: 'branch: main\nfrom: main\n',
      });
      await withRepository(root, async ({ tasks }) => {
        const [a, b] = await tasks.prepareAll([ref('a'), ref('b')], { purpose: 'spawn' });
        const tip = await runGit(root, 'rev-parse', 'feature');
        assert.deepEqual([a?.branch, a?.head, a?.base], ['feature', tip, 'main']);
        assert.deepEqual([b?.branch, b?.head, b?.base], ['agent/b', tip, 'feature']);
        const row = await tasks.row(ref('a'));
        assert.equal(row?.adopted, true);
        assert.equal(row?.behind, 1);
        assert.equal((await tasks.row(ref('b')))?.adopted, false);
        await assert.rejects(tasks.prepare(ref('main'), { purpose: 'spawn' }), /main is checked out in .*repo/);
      });
    }));

  it('a task can start on a pull request', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const head = await runGit(root, 'commit-tree', '-m', 'request', '-p', 'HEAD', 'HEAD^{tree}');
      await runGit(root, 'push', '-q', 'origin', `${head}:refs/pull/7/head`);
      await writeTasks(root, { a: "from: '#7'\n" });
      await withRepository(root, async ({ tasks }) => {
        const made = await tasks.prepare(ref('a'), { purpose: 'spawn' });
        assert.equal(made.head, head);
        const row = await tasks.row(ref('a'));
        assert.deepEqual([row?.base, row?.ahead, row?.behind], ['switchyard/pull/7', 0, 0]);
        assert.ok(existsSync(remote));
      });
    }));

  it('chooses who can start together: each beside those before it, and what holds the others', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const wanted = 'type: feature\n';
      await writeTasks(root, { a: '', b: `${wanted}budget: { tokens: 10 }\n`, c: 'dependsOn: [a]\n', d: '', e: '' });
      await writeFile(path.join(root, '.switchyard/plan/plan.md'), '---\ntitle: Plan\nwipLimit: 2\n---\n');
      await withRepository(root, async ({ tasks, store }) => {
        const { free, held } = await tasks.chooseStartable(['b', 'a', 'c', 'd', 'e'].map(ref));
        assert.deepEqual(free, ['a', 'd'].map(ref));
        assert.deepEqual(
          held.map((each) => [each.ref.task, each.hold.kind]),
          [
            ['b', 'budget'],
            ['c', 'depends-on'],
            ['e', 'wip'],
          ],
        );
        assert.match(
          held[0]?.hold.reason ?? '',
          /^up to 50k tokens more are expected, which its budget does not leave/,
        );
        assert.deepEqual(await store.events.tasks(), [], 'nothing is on record');
      });
    }));

  it('ten parallel spawns: git and the store agree, and no lock is left', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir, { files: 100 });
      const child = path.join(dir, 'child.cjs');
      const entry = fileURLToPath(new URL('./prepareInChild.ts', import.meta.url));
      await build({
        entryPoints: [entry],
        outfile: child,
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logLevel: 'error',
      });
      // Each process makes one of its own and one that all others want as well.
      const own = Array.from({ length: 10 }, (_, n) => `t${n}`);
      await writeTasks(root, Object.fromEntries([...own, 'shared'].map((task) => [task, ''])));
      const all = await Promise.all(
        own.map((task) =>
          run(process.execPath, [child, root, `plan/${task}`, 'plan/shared'], { env: testEnvironment() }),
        ),
      );
      const shared = all.map(({ stdout }) => JSON.parse(stdout)[1]);
      assert.equal(shared.filter(({ made }) => made).length, 1, 'made once');
      assert.equal(new Set(shared.map(({ worktree }) => worktree)).size, 1);
      await withRepository(root, async ({ tasks, layout }) => {
        const { tasks: rows, worktrees } = await tasks.snapshot();
        assert.equal(worktrees.length, 12);
        for (const task of [...own, 'shared']) {
          const row = rows.find((each) => each.task === task);
          const listed = worktrees.find((each) => each.path === row?.worktree);
          assert.deepEqual([listed?.branch, listed?.task, listed?.locked], [`agent/${task}`, task, null]);
          assert.equal(row?.branch, `agent/${task}`);
          assert.equal(await runGit(listed?.path ?? '', 'status', '--porcelain'), '');
        }
        const store = async (name: string) => {
          const folder = path.join(layout.storeDir, name);
          return existsSync(folder) ? readdir(folder) : [];
        };
        assert.deepEqual(
          (await store('locks')).filter((name) => name.endsWith('.lock')),
          [],
        );
        assert.deepEqual(
          (await store('cache')).filter((name) => name.startsWith('worktree-add-')),
          [],
        );
      });
      assert.equal(await runGit(root, 'fsck', '--no-dangling'), '');
    }));
});
