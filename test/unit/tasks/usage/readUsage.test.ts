import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openRepository, type Repository } from '../../../../src/core/openRepository';
import { createCostLog, unloggedSessions } from '../../../../src/core/tasks/usage/costLog';
import type { CostState } from '../../../../src/core/tasks/usage/parts';
import { readUsage } from '../../../../src/core/tasks/usage/readUsage';
import { costRows, totalOf } from '../../../../src/core/usage/sums';
import { until, writePlan } from '../../cli/support';
import { bundled } from '../../support/bundled';
import { makeRepository, runGit, testEnvironment, withTempDir } from '../../support/repositories';
import { type Line, record } from '../../usage/ledger/support';
import { lookingAt, taskText, testHost } from '../support';

interface World {
  readonly dir: string;
  readonly home: string;
  readonly root: string;
  readonly repository: Repository;
  worktree(id: string): Promise<string>;
  /** One record of this working directory. */
  use(cwd: string, output: number, o?: Partial<Line>): Promise<void>;
  /** Output tokens by task. */
  byTask(state?: CostState): Promise<Record<string, number>>;
}

let records = 0;

/** The tasks p/a and p/b, each with its worktree, and agents' records in a home folder of their own. */
async function withUsage(fn: (world: World) => Promise<void>, settings: Parameters<typeof testHost>[0] = {}) {
  await withTempDir(async (dir) => {
    const home = path.join(dir, 'home');
    const root = await makeRepository(dir);
    await writePlan(root, 'p', { a: taskText('A', 'type: docs\n'), b: taskText('B') });
    const env = testEnvironment({ HOME: home, USERPROFILE: home });
    for (const name of ['CLAUDE_CONFIG_DIR', 'XDG_CONFIG_HOME', 'CODEX_HOME']) delete env[name];
    const repository = await openRepository(root, { ...testHost(settings), env });
    try {
      for (const task of ['a', 'b']) await repository.tasks.prepare({ plan: 'p', task }, { purpose: 'spawn' });
      await fn({
        dir,
        home,
        root,
        repository,
        worktree: lookingAt(repository).worktree,
        async use(cwd, output, o = {}) {
          records += 1;
          const at = Date.now() + records;
          await record(home, `r${records}.jsonl`, {
            id: `msg_${records}`,
            session: `s${records}`,
            cwd,
            at,
            output,
            ...o,
          });
        },
        async byTask(state) {
          const { usage } = state ?? (await readUsage(repository.context));
          const rows = costRows(usage.buckets, 'task', { typeOf: () => null });
          return Object.fromEntries(rows.map(({ key, tokens }) => [key, tokens.output]));
        },
      });
    } finally {
      repository.dispose();
    }
  });
}

/** Puts everything that tasks used on record. */
async function log({ repository }: World): Promise<void> {
  const state = await readUsage(repository.context);
  const costLog = createCostLog(repository.context);
  const sessions = unloggedSessions(state, (await costLog.read()).sessions);
  const types = new Map(Object.entries(state.types));
  await costLog.append(
    sessions.map((each) => ({ ...each, type: types.get(`${each.ref.plan}/${each.ref.task}`) ?? null, final: true })),
    { state, at: new Date() },
  );
}

