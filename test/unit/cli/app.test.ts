import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import path from 'node:path';
import type { AppJson } from '../../../src/contract/json';
import { commitAll, makeRepository, withTempDir } from '../support/repositories';
import { alive, cli, cliFile, cliJson, finished, spawnTasks, startCli, taskRow, until, writePlan } from './support';

const tasks = {
  one: '---\ntitle: One\nagent: demo\n---\nDo it.\n',
  two: '---\ntitle: Two\nagent: demo\n---\nDo it.\n',
};

/** Serves the name of its task; has a child, which can be told (by a file) to ignore a request to end. */
const server = `const http = require('node:http'); const fs = require('node:fs');
const child = require('node:child_process').spawn(process.execPath, ['-e', fs.existsSync('../stubborn-' + process.env.SWITCHYARD_TASK) ? 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)' : 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
fs.appendFileSync('../apps-' + process.env.SWITCHYARD_TASK, process.pid + ' ' + child.pid + '\\n');
http.createServer((_, res) => res.end(process.env.SWITCHYARD_TASK + ' ' + process.cwd())).listen(Number(process.env.PORT), 'localhost');
`;

async function withApp(run: string, fn: (root: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writeFile(path.join(root, 'server.cjs'), server);
    await commitAll(root, 'server');
    await writePlan(root, 'p', tasks, `---\ntitle: A plan\nrun: ${JSON.stringify(run)}\n---\n`);
    try {
      await fn(root);
    } finally {
      for (const task of Object.keys(tasks)) await cli(root, ['app', `p/${task}`, '--stop']);
    }
  });
}

function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

