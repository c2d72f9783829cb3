import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SyncJson, TaskRow } from '../../../src/contract/json';
import { bundled } from '../support/bundled';
import {
  commitAll,
  makeRepository,
  makeWithRemote,
  pushFromElsewhere,
  runGit,
  testEnvironment,
  withTempDir,
} from '../support/repositories';
import {
  bodies,
  type CliOptions,
  cli,
  cliFile,
  cliJson,
  makeAgent,
  spawnTasks,
  startCli,
  taskRow,
  until,
  writePlan,
} from './support';

const task = (title: string) => `---\ntitle: ${title}\n---\nDo ${title}.\n`;

interface Spawned {
  readonly root: string;
  readonly one: string;
  readonly two: string;
}

/** Two tasks with worktrees. */
async function spawned(root: string, o: CliOptions = {}): Promise<Spawned> {
  await writePlan(root, 'p', { one: task('One'), two: task('Two') });
  const tasks = await spawnTasks(root, ['p/one', 'p/two'], o);
  return { root, one: tasks[0]?.worktree ?? '', two: tasks[1]?.worktree ?? '' };
}

const put = (root: string, name: string, text: string) => writeFile(path.join(root, name), text);
const kinds = (row: TaskRow) => row.conditions.map(({ kind }) => kind);