describe('what tasks used', function () {
  this.timeout(60_000);

  it('is told by task, elsewhere in the repository, and nothing of other repositories', async () => {
    await withUsage(async ({ root, repository, worktree, use, byTask }) => {
      await use(path.join(await worktree('a'), 'src'), 100);
      await use(await worktree('b'), 20);
      await use(root, 3);
      await use('/some/other/repository', 1000);
      const state = await readUsage(repository.context);
      assert.deepEqual(await byTask(state), { 'p/a': 100, 'p/b': 20, elsewhere: 3 });
      assert.deepEqual([state.types, state.budgets], [{ 'p/a': 'docs' }, []]);
      const all = await readUsage(repository.context, { all: true });
      assert.equal(totalOf(all.usage.buckets).tokens.output, 1123);
    });
  });

  it('stays the same by task when a worktree is moved, cleaned, restored or reached through a link', async () => {
    await withUsage(async ({ dir, root, repository, worktree, use, byTask }) => {
      const [a, b] = [await worktree('a'), await worktree('b')];
      await symlink(path.dirname(b), path.join(dir, 'link'), 'junction');
      await use(a, 100);
      await use(path.join(dir, 'link', path.basename(b)), 20);
      const before = await byTask();
      assert.deepEqual(before, { 'p/a': 100, 'p/b': 20 });

      await runGit(root, 'worktree', 'move', a, path.join(dir, 'moved'));
      await repository.tasks.reconcile();
      assert.equal(await worktree('a'), path.join(dir, 'moved'));
      await use(path.join(dir, 'moved'), 4);
      assert.deepEqual(await byTask(), { 'p/a': 104, 'p/b': 20 });

      assert.equal((await repository.tasks.clean({ plan: 'p', task: 'b' })).cleaned, true);
      assert.deepEqual(await byTask(), { 'p/a': 104, 'p/b': 20 });
      await repository.tasks.restore({ plan: 'p', task: 'b' });
      await use(b, 5);
      assert.deepEqual(await byTask(), { 'p/a': 104, 'p/b': 25 });

      await repository.tasks.forget({ plan: 'p', task: 'a' });
      assert.deepEqual(await byTask(), { 'p/a': 104, 'p/b': 25 });
    });
  });

  it('stays when the agents delete their records, type included', async () => {
    await withUsage(async (world) => {
      const { home, root, repository, worktree, use, byTask } = world;
      await use(await worktree('a'), 100);
      await use(await worktree('b'), 20, { model: 'nobody-1' });
      await log(world);
      const [before, state] = [await byTask(), await readUsage(repository.context)];
      await rm(path.join(home, '.claude'), { recursive: true });
      await rm(path.join(root, '.switchyard/p/a.md'));
      const after = await readUsage(repository.context);
      assert.deepEqual(await byTask(after), before);
      assert.deepEqual(totalOf(after.usage.buckets), totalOf(state.usage.buckets));
      assert.deepEqual(new Set(after.usage.buckets.map(({ source }) => source)), new Set(['log']));
      assert.deepEqual(after.types, { 'p/a': 'docs' });
      await use(await worktree('a'), 7);
      assert.deepEqual(await byTask(), { ...before, 'p/a': 107 });
    });
  });

  it('is logged once, where the user wants it, and withdrawn from a task it turned out not to be of', async () => {
    await withUsage(
      async (world) => {
        const { root, repository, worktree, use, byTask } = world;
        await use(await worktree('a'), 100, { session: 'own' });
        await log(world);
        await log(world);
        const file = path.join(root, '.claude/cost-log.jsonl');
        const lines = async () => (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
        assert.equal((await lines()).length, 1);
        await repository.store.events.appendTask(
          { plan: 'p', task: 'b' },
          {
            kind: 'agent-started',
            agent: 'claude',
            model: null,
            pid: 1,
            pidStarted: null,
            runner: 1,
            session: 'own',
            resumed: false,
            window: null,
          },
        );
        assert.deepEqual(await byTask(), { 'p/b': 100 });
        await log(world);
        assert.equal((await lines()).length, 3);
        await rm(path.join(world.home, '.claude'), { recursive: true });
        assert.deepEqual(await byTask(), { 'p/b': 100 });
      },
      { costLog: '.claude/cost-log.jsonl' },
    );
  });

  it('loses no line of two writers at once, one of which is killed', async () => {
    await withUsage(async ({ repository }) => {
      const script = await bundled(path.join(import.meta.dirname, 'appendInChild.ts'));
      const [one, killed] = [
        ['one', '40'],
        ['killed', '1000000'],
      ].map((args) => spawn(process.execPath, [script, repository.store.dir, ...args], { stdio: 'inherit' }));
      await Promise.all([one, killed].map((child) => child && once(child, 'spawn')));
      assert.deepEqual(await once(one ?? process, 'exit'), [0, null]);
      const file = createCostLog(repository.context).file;
      await until('the other writes', async () => (await readFile(file, 'utf8')).includes('"session":"killed"'));
      killed?.kill('SIGKILL');
      await once(killed ?? process, 'exit');
      const { sessions, damage } = await createCostLog(repository.context).read();
      const last = new Map(sessions.map(({ session, rows }) => [session, rows[0]?.answers ?? 0]));
      assert.equal(last.get('one'), 40);
      assert.ok(damage.length <= 1, JSON.stringify(damage));
    });
  });

  it('is at least what it says where the log is damaged', async () => {
    await withUsage(async (world) => {
      const { repository, worktree, use } = world;
      await use(await worktree('a'), 100);
      const file = createCostLog(repository.context).file;
      await log(world);
      const bytes = await readFile(file);
      await writeFile(file, Buffer.concat([bytes.subarray(0, 200), Buffer.from('\n'), bytes]));
      const { usage } = await readUsage(repository.context);
      assert.deepEqual(
        usage.skipped.map(({ agent, file: at, line }) => [agent, at, line]),
        [['switchyard', file, 2]],
      );
      assert.equal(totalOf(usage.buckets, usage).atLeast, true);
      assert.equal(totalOf(usage.buckets).tokens.output, 100);
    });
  });
});
