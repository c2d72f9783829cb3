import { strict as assert } from 'node:assert';
import { appendFile, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunJson, SpawnJson, WorktreesJson } from '../../../src/contract/json';
import { makeRepository, runGit, withTempDir } from '../support/repositories';
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

async function started(agent: TestAgent, count = 1) {
  await until(`${count} starts of the agent`, async () => (await agent.starts()).length >= count);
  const starts = await agent.starts();
  const last = starts.at(-1);
  assert.ok(last);
  return { last, starts };
}

describe('run', () => {
  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('starts the agent in its worktree, with its brief and a clean environment, and records its end', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one);
      const env = {
        ...agent.env,
        VSCODE_PID: '1',
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: '--no-warnings',
        GIT_DIR: '/nowhere',
      };
      const json = await cliJson<RunJson>(repository, ['run', 'p/one', '--headless'], {
        env: { ...env, GIT_DIR: path.join(repository, '.git') },
      });
      assert.equal(json.exit, 0);
      assert.equal(json.branch, 'agent/one');
      const { last } = await started(agent);
      assert.equal(last.cwd, await realpath(json.worktree));
      assert.equal(last.args[1], json.session);
      assert.equal(last.pid, json.pid);
      for (const name of ['VSCODE_PID', 'ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'GIT_DIR']) {
        assert.equal(last.env[name], undefined, name);
      }
      assert.equal(await runGit(json.worktree, 'log', '-1', '--format=%s'), 'made');
      assert.equal(
        await runGit(repository, 'status', '--porcelain', '--', '.', ':!.switchyard'),
        '',
        'the main checkout was not touched',
      );
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual([row.state, row.next, row.runner], ['review', 'review-work', null]);
    });
  });

  it('an agent that fails is a failed task with its exit code, exit 4', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.fails);
      await writePlan(repository, 'p', one);
      const result = await cli(repository, ['run', 'p/one', '--headless', '--json'], agent);
      assert.equal(result.code, 4);
      assert.equal((JSON.parse(result.stdout) as RunJson).exit, 3);
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual(
        [row.state, row.conditions[0]?.kind, row.conditions[0]?.reason],
        ['working', 'failed', 'exited with 3'],
      );
      assert.equal(row.next, 'look-at-failure');
    });
  });

  it('two runs at once are one agent', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.stays);
      await writePlan(repository, 'p', one);
      const children = await Promise.all(
        [1, 2, 3].map(() => startCli(repository, ['run', 'p/one', '--headless'], agent)),
      );
      const results = children.map(finished);
      const { last } = await started(agent);
      // The losers end by themselves; the winner stays with its agent.
      const losers: number[] = [];
      for (const result of results)
        result.then(
          ({ code }) => losers.push(code ?? -1),
          () => losers.push(-1),
        );
      await until('the losers to end', async () => losers.length === 2);
      assert.deepEqual(losers, [4, 4]);
      const late = await cli(repository, ['run', 'p/one', '--headless'], agent);
      assert.equal(late.code, 4);
      assert.match(late.stderr, /runs already/);
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual([row.state, row.agent.pid, row.conditions.length], ['working', last.pid, 0]);
      assert.ok(children.some(({ pid }) => pid === row.runner));
      assert.equal((await agent.starts()).length, 1);
      for (const child of children) child.kill('SIGTERM');
      await Promise.all(results);
      assert.ok(!alive(last.pid), 'no agent is left behind');
    });
  }).timeout(90_000);

  it('a runner that is told to end ends its agent with all its children, and says so', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const child = path.join(dir, 'child.pid');
      const agent = await makeAgent(
        dir,
        `const c = require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)'], {stdio:'ignore'});
fs.writeFileSync(${JSON.stringify(child)}, String(c.pid)); process.on('SIGTERM', () => {}); ${bodies.stays}`,
      );
      await writePlan(repository, 'p', one);
      const runner = await startCli(repository, ['run', 'p/one', '--headless'], agent);
      const result = finished(runner);
      const grandchild = await until(
        'the child',
        async () => Number(await readFile(child, 'utf8').catch(() => '')) || null,
      );
      runner.kill('SIGTERM');
      assert.equal((await result).code, 130);
      const { last } = await started(agent);
      await until('both to be gone', async () => !alive(last.pid) && !alive(grandchild));
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual([row.conditions[0]?.kind, row.conditions[0]?.reason], ['failed', 'stopped']);
    });
  }).timeout(90_000);

  it('a runner killed -9 shows as unknown, its agent is not doubled, and the next run resumes its session', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, `if (mode === 'new') { ${bodies.stays} }`);
      await writePlan(repository, 'p', one);
      const runner = await startCli(repository, ['run', 'p/one', '--headless'], agent);
      const result = finished(runner);
      const { last: first } = await started(agent);
      await until('the start to be on record', async () => (await taskRow(repository, 'p/one', agent)).agent.pid);
      runner.kill('SIGKILL');
      await until('the runner to be gone', async () => runner.pid !== undefined && !alive(runner.pid));
      const row = await taskRow(repository, 'p/one', agent);
      assert.deepEqual(
        [row.state, row.conditions[0]?.kind, row.next, row.agent.pid],
        ['working', 'unknown', 'resume', null],
      );
      const again = await cliJson<RunJson>(repository, ['run', 'p/one', '--headless'], agent);
      assert.ok(!alive(first.pid), 'the agent without a runner was ended first');
      const { starts, last } = await started(agent, 2);
      assert.equal(starts.length, 2);
      assert.deepEqual(last.args, ['resume', first.args[1]], 'the same session');
      assert.equal(again.session, first.args[1]);
      assert.equal((await taskRow(repository, 'p/one', agent)).state, 'review');
      await result;
    });
  }).timeout(90_000);

  it('a launch whose agent ended by itself is not started again; one that was stopped is resumed', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one);
      const run = (launch: string) =>
        cli(repository, ['run', 'p/one', '--headless', '--launch', launch, '--json'], agent);
      // What a window does: asks, claims, and runs the terminal's program.
      await spawnTasks(repository, ['p/one'], agent);
      const log = path.join(repository, '.git', 'switchyard', 'events', 'p~one.jsonl');
      const by = { actor: 'window', pid: 1 };
      const say = (event: object) =>
        appendFile(log, `\n${JSON.stringify({ v: 1, at: new Date().toISOString(), by, ...event })}\n`);
      await say({ kind: 'launch-requested', launch: 'l1', mode: 'terminal' });
      assert.equal((await run('l1')).code, 0);
      const again = await run('l1');
      assert.equal(again.code, 4, again.stderr);
      assert.match(again.stderr, /has ended/);
      assert.equal((await agent.starts()).length, 1);
      await say({ kind: 'launch-requested', launch: 'l2', mode: 'terminal' });
      assert.equal((await run('l1')).code, 4, 'the old terminal comes back');
      assert.equal((await run('l2')).code, 0);
      assert.equal((await agent.starts()).length, 2);
    });
  }).timeout(90_000);

  it('lists foreign worktrees as they are, and a vanished one as a row', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const foreign = path.join(dir, 'elsewhere');
      await runGit(repository, 'worktree', 'add', '-q', '-b', 'theirs', foreign);
      await writeFile(path.join(foreign, 'new.txt'), 'x');
      await writePlan(repository, 'p', one);
      const { tasks } = await cliJson<SpawnJson>(repository, ['spawn', 'p/one'], {
        env: (await makeAgent(dir, '')).env,
      });
      const worktree = tasks[0]?.worktree ?? '';
      const listed = (await cliJson<WorktreesJson>(repository, ['worktrees'])).worktrees;
      const theirs = listed.find(({ branch }) => branch === 'theirs');
      assert.deepEqual([theirs?.task, theirs?.dirty, theirs?.main], [null, true, false]);
      // Beside its old place it would be found and repaired.
      const away = path.join(dir, 'away');
      await rename(worktree, away);
      const row = await taskRow(repository, 'p/one');
      assert.deepEqual([row.conditions[0]?.kind, row.next], ['vanished', 'forget']);
      const refused = await cli(repository, ['spawn', 'p/one'], { env: (await makeAgent(dir, '')).env });
      assert.equal(refused.code, 4);
      await rename(away, worktree);
      assert.deepEqual((await taskRow(repository, 'p/one')).conditions, [], 'it came back');
    });
  }).timeout(90_000);

  it('Bad input: a store truncated anywhere is read as far as it goes, and the task can still run', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one);
      assert.equal((await cli(repository, ['run', 'p/one', '--headless'], agent)).code, 0);
      const log = path.join(repository, '.git', 'switchyard', 'events', 'p~one.jsonl');
      const whole = await readFile(log);
      for (const part of [0.9, 0.5, 0.1, 0]) {
        await writeFile(log, whole.subarray(0, Math.floor(whole.length * part)));
        const row = await taskRow(repository, 'p/one', agent);
        assert.equal(row.title, 'One');
      }
      // Nothing is known any more: the names are taken, so others are found, and the old worktree stays.
      const again = await cliJson<RunJson>(repository, ['run', 'p/one', '--headless'], agent);
      assert.equal(again.exit, 0);
      assert.equal(again.branch, 'agent/p-one');
      assert.equal(await runGit(repository, 'log', '-1', '--format=%s', 'agent/one'), 'made');
      // The whole store is a cache of nothing that git has not.
      await rm(path.join(repository, '.git', 'switchyard'), { recursive: true });
      assert.equal((await taskRow(repository, 'p/one', agent)).state, 'ready');
    });
  }).timeout(90_000);

  it('wait: a state that comes, a time that is up, a task that is not there', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      // It works until the first waiting is over: a state that has passed before `wait` looks is not waited for.
      const seen = path.join(dir, 'seen');
      const agent = await makeAgent(
        dir,
        `const timer = setInterval(() => { if (fs.existsSync(${JSON.stringify(seen)})) { clearInterval(timer); ${bodies.commits} } }, 20);`,
      );
      await writePlan(repository, 'p', one);
      const waiting = cliJson<{ state: string }>(
        repository,
        ['wait', 'p/one', '--for', 'working', '--timeout', '60'],
        agent,
      );
      const reviewed = cliJson<{ state: string }>(
        repository,
        ['wait', 'p/one', '--for', 'review', '--timeout', '60'],
        agent,
      );
      const running = cli(repository, ['run', 'p/one', '--headless'], agent);
      assert.equal((await waiting).state, 'working');
      await writeFile(seen, '');
      assert.equal((await running).code, 0);
      assert.equal((await reviewed).state, 'review');
      const late = await cli(repository, ['wait', 'p/one', '--for', 'integrated', '--timeout', '0.2'], agent);
      assert.equal(late.code, 1);
      assert.match(late.stderr, /not integrated after 0\.2 s: it is review/);
      assert.equal((await cli(repository, ['wait', 'p/none', '--for', 'review'], agent)).code, 2);
    });
  }).timeout(90_000);

  it('watch tells what happens as JSON lines', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.commits);
      await writePlan(repository, 'p', one);
      const watch = await startCli(repository, ['watch'], agent);
      let text = '';
      watch.stdout?.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const lines = () =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      // It watches from some moment on: the first thing that it tells shows that.
      await until('the watch to begin', async () => {
        await cli(repository, ['spin', 'x', '--plan', 'q', '--agent', 'demo', '--headless', '--override'], agent);
        return lines().length > 0;
      });
      assert.equal((await cli(repository, ['run', 'p/one', '--headless'], agent)).code, 0);
      const mine = () => lines().filter((line) => line.task === 'one' && line.from !== line.to);
      await until('the end to be told', async () => mine().at(-1)?.to === 'review');
      assert.deepEqual(
        mine().map(({ from, to }) => [from, to]),
        [
          [null, 'queued'],
          ['queued', 'setup'],
          ['setup', 'queued'],
          ['queued', 'working'],
          ['working', 'review'],
        ],
      );
      assert.deepEqual(Object.keys(mine()[0] ?? {}), ['at', 'kind', 'plan', 'task', 'from', 'to', 'source']);
      watch.kill('SIGINT');
    });
  }).timeout(90_000);
});
