import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunJson, SpawnJson } from '../../../src/contract/json';
import { withTaskLock } from '../../../src/core/tasks/context';
import { commitAll, makeRepository, runGit, withTempDir } from '../support/repositories';
import { withOpen } from '../tasks/host';
import {
  alive,
  bodies,
  cli,
  cliFile,
  cliJson,
  finished,
  makeAgent,
  spawnTasks,
  startCli,
  type TestAgent,
  taskRow,
  until,
  writePlan,
} from './support';

const one = { one: '---\ntitle: One\nagent: test\n---\nDo it.\n' };
const two = { ...one, two: '---\ntitle: Two\nagent: test\n---\nDo it.\n' };
const planWith = (text: string) => `---\ntitle: A plan\n${text}---\n`;

/** A repository with one plan, and an agent of the tests' own. */
async function withPlan(
  planText: string,
  fn: (o: { dir: string; root: string; agent: TestAgent }) => Promise<void>,
  o: { tasks?: Record<string, string>; body?: string } = {},
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writeFile(path.join(root, '.gitignore'), '.env\nmade-by-setup\nsetup.log\ndeps/\n');
    await commitAll(root, 'ignore');
    const agent = await makeAgent(dir, o.body ?? bodies.commits);
    await writePlan(root, 'p', o.tasks ?? one, planWith(planText));
    await fn({ dir, root, agent });
  });
}

