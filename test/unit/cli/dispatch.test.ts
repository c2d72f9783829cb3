import { strict as assert } from 'node:assert';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SpawnJson, SpinJson, TaskRow, WorktreesJson } from '../../../src/contract/json';
import { makeRepository, runGit, withTempDir } from '../support/repositories';
import { bodies, cli, cliFile, cliJson, makeAgent, spawnTasks, taskRow, until, writePlan } from './support';

const task = (title: string, more = '') => `---\ntitle: ${title}\n${more}---\nDo ${title}.\n`;

describe('spawn and spin', () => {
  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('spawn makes branches and worktrees once, and warns of dependencies', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: task('One'), two: task('Two', 'dependsOn: [one]\n') });
      const first = await cliJson<SpawnJson>(repository, ['spawn', 'p/one', 'p/two']);
      assert.deepEqual(
        first.tasks.map(({ branch }) => branch),
        ['agent/one', 'agent/two'],
      );
      assert.deepEqual(Object.keys(first.tasks[0] ?? {}).sort(), [
        'branch',
        'copied',
        'leftOut',
        'plan',
        'ports',
        'setup',
        'task',
        'worktree',
      ]);
      const again = await cli(repository, ['spawn', 'p/one', 'p/two', '--json']);
      assert.deepEqual(JSON.parse(again.stdout), first);
      assert.equal((await runGit(repository, 'worktree', 'list')).split('\n').length, 3);
      const row = await taskRow(repository, 'p/one');
      assert.equal(row.state, 'queued');
      assert.equal(row.next, 'open-window');
      assert.equal(row.changedFiles, 0);
      assert.equal(row.base, 'main');
      assert.equal((await taskRow(repository, 'p/two')).next, 'wait-for-dependencies');
      const { worktrees } = await cliJson<WorktreesJson>(repository, ['worktrees']);
      assert.deepEqual(
        worktrees.map((w) => w.task),
        [null, 'one', 'two'],
      );
    });
  });

  it('two spawns of one task at once make one worktree', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: task('One') });
      const both = await Promise.all([1, 2, 3].map(() => cliJson<SpawnJson>(repository, ['spawn', 'p/one'])));
      assert.deepEqual(both[0], both[1]);
      assert.deepEqual(both[0], both[2]);
      assert.equal((await runGit(repository, 'worktree', 'list')).split('\n').length, 2);
    });
  });

  it('tasks of one name in two plans get names of their own, also at once', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'a', { one: task('One') });
      await writePlan(repository, 'b', { one: task('One') });
      const made = await Promise.all(['a/one', 'b/one'].map((name) => cliJson<SpawnJson>(repository, ['spawn', name])));
      const branches = made.map(({ tasks }) => tasks[0]?.branch ?? '');
      assert.equal(new Set(branches).size, 2);
      assert.ok(branches.includes('agent/one'), branches.join());
    });
  });

  it('spin: one prompt becomes task, branch, worktree and a running agent', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      const { tasks } = await cliJson<SpinJson>(repository, ['spin', 'Add a login page', '--headless'], agent);
      assert.equal(tasks.length, 1);
      const [spun] = tasks;
      assert.deepEqual(Object.keys(spun ?? {}).sort(), ['branch', 'pid', 'plan', 'task', 'worktree']);
      assert.equal(spun?.plan, 'inbox');
      assert.ok(spun?.pid);
      const name = `inbox/${spun?.task}`;
      await cliJson(repository, ['wait', name, '--for', 'review', '--timeout', '60'], agent);
      const [start, ...more] = await agent.starts();
      assert.equal(more.length, 0);
      assert.equal(start?.pid, spun?.pid);
      assert.equal(start?.cwd, spun?.worktree);
      assert.match(start?.brief ?? '', /Add a login page/);
      assert.equal(start?.env.SWITCHYARD_TASK, spun?.task);
      const row = await taskRow(repository, name, agent);
      assert.equal(row.state, 'review');
      assert.equal(row.ahead, 1);
      assert.equal(row.changedFiles, 1);
      assert.equal(row.agent.pid, null, 'it lives no more');
      // The last agent used is the next one's.
      const settings = path.join(dir, 'settings.json');
      await writeFile(settings, JSON.stringify({ ...JSON.parse(await readText(settings)), defaultAgent: 'claude' }));
      const next = await cliJson<SpinJson>(repository, ['spin', 'Another', '--headless'], agent);
      assert.ok(next.tasks[0]?.pid);
    });
  });

  it('spin with several agents makes rivals, each in a worktree of its own', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      const args = ['spin', 'Make it fast', '--agent', 'test,demo', '--headless'];
      const { tasks } = await cliJson<SpinJson>(repository, args, agent);
      assert.equal(new Set(tasks.map(({ worktree }) => worktree)).size, 2);
      assert.ok(tasks.every(({ pid }) => pid !== null));
      for (const { plan, task: id } of tasks) {
        await cliJson(repository, ['wait', `${plan}/${id}`, '--for', 'review', '--timeout', '60'], agent);
      }
      const rows = (await cliJson<{ tasks: TaskRow[] }>(repository, ['tasks'], agent)).tasks;
      assert.equal(new Set(rows.map(({ rivals }) => rivals)).size, 1);
      assert.notEqual(rows[0]?.rivals, null);
      assert.deepEqual(rows.map((row) => row.agent.name).sort(), ['demo', 'test']);
    });
  }).timeout(90_000);

  it('Bad input: prompts with quotes, newlines, leading dashes and 50 kB reach the agent as they are', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits, { wipLimit: 10 });
      const prompts = [
        'Say "it\'s" `done` $(touch /tmp/x) & | ; \\ %PATH%',
        'first line\n---\nsecond: [line\n\n# third\n',
        '-- dashes in front',
        '--force it through',
        `big ${'x'.repeat(50_000)} end`,
      ];
      for (const prompt of prompts) {
        const { tasks } = await cliJson<SpinJson>(repository, ['spin', prompt, '--headless'], agent);
        await cliJson(repository, ['wait', `inbox/${tasks[0]?.task}`, '--for', 'review', '--timeout', '60'], agent);
      }
      const dashes = await cli(repository, ['spin', '--headless', '--', '--one-word'], agent);
      assert.equal(dashes.code, 0, dashes.stderr);
      const piped = await cli(repository, ['spin', '-', '--headless'], { ...agent, input: 'from standard input' });
      assert.equal(piped.code, 0, piped.stderr);
      await until('all agents to have started', async () => (await agent.starts()).length === prompts.length + 2);
      const briefs = (await agent.starts()).map(({ brief }) => brief);
      for (const [i, prompt] of prompts.entries()) assert.ok(briefs[i]?.includes(prompt.trim()), prompt.slice(0, 30));
      assert.ok(briefs.at(-1)?.includes('from standard input'));
    });
  }).timeout(60_000);

  it('Bad input: an agent whose program is missing exits 3, and nothing was made', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: task('One', 'agent: gone\n') });
      const file = path.join(dir, 'settings.json');
      await writeFile(file, JSON.stringify({ customAgents: { gone: { command: ['no-such-program-here'] } } }));
      const env = { SWITCHYARD_SETTINGS: file };
      for (const args of [
        ['spin', 'x', '--agent', 'gone', '--headless'],
        ['spin', 'x', '--agent', 'demo,gone', '--headless'],
        ['run', 'p/one', '--headless'],
      ]) {
        const result = await cli(repository, args, { env });
        assert.equal(result.code, 3, `${args.join(' ')}: ${result.stderr}`);
        assert.match(result.stderr, /no-such-program-here.*\n$/);
      }
      assert.equal((await runGit(repository, 'branch', '--list')).trim(), '* main');
      const { tasks } = await cliJson<{ tasks: TaskRow[] }>(repository, ['tasks'], { env });
      assert.deepEqual(
        tasks.map((row) => `${row.plan}/${row.task}: ${row.state}`),
        ['p/one: ready'],
      );
    });
  });

  it('Bad input: a branch called agent, a folder that exists', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await runGit(repository, 'branch', 'agent');
      const taken = path.join(dir, 'repo-worktrees', 'two');
      await mkdir(taken, { recursive: true });
      await writeFile(path.join(taken, 'mine.txt'), 'mine');
      await writePlan(repository, 'p', { one: task('One'), two: task('Two') });
      const { tasks } = await cliJson<SpawnJson>(repository, ['spawn', 'p/one', 'p/two']);
      assert.equal(tasks[0]?.branch, 'agent-one');
      assert.equal(path.basename(tasks[1]?.worktree ?? ''), 'p-two');
      assert.deepEqual(await readdir(taken), ['mine.txt']);
    });
  });

  it('Bad input: two tasks that want one branch are refused both', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: task('One', 'branch: same\n'), two: task('Two', 'branch: same\n') });
      const result = await cli(repository, ['spawn', 'p/one', 'p/two']);
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, /same/);
      await assert.rejects(runGit(repository, 'rev-parse', '--verify', 'same'));
    });
  });

  it('Bad input: a branch that exists already is refused, and the task stays ready', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await runGit(repository, 'branch', 'mine');
      await writePlan(repository, 'p', { one: task('One', 'branch: mine\n') });
      const result = await cli(repository, ['spawn', 'p/one']);
      assert.equal(result.code, 2, result.stderr);
      assert.equal((await taskRow(repository, 'p/one')).state, 'ready');
    });
  });

  it('If a worktree cannot be made, no agent starts anywhere', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      // The second worktree cannot be made: git itself refuses its branch.
      const hook = path.join(repository, '.git', 'hooks', 'reference-transaction');
      const script = '#!/bin/sh\n! grep -q refs/heads/agent/go-demo\n';
      await writeFile(hook, script, { mode: 0o755 });
      const result = await cli(repository, ['spin', 'Go', '--agent', 'test,demo', '--headless', '--json'], agent);
      assert.equal(result.code, 4, result.stderr);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, /No agent was started.*inbox\/go-demo.*kept: inbox\/go-test/);
      // The runners that had been loaded meanwhile end without an agent.
      await until('the runners to be gone', async () => (await leases(repository)).length === 0);
      assert.deepEqual(await agent.starts(), []);
      const kept = await taskRow(repository, 'inbox/go-test', agent);
      assert.equal(kept.state, 'queued');
      const failed = await taskRow(repository, 'inbox/go-demo', agent);
      assert.equal(failed.state, 'ready');
      assert.equal(failed.conditions[0]?.kind, 'setup-failed');
      // What stood in the way is taken away: both go on from where they were.
      await rm(hook);
      assert.equal((await cli(repository, ['run', 'inbox/go-demo', '--headless'], agent)).code, 0);
      assert.equal((await cli(repository, ['run', 'inbox/go-test', '--headless'], agent)).code, 0);
    });
  }).timeout(90_000);

  it('holds the next dispatch at the limit of work in progress and at dependencies, unless overridden', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits, { wipLimit: 2 });
      await writePlan(repository, 'p', {
        one: task('One'),
        two: task('Two'),
        three: task('Three'),
        four: task('Four', 'dependsOn: [one]\n'),
      });
      await spawnTasks(repository, ['p/one', 'p/two', 'p/three'], agent);
      for (const id of ['one', 'two'])
        assert.equal((await cli(repository, ['run', `p/${id}`, '--headless'], agent)).code, 0);
      const held = await cli(repository, ['run', 'p/three', '--headless', '--json'], agent);
      assert.equal(held.code, 4);
      assert.equal(held.stdout, '');
      assert.match(held.stderr, /2 of 2.*one, two.*--override/);
      assert.match((await taskRow(repository, 'p/three', agent)).held ?? '', /2 of 2/);
      assert.equal((await cli(repository, ['run', 'p/three', '--headless', '--override'], agent)).code, 0);
      const waits = await cli(repository, ['run', 'p/four', '--headless'], agent);
      assert.equal(waits.code, 4);
      assert.match(waits.stderr, /depends on one.*--override/);
      await assert.rejects(runGit(repository, 'rev-parse', '--verify', 'agent/four'), 'held before anything is made');
      const group = await cli(
        repository,
        ['spin', 'x', '--plan', 'q', '--agent', 'test,test,test', '--headless'],
        agent,
      );
      assert.equal(group.code, 4, group.stderr);
      assert.equal((await agent.starts()).length, 3);
    });
  }).timeout(90_000);

  it('freezes the brief, and says when the text changed since', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const plan = await writePlan(repository, 'p', { one: task('One') });
      await spawnTasks(repository, ['p/one']);
      assert.equal((await taskRow(repository, 'p/one')).changedSinceDispatch, false);
      await writeFile(path.join(plan, 'one.md'), task('One', 'scope: [src/**]\n'));
      assert.equal((await taskRow(repository, 'p/one')).changedSinceDispatch, true);
    });
  });

  it('a renamed task file is the same task, not dispatched again', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const plan = await writePlan(repository, 'p', { one: task('One') });
      await spawnTasks(repository, ['p/one']);
      await rm(path.join(plan, 'one.md'));
      await writeFile(path.join(plan, 'uno.md'), task('One'));
      const result = await cli(repository, ['spawn', 'p/uno']);
      assert.equal(result.code, 2);
      assert.match(result.stderr, /p\/one/);
      const gone = await taskRow(repository, 'p/one');
      assert.equal(gone.file, null);
      assert.equal(gone.title, 'One');
    });
  });

  it('a contract that is not on the base yet stops the dispatch', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: task('One') }, '---\ntitle: P\ncontract: [api.ts]\n---\n');
      const result = await cli(repository, ['spawn', 'p/one']);
      assert.equal(result.code, 2);
      assert.match(result.stderr, /api\.ts/);
      const check = await cliJson<{ ok: boolean }>(repository, ['plan', 'check', 'p']);
      assert.equal(check.ok, false);
    });
  });
});

async function leases(repository: string): Promise<string[]> {
  return readdir(path.join(repository, '.git', 'switchyard', 'leases'));
}

async function readText(file: string): Promise<string> {
  return (await import('node:fs/promises')).readFile(file, 'utf8');
}