/** Pids of the app and its child, a pair for each start. */
async function pidsOf(worktree: string, task: string): Promise<number[][]> {
  const text = await readFile(path.join(worktree, '..', `apps-${task}`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map(Number));
}

const serve = `${JSON.stringify(process.execPath)} server.cjs`;

describe('app', function () {
  this.timeout(90_000);

  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('two worktrees serve at once, each on its own port; stopping one leaves the other', async () => {
    await withApp(serve, async (root) => {
      const spawned = await spawnTasks(root, ['p/one', 'p/two']);
      await writeFile(path.join(spawned[0]?.worktree ?? '', '..', 'stubborn-one'), '');
      const [one, two] = await Promise.all([
        cliJson<AppJson>(root, ['app', 'p/one']),
        cliJson<AppJson>(root, ['app', 'p/two']),
      ]);
      assert.equal(await fetchText(one.url ?? ''), `one ${spawned[0]?.worktree}`);
      assert.equal(await fetchText(two.url ?? ''), `two ${spawned[1]?.worktree}`);
      assert.equal(one.port, spawned[0]?.ports[0]);
      assert.equal((await taskRow(root, 'p/one')).app?.url, one.url);
      const stopped = await cliJson<AppJson>(root, ['app', 'p/one', '--stop']);
      assert.deepEqual(stopped, { plan: 'p', task: 'one', pid: null, port: one.port, url: null });
      const [pids = []] = await pidsOf(spawned[0]?.worktree ?? '', 'one');
      assert.equal(pids.length, 2);
      assert.ok(!pids.some(alive), 'the whole group has ended, also what ignores the request');
      await assert.rejects(fetchText(one.url ?? ''));
      assert.equal(await fetchText(two.url ?? ''), `two ${spawned[1]?.worktree}`);
      assert.equal((await taskRow(root, 'p/one')).app, null);
    });
  });

  it('a second start is the running one; of four at once one starts it', async () => {
    await withApp(serve, async (root) => {
      const made = await spawnTasks(root, ['p/one']);
      const all = await Promise.all([1, 2, 3, 4].map(() => cliJson<AppJson>(root, ['app', 'p/one'])));
      assert.equal(new Set(all.map(({ pid }) => pid)).size, 1);
      const again = await cliJson<AppJson>(root, ['app', 'p/one']);
      assert.deepEqual(again, all[0]);
      assert.equal((await pidsOf(made[0]?.worktree ?? '', 'one')).length, 1);
    });
  });

  it('starts again after it was stopped, or was killed behind our back', async () => {
    await withApp(serve, async (root) => {
      await spawnTasks(root, ['p/one']);
      const first = await cliJson<AppJson>(root, ['app', 'p/one']);
      await cliJson(root, ['app', 'p/one', '--stop']);
      const second = await cliJson<AppJson>(root, ['app', 'p/one']);
      assert.notEqual(second.pid, first.pid);
      const { worktree } = await taskRow(root, 'p/one');
      for (const pid of (await pidsOf(worktree ?? '', 'one')).at(-1) ?? []) process.kill(pid, 'SIGKILL');
      await until('the app to be gone', async () => !alive(second.pid ?? 0));
      const third = await cliJson<AppJson>(root, ['app', 'p/one']);
      assert.equal(await fetchText(third.url ?? ''), `one ${worktree}`);
    });
  });

  it('an app that ended by itself is not shown as running', async () => {
    await withApp(serve, async (root) => {
      await spawnTasks(root, ['p/one']);
      const { pid, port } = await cliJson<AppJson>(root, ['app', 'p/one']);
      const { worktree } = await taskRow(root, 'p/one');
      for (const each of (await pidsOf(worktree ?? '', 'one')).at(-1) ?? []) process.kill(each, 'SIGKILL');
      await until('the app to be gone', async () => !alive(pid ?? 0));
      const row = await taskRow(root, 'p/one');
      assert.deepEqual([row.app, row.port], [null, port]);
    });
  });

  it('Bad input: run that fails: exit 4 with its code and its last words', async () => {
    await withApp('echo first; echo no such module >&2; exit 9', async (root) => {
      await spawnTasks(root, ['p/one']);
      const result = await cli(root, ['app', 'p/one', '--json']);
      assert.equal(result.code, 4);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, /ended with exit code 9 .*no such module/);
      assert.equal((await taskRow(root, 'p/one')).app, null);
    });
  });

  it('Bad input: port taken by another program when the app starts: exit 4, nothing is started', async () => {
    await withApp(serve, async (root) => {
      const made = await spawnTasks(root, ['p/one']);
      const other = createServer().listen(made[0]?.ports[0], '127.0.0.1');
      await once(other, 'listening');
      try {
        const result = await cli(root, ['app', 'p/one']);
        assert.equal(result.code, 4);
        assert.match(result.stderr, /is taken by another program/);
        assert.deepEqual(await pidsOf(made[0]?.worktree ?? '', 'one'), []);
      } finally {
        other.close();
      }
    });
  });

  it('Bad input: a plan without run, or with one that cannot be read: exit 2, the place named', async () => {
    await withApp(serve, async (root) => {
      await spawnTasks(root, ['p/one']);
      await writePlan(root, 'p', tasks);
      const none = await cli(root, ['app', 'p/one']);
      assert.equal(none.code, 2);
      assert.match(none.stderr, /as "run" into .*plan\.md/);
      await writePlan(root, 'p', tasks, '---\ntitle: A plan\nrun: {a: b}\n---\n');
      const wrong = await cli(root, ['app', 'p/one']);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /plan\.md:3:\d+: /);
    });
  });

  it('without a worktree there is nothing to start it in: exit 4; stopping what never ran is no error', async () => {
    await withApp(serve, async (root) => {
      const result = await cli(root, ['app', 'p/one']);
      assert.equal(result.code, 4);
      assert.match(result.stderr, /has no worktree yet/);
      const stopped = await cliJson<AppJson>(root, ['app', 'p/one', '--stop']);
      assert.deepEqual(stopped, { plan: 'p', task: 'one', pid: null, port: null, url: null });
    });
  });

  it('an interrupted start leaves no app behind', async () => {
    await withApp('echo $$ > ../pid; sleep 600', async (root) => {
      const made = await spawnTasks(root, ['p/one']);
      const file = path.join(made[0]?.worktree ?? '', '..', 'pid');
      const starting = await startCli(root, ['app', 'p/one']);
      const result = finished(starting);
      const pid = await until('the app', async () => Number(await readFile(file, 'utf8').catch(() => '')) || null);
      await until('its start on record', async () => (await taskRow(root, 'p/one')).app !== null);
      starting.kill('SIGINT');
      assert.equal((await result).code, 130);
      assert.ok(!alive(pid));
      assert.equal((await taskRow(root, 'p/one')).app, null);
    });
  });

  it('a start that is killed leaves an app that is known, and is found by the next', async () => {
    await withApp(`sleep 0.5; ${serve}`, async (root) => {
      await spawnTasks(root, ['p/one']);
      const starting = await startCli(root, ['app', 'p/one']);
      const result = finished(starting);
      const row = await until('its start on record', async () => {
        const seen = await taskRow(root, 'p/one');
        return seen.app === null ? null : seen;
      });
      starting.kill('SIGKILL');
      await result;
      const found = await cliJson<AppJson>(root, ['app', 'p/one']);
      assert.equal(found.pid, row.app?.pid);
      assert.equal(await fetchText(found.url ?? ''), `one ${row.worktree}`);
    });
  });
});