describe('sync', () => {
  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('brings all tasks onto the moved base, and says which it could not', async () => {
    await withTempDir(async (dir) => {
      const s = await spawned(await makeRepository(dir));
      await put(s.one, 'one.txt', 'one\n');
      await commitAll(s.one, 'one');
      await put(s.one, 'dirty.txt', 'dirty\n');
      await put(s.two, 'shared.txt', 'two\n');
      const two = await commitAll(s.two, 'two');
      await put(s.root, 'shared.txt', 'base\n');
      const base = await commitAll(s.root, 'base');
      const answer = await cliJson<SyncJson>(s.root, ['sync'], { code: 4 });
      assert.equal(answer.base, null);
      const [one, other] = answer.tasks;
      assert.equal(one?.result, 'synced');
      assert.equal(await runGit(s.one, 'rev-parse', 'HEAD~1'), base);
      assert.equal(await runGit(s.one, 'status', '--porcelain'), '?? dirty.txt');
      assert.equal(other?.result, 'conflicting');
      assert.deepEqual(other?.files, ['shared.txt']);
      assert.equal(await runGit(s.two, 'rev-parse', 'HEAD'), two);
      const row = await taskRow(s.root, 'p/two');
      assert.deepEqual(kinds(row).sort(), ['behind', 'conflicting']);
      assert.equal(row.behind, 1);
      // Said once.
      const log = () => readFile(path.join(s.root, '.git', 'switchyard', 'events', 'p~two.jsonl'), 'utf8');
      const before = await log();
      await cliJson<SyncJson>(s.root, ['sync', 'p/two'], { code: 4 });
      assert.equal(await log(), before);
      // Solved by hand, it is over.
      await runGit(s.two, 'rebase', '-q', '-X', 'ours', 'main');
      await cliJson<SyncJson>(s.root, ['sync', 'p/two']);
      assert.deepEqual(kinds(await taskRow(s.root, 'p/two')), []);
    });
  });

  it('is held while an agent is at work, and by a base that was rewritten', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.stays);
      const s = await spawned(root, agent);
      await put(root, 'base.txt', 'base\n');
      await commitAll(root, 'base');
      const runner = await startCli(root, ['run', 'p/one', '--headless'], agent);
      const ended = new Promise((resolve) => runner.once('close', resolve));
      try {
        await until('the agent runs', async () => (await agent.starts()).length > 0);
        await until('it is on record', async () => (await taskRow(root, 'p/one')).agent.pid);
        const answer = await cliJson<SyncJson>(root, ['sync', 'p/one'], { code: 4 });
        assert.equal(answer.tasks[0]?.result, 'held');
        assert.match(answer.tasks[0]?.reason ?? '', /agent is at work/);
        // In a list of all it is none of the refusals.
        assert.equal((await cliJson<SyncJson>(root, ['sync'])).tasks[1]?.result, 'synced');
      } finally {
        runner.kill('SIGTERM');
        await ended;
      }
      await cliJson<SyncJson>(root, ['sync', 'p/one']);
      await runGit(root, 'commit', '-q', '--amend', '-m', 'rewritten', '--date', '2001-01-01T00:00:00Z');
      await put(root, 'base.txt', 'another\n');
      await runGit(root, 'commit', '-q', '-a', '--amend', '-m', 'rewritten');
      const rewritten = await cliJson<SyncJson>(root, ['sync', 'p/two'], { code: 4 });
      assert.match(rewritten.tasks[0]?.reason ?? '', /was rewritten/);
      assert.equal(await runGit(s.two, 'status', '--porcelain'), '');
    });
  });

  it('many at once on the same tasks: git and store agree, and no lock is left', async () => {
    await withTempDir(async (dir) => {
      const s = await spawned(await makeRepository(dir));
      for (const worktree of [s.one, s.two]) {
        await put(worktree, 'own.txt', 'own\n');
        await commitAll(worktree, 'own');
        await put(worktree, 'src/000/file-00001.txt', 'dirty\n');
      }
      await put(s.root, 'base.txt', 'base\n');
      const base = await commitAll(s.root, 'base');
      const answers = await Promise.all(
        [['sync'], ['sync', 'p/one'], ['sync', 'p/two']].map((args) => cli(s.root, [...args, '--json'])),
      );
      for (const { stderr } of answers) assert.equal(stderr, '');
      for (const worktree of [s.one, s.two]) {
        assert.equal(await runGit(worktree, 'rev-parse', 'HEAD~1'), base);
        assert.equal(await runGit(worktree, 'status', '--porcelain'), ' M src/000/file-00001.txt');
      }
      const store = path.join(s.root, '.git', 'switchyard');
      assert.deepEqual(
        (await readdir(path.join(store, 'cache'))).filter((name) => name.startsWith('journal-')),
        [],
      );
      assert.deepEqual(await readdir(path.join(store, 'leases')), []);
      const rows = await Promise.all(['p/one', 'p/two'].map((name) => taskRow(s.root, name)));
      for (const row of rows) assert.equal(row.behind, 0);
    });
  });

  it('killed in the middle: the next command settles it and puts it on record', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writePlan(root, 'plan', { api: task('Api') });
      const tasks = await spawnTasks(root, ['plan/api']);
      const worktree = tasks[0]?.worktree ?? '';
      await put(worktree, 'own.txt', 'own\n');
      await commitAll(worktree, 'own');
      await put(root, 'src/000/file-00001.txt', 'base\n');
      await put(root, 'new.txt', 'new\n');
      const base = await commitAll(root, 'base');
      const child = fileURLToPath(new URL('../worktrees/sync/syncInChild.ts', import.meta.url));
      // Files are being exchanged there: begun (2), switching (4), then three places a file.
      const args = [await bundled(child), root, worktree, base, '7'];
      const killed = await new Promise((resolve) => {
        spawn(process.execPath, args, { env: testEnvironment(), stdio: 'inherit' }).once('close', (_code, by) =>
          resolve(by),
        );
      });
      assert.equal(killed, 'SIGKILL');
      await cliJson(root, ['tasks']);
      const store = path.join(root, '.git', 'switchyard');
      assert.deepEqual(
        (await readdir(path.join(store, 'cache'))).filter((name) => name.startsWith('journal-')),
        [],
      );
      const log = await readFile(path.join(store, 'events', 'plan~api.jsonl'), 'utf8');
      const events = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
      const recovered = events.find(({ kind }) => kind === 'recovered');
      assert.deepEqual([recovered?.operation, recovered?.outcome], ['sync', 'finished']);
      assert.equal(events.find(({ kind }) => kind === 'synced')?.base, base);
      assert.equal(await runGit(worktree, 'rev-parse', 'HEAD~1'), base);
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '');
    });
  });

  it('--base fast-forwards what is checked out, around the changes of the user', async () => {
    await withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      await put(root, 'src/000/file-00001.txt', 'mine\n');
      await put(root, 'staged.txt', 'staged\n');
      await runGit(root, 'add', 'staged.txt');
      const to = await pushFromElsewhere(dir, remote);
      const { base } = await cliJson<SyncJson>(root, ['sync', '--base']);
      assert.equal(base?.result, 'moved');
      assert.equal(base?.to, to);
      assert.equal(await runGit(root, 'rev-parse', 'main'), to);
      assert.equal(
        await runGit(root, 'status', '--porcelain'),
        'A  staged.txt\n M src/000/file-00001.txt'.split('\n').sort().join('\n'),
      );
      assert.equal(existsSync(path.join(root, 'elsewhere.txt')), true);
      assert.equal((await cliJson<SyncJson>(root, ['sync', '--base'])).base?.result, 'up-to-date');
    });
  });

  it('--base is held by a changed file, by one in the way, and by another history', async () => {
    await withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const from = await runGit(root, 'rev-parse', 'main');
      const held = async (pattern: RegExp) => {
        const { base } = await cliJson<SyncJson>(root, ['sync', '--base'], { code: 4 });
        assert.equal(base?.result, 'held');
        assert.match(base?.reason ?? '', pattern);
        assert.equal(await runGit(root, 'rev-parse', 'main'), from);
      };
      await pushFromElsewhere(dir, remote, 'src/000/file-00001.txt');
      await put(root, 'src/000/file-00001.txt', 'mine\n');
      await held(/src\/000\/file-00001\.txt/);
      assert.equal(await readFile(path.join(root, 'src/000/file-00001.txt'), 'utf8'), 'mine\n');
      await runGit(root, 'checkout', '-q', '--', '.');
      await pushFromElsewhere(dir, remote, 'in-the-way.txt');
      await put(root, 'in-the-way.txt', 'mine\n');
      await held(/in the way \(in-the-way\.txt\)/);
      await runGit(root, 'add', '-A');
      await runGit(root, 'commit', '-q', '-m', 'mine');
      const { base } = await cliJson<SyncJson>(root, ['sync', '--base'], { code: 4 });
      assert.match(base?.reason ?? '', /diverged/);
    });
  });

  it('--base moves a branch that is nowhere checked out; a remote that cannot be reached is told', async () => {
    await withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      await runGit(root, 'switch', '-q', '-c', 'other');
      const to = await pushFromElsewhere(dir, remote);
      const { base } = await cliJson<SyncJson>(root, ['sync', '--base', 'main']);
      assert.equal(base?.result, 'moved');
      assert.equal(await runGit(root, 'rev-parse', 'main'), to);
      assert.equal(await runGit(root, 'status', '--porcelain'), '');
      await runGit(root, 'remote', 'set-url', 'origin', path.join(dir, 'gone.git'));
      const lost = await cliJson<SyncJson>(root, ['sync', '--base', 'main'], { code: 4 });
      assert.match(lost.base?.reason ?? '', /could not be fetched/);
    });
  });

  it('refuses what it does not know', async () => {
    await withTempDir(async (dir) => {
      const { root } = await spawned(await makeRepository(dir));
      assert.equal((await cli(root, ['sync', 'p/nosuch'])).code, 2);
      assert.equal((await cli(root, ['sync', 'p/one', '--method', 'squash'])).code, 2);
      assert.equal((await cli(root, ['sync', 'p/one', '--base'])).code, 2);
      assert.equal((await cli(root, ['sync', '--base', 'nosuch'])).code, 2);
    });
  });
});