async function eventsOf(root: string, task: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path.join(root, '.git', 'switchyard', 'events', `p~${task}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const archive = {
  id: 'x',
  ref: 'refs/switchyard/archive/x',
  commit: 'c',
  trash: '/none',
  branch: null,
  branchTip: null,
  branchDeleted: false,
  head: null,
  bytes: null,
};

const kinds = (events: readonly Record<string, unknown>[]) => events.map(({ kind }) => kind);

describe('ready to work in: set-up', function () {
  this.timeout(90_000);

  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('runs the commands in order, in the worktree, with the environment of the agent and its ports', async () => {
    const text = `setup:\n  - 'echo first $SWITCHYARD_TASK $PWD >> setup.log'\n  - 'echo second $SWITCHYARD_PORT $SWITCHYARD_PORT_9 >> setup.log'\n`;
    await withPlan(text, async ({ root, agent }) => {
      const json = await cliJson<RunJson>(root, ['run', 'p/one', '--headless'], agent);
      const row = await taskRow(root, 'p/one', agent);
      assert.ok(row.port !== null);
      const log = await readFile(path.join(json.worktree, 'setup.log'), 'utf8');
      assert.equal(log, `first one ${json.worktree}\nsecond ${row.port} ${row.port + 9}\n`);
      assert.deepEqual([row.setup?.exit, row.setup?.skipped, row.setup?.commands.length], [0, false, 2]);
      const [start] = await agent.starts();
      assert.equal(start?.env.SWITCHYARD_PORT, String(row.port));
      assert.equal(start?.env.SWITCHYARD_PORT_9, String(row.port + 9));
      assert.equal(start?.env.SWITCHYARD_PORT_10, undefined);
      assert.equal(row.state, 'review');
      assert.deepEqual(row.conditions, []);
    });
  });

  it('a command that fails stops the launch: exit 4, the command and its code named, no agent', async () => {
    const text = `setup:\n  - 'echo said-by-setup'\n  - 'exit 7'\n  - 'touch made-by-setup'\n`;
    await withPlan(text, async ({ root, agent }) => {
      const result = await cli(root, ['run', 'p/one', '--headless', '--json'], agent);
      assert.equal(result.code, 4);
      assert.equal(result.stdout, '', 'no document, and nothing of the set-up');
      assert.match(result.stderr, /said-by-setup/);
      assert.match(result.stderr, /"exit 7" ended with exit code 7/);
      assert.match(result.stderr, /--skip-setup/);
      assert.deepEqual(await agent.starts(), []);
      const row = await taskRow(root, 'p/one', agent);
      assert.deepEqual([row.state, row.conditions[0]?.kind, row.next], ['queued', 'setup-failed', 'look-at-failure']);
      assert.equal(row.conditions[0]?.reason, 'exit 7: exit code 7');
      assert.deepEqual(
        row.setup?.commands.map(({ command, exit }) => [command, exit]),
        [
          ['echo said-by-setup', 0],
          ['exit 7', 7],
        ],
      );
      assert.ok(row.worktree !== null && !existsSync(path.join(row.worktree, 'made-by-setup')));
      assert.equal(row.runner, null, 'the lease is free');
    });
  });

  it('runs again at the next start until it succeeds, and then never again; what was brought along is not', async () => {
    const text = `setup: ['echo x >> setup.log && test -e ../go']\n`;
    await withPlan(text, async ({ root, agent }) => {
      assert.equal((await cli(root, ['run', 'p/one', '--headless'], agent)).code, 4);
      const { worktree } = await taskRow(root, 'p/one', agent);
      assert.ok(worktree);
      await writeFile(path.join(worktree, '..', 'go'), '');
      await cliJson(root, ['run', 'p/one', '--headless'], agent);
      await cliJson(root, ['run', 'p/one', '--headless'], agent);
      assert.equal(await readFile(path.join(worktree, 'setup.log'), 'utf8'), 'x\nx\n');
      const all = kinds(await eventsOf(root, 'one'));
      assert.equal(all.filter((kind) => kind === 'worktree-ready').length, 1);
      assert.equal(all.filter((kind) => kind === 'ports').length, 1);
      assert.deepEqual((await taskRow(root, 'p/one', agent)).conditions, []);
    });
  });

  it('--skip-setup starts all the same, is on record, and holds for later starts', async () => {
    await withPlan(`setup: ['exit 1']\n`, async ({ root, agent }) => {
      assert.equal((await cli(root, ['run', 'p/one', '--headless'], agent)).code, 4);
      assert.equal((await cliJson<RunJson>(root, ['run', 'p/one', '--headless', '--skip-setup'], agent)).exit, 0);
      const row = await taskRow(root, 'p/one', agent);
      assert.deepEqual([row.state, row.setup?.skipped, row.conditions.length], ['review', true, 0]);
      // A terminal that comes back after a restart runs the same line.
      assert.equal((await cli(root, ['run', 'p/one', '--headless'], agent)).code, 0);
      assert.equal((await cli(root, ['run', 'p/one', '--headless', '--skip-setup'], agent)).code, 0);
      const all = await eventsOf(root, 'one');
      assert.equal(all.filter(({ kind }) => kind === 'setup').length, 2);
    });
  });

  it('shows the state setup while it runs', async () => {
    await withPlan(`setup: ['while ! test -e ../go; do sleep 0.05; done']\n`, async ({ root, agent }) => {
      const runner = await startCli(root, ['run', 'p/one', '--headless'], agent);
      const result = finished(runner);
      const row = await until('the state setup with a worktree', async () => {
        const seen = await taskRow(root, 'p/one', agent);
        return seen.state === 'setup' && seen.worktree !== null ? seen : null;
      });
      assert.equal(row.runner, runner.pid);
      assert.equal(row.next, 'wait');
      const again = await cli(root, ['run', 'p/one', '--headless'], agent);
      assert.equal(again.code, 4, 'no second set-up beside it');
      await writeFile(path.join(row.worktree ?? '', '..', 'go'), '');
      assert.equal((await result).code, 0);
    });
  });

  it('Bad input: a set-up killed in the middle is never shown as running, and runs again', async () => {
    const text = `setup: ['echo $$ >> setup.log; while ! test -e ../go; do sleep 0.05; done']\n`;
    await withPlan(text, async ({ root, agent }) => {
      const runner = await startCli(root, ['run', 'p/one', '--headless'], agent);
      const result = finished(runner);
      const pids = async () => {
        const { worktree } = await taskRow(root, 'p/one', agent);
        const log = await readFile(path.join(worktree ?? '/none', 'setup.log'), 'utf8').catch(() => '');
        return log.split('\n').filter((line) => line !== '');
      };
      const [pid] = await until('the set-up', async () => {
        const found = await pids();
        return found.length > 0 ? found : null;
      });
      runner.kill('SIGKILL');
      process.kill(Number(pid), 'SIGKILL');
      await result;
      const row = await until('the cut-off set-up to be told', async () => {
        const seen = await taskRow(root, 'p/one', agent);
        return seen.conditions.length > 0 ? seen : null;
      });
      assert.deepEqual([row.conditions[0]?.kind, row.next, row.runner], ['setup-failed', 'look-at-failure', null]);
      assert.match(row.conditions[0]?.reason ?? '', /interrupted/);
      await writeFile(path.join(row.worktree ?? '', '..', 'go'), '');
      assert.equal((await cliJson<RunJson>(root, ['run', 'p/one', '--headless'], agent)).exit, 0);
      assert.equal((await pids()).length, 2);
      assert.deepEqual((await taskRow(root, 'p/one', agent)).conditions, []);
    });
  });

  it('a runner that is told to end in the middle of a set-up ends its commands, all of them', async () => {
    const text = `setup: ['sleep 600 & echo $! > ../child; wait']\n`;
    await withPlan(text, async ({ root, agent }) => {
      const runner = await startCli(root, ['run', 'p/one', '--headless'], agent);
      const result = finished(runner);
      const child = await until('the child of the command', async () => {
        const { worktree } = await taskRow(root, 'p/one', agent);
        return Number(await readFile(path.join(worktree ?? '/none', '..', 'child'), 'utf8').catch(() => '')) || null;
      });
      runner.kill('SIGTERM');
      assert.equal((await result).code, 130);
      await until('the child to be gone', async () => !alive(child));
      const row = await taskRow(root, 'p/one', agent);
      assert.deepEqual([row.state, row.conditions[0]?.kind, row.runner], ['queued', 'setup-failed', null]);
      assert.deepEqual(await agent.starts(), []);
    });
  });

  it('a command that leaves something behind in the background does not hold up the agent', async () => {
    await withPlan(`setup: ['sleep 600 >/dev/null 2>&1 & echo $! > ../child']\n`, async ({ root, agent }) => {
      assert.equal((await cliJson<RunJson>(root, ['run', 'p/one', '--headless'], agent)).exit, 0);
      const { worktree } = await taskRow(root, 'p/one', agent);
      process.kill(Number(await readFile(path.join(worktree ?? '', '..', 'child'), 'utf8')), 'SIGKILL');
    });
  });

  it('Bad input: set-up or copy that cannot be read: named by line, nothing is guessed, --skip-setup goes on', async () => {
    const wrong = ['setup: {a: b}\n', "setpu: ['true']\n", "copy: ['../secrets']\n", "setup: ['true'\n"];
    for (const text of wrong) {
      await withPlan(text, async ({ root, agent }) => {
        const result = await cli(root, ['run', 'p/one', '--headless'], agent);
        assert.equal(result.code, 4, text);
        assert.match(result.stderr, /plan\.md:[345]:\d+: /, text);
        assert.deepEqual(await agent.starts(), [], text);
        const row = await taskRow(root, 'p/one', agent);
        assert.equal(row.conditions[0]?.kind, 'setup-failed', text);
        assert.equal((await cli(root, ['run', 'p/one', '--headless', '--skip-setup'], agent)).code, 0, text);
        assert.deepEqual((await taskRow(root, 'p/one', agent)).conditions, [], text);
      });
    }
  });

  it('a plan that is mended needs no --skip-setup any more', async () => {
    await withPlan("copy: ['../secrets']\n", async ({ root, agent }) => {
      assert.equal((await cli(root, ['run', 'p/one', '--headless'], agent)).code, 4);
      await writePlan(root, 'p', one);
      assert.equal((await cli(root, ['run', 'p/one', '--headless'], agent)).code, 0);
      assert.deepEqual((await taskRow(root, 'p/one', agent)).conditions, []);
    });
  });

  it('spin in the background says that the set-up failed, and where to look', async () => {
    await withPlan(`setup: ['echo no-such-thing; exit 3']\n`, async ({ root, agent }) => {
      const result = await cli(root, ['spin', 'Do something.', '--plan', 'p', '--headless'], agent);
      assert.equal(result.code, 4, result.stderr);
      assert.match(result.stderr, /set-up failed: .*exit code 3.*\.log/);
    });
  });

  it('waits for a clean-up that goes on, and does not start in what it took away', async () => {
    await withPlan('', async ({ root, agent }) => {
      await spawnTasks(root, ['p/one'], agent);
      await withOpen(root, async ({ context, store }) => {
        const ref = { plan: 'p', task: 'one' };
        const { worktree } = await taskRow(root, 'p/one', agent);
        const run = await withTaskLock(context, ref, async () => {
          const runner = await startCli(root, ['run', 'p/one', '--headless'], agent);
          const result = finished(runner);
          await until('the runner to have its lease', async () => (await store.leases.read('p~one'))?.alive);
          // It must not get further, however long this takes.
          await new Promise((resolve) => setTimeout(resolve, 500));
          assert.deepEqual(await agent.starts(), []);
          await store.events.appendTask(ref, { kind: 'cleaned', archive: { ...archive, worktree: worktree ?? '' } });
          return { result };
        });
        const { code, stderr } = await run.result;
        assert.equal(code, 4);
        assert.match(stderr, /was cleaned just now/);
        assert.deepEqual(await agent.starts(), []);
      });
    });
  });

  it('without anything to set up nothing but the ports is put on record', async () => {
    await withPlan('', async ({ root, agent }) => {
      await spawnTasks(root, ['p/one'], agent);
      const before = (await eventsOf(root, 'one')).length;
      await cliJson(root, ['run', 'p/one', '--headless'], agent);
      const after = (await eventsOf(root, 'one')).slice(before);
      assert.deepEqual(kinds(after), ['agent-started', 'agent-exited']);
      const row = await taskRow(root, 'p/one', agent);
      assert.equal(row.setup, null);
    });
  });
});

describe('ready to work in: spawn', function () {
  this.timeout(90_000);

  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('brings ignored files along and tells them, with set-up and ten ports a task', async () => {
    const text = `copy: ['deps/**']\nsetup: ['touch made-by-setup']\n`;
    await withPlan(
      text,
      async ({ root, agent }) => {
        await writeFile(path.join(root, '.env'), 'SECRET=1\n');
        await writeFile(path.join(root, '.worktreeinclude'), '.env\n');
        await runGit(root, 'add', '.worktreeinclude');
        await commitAll(root, 'include');
        const { tasks } = await cliJson<SpawnJson>(root, ['spawn', 'p/one', 'p/two'], agent);
        assert.equal(tasks.length, 2);
        for (const task of tasks) {
          assert.deepEqual(task.copied, ['.env']);
          assert.equal(await readFile(path.join(task.worktree, '.env'), 'utf8'), 'SECRET=1\n');
          assert.ok(existsSync(path.join(task.worktree, 'made-by-setup')));
          assert.equal(task.setup.exit, 0);
          assert.equal(task.ports.length, 10);
        }
        assert.equal(new Set(tasks.flatMap(({ ports }) => ports)).size, 20);
        const again = await cliJson<SpawnJson>(root, ['spawn', 'p/one', 'p/two'], agent);
        assert.deepEqual(again.tasks, tasks, 'asked again it says the same');
      },
      { tasks: two },
    );
  });

  it('fills submodules', async () => {
    await withTempDir(async (dir) => {
      const part = await makeRepository(dir, { name: 'part' });
      const root = await makeRepository(dir);
      await runGit(root, 'submodule', '--quiet', 'add', part, 'libs/part');
      await commitAll(root, 'part');
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(root, 'p', one);
      const json = await cliJson<RunJson>(root, ['run', 'p/one', '--headless'], agent);
      assert.ok(existsSync(path.join(json.worktree, 'libs', 'part', 'src')));
      const ready = (await eventsOf(root, 'one')).find(({ kind }) => kind === 'worktree-ready');
      assert.deepEqual(ready?.submodules, ['libs/part']);
    });
  });

  it('a set-up that fails is exit 4 with the document; the others are set up all the same', async () => {
    await withPlan(
      `setup: ['test $SWITCHYARD_TASK != one']\n`,
      async ({ root, agent }) => {
        const { tasks } = await cliJson<SpawnJson>(root, ['spawn', 'p/one', 'p/two'], { ...agent, code: 4 });
        assert.deepEqual(
          tasks.map(({ task, setup }) => [task, setup.exit]),
          [
            ['one', 1],
            ['two', 0],
          ],
        );
        const [first, second] = [await taskRow(root, 'p/one', agent), await taskRow(root, 'p/two', agent)];
        assert.deepEqual(
          first.conditions.map(({ kind }) => kind),
          ['setup-failed'],
        );
        assert.deepEqual(second.conditions, []);
      },
      { tasks: two },
    );
  });

  it('leaves a worktree alone in which an agent works', async () => {
    await withPlan(
      '',
      async ({ root, agent }) => {
        const runner = await startCli(root, ['run', 'p/one', '--headless'], agent);
        const result = finished(runner);
        await until('the agent', async () => (await agent.starts()).length > 0);
        await writePlan(root, 'p', one, planWith(`setup: ['touch made-by-setup']\n`));
        const { tasks } = await cliJson<SpawnJson>(root, ['spawn', 'p/one'], agent);
        assert.equal(tasks[0]?.ports.length, 10);
        assert.ok(!existsSync(path.join(tasks[0]?.worktree ?? '', 'made-by-setup')));
        runner.kill('SIGTERM');
        await result;
      },
      { body: bodies.stays },
    );
  });
});
