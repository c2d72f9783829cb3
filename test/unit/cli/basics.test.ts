import { strict as assert } from 'node:assert';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PlanCheckJson } from '../../../src/contract/json';
import { makeRepository, runGit, withTempDir } from '../support/repositories';
import { cli, cliFile, cliJson, finished, makeAgent, startCli, writePlan } from './support';

const oneLine = (text: string) => assert.match(text, /^[^\n]+\n$/, `one line was expected: ${text}`);

describe('the command line', () => {
  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('tells its version, and its help with exit 0', async () => {
    await withTempDir(async (dir) => {
      assert.match((await cli(dir, ['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
      const help = await cli(dir, ['--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, /spin/);
      assert.doesNotMatch(help.stdout, /^ {2}(?:integrate|demo-agent) /m, 'only what is built is there');
    });
  });

  it('exits 2 with one line for wrong usage', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const wrong = [
        ['nonsense'],
        ['tasks', '--nonsense'],
        ['spawn'],
        ['spawn', 'no-slash'],
        ['run', 'a/b', '--json'],
        ['spin', 'x', '--json'],
        ['spin', 'x', '--agent', 'demo,human'],
        ['spin', '--agnet'],
        ['spin', '   '],
        ['spin', 'x', '--headless', '--agent', 'nobody'],
        ['wait', 'a/b', '--for', 'heaven'],
        ['wait', 'a/b', '--for', 'review', '--timeout', 'soon'],
        ['spawn', 'a/b'],
        ['plan', 'check', 'nothing'],
        ['plan', 'new', '../x'],
      ];
      for (const args of wrong) {
        const result = await cli(repository, args);
        assert.equal(result.code, 2, `${args.join(' ')}: ${result.stderr}`);
        assert.equal(result.stdout, '', args.join(' '));
        oneLine(result.stderr);
      }
    });
  }).timeout(60_000);

  it('Bad input: a folder that is no repository exits 3', async () => {
    await withTempDir(async (dir) => {
      const result = await cli(dir, ['tasks', '--json']);
      assert.equal(result.code, 3);
      assert.equal(result.stdout, '');
      oneLine(result.stderr);
    });
  });

  it('Bad input: an unborn repository says that a first commit is missing', async () => {
    await withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q', 'r');
      const repository = path.join(dir, 'r');
      assert.deepEqual(await cliJson(repository, ['tasks']), { tasks: [] });
      const result = await cli(repository, ['spin', 'do it', '--agent', 'demo', '--headless']);
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, /commit/);
      oneLine(result.stderr);
    });
  });

  it('works from -C and from below', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', { one: '---\ntitle: One\n---\nDo it.\n' });
      const below = path.join(repository, 'src', '000');
      for (const [cwd, args] of [
        [dir, ['-C', repository, 'tasks']],
        [below, ['tasks']],
      ] as const) {
        const { tasks } = await cliJson<{ tasks: { task: string }[] }>(cwd, args);
        assert.deepEqual(
          tasks.map(({ task }) => task),
          ['one'],
        );
      }
    });
  });

  it('reads SWITCHYARD_SETTINGS over the mirror of the windows, and refuses wrong ones by name', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, '');
      await writePlan(repository, 'p', { one: '---\ntitle: One\n---\nDo it.\n' });
      const mirror = path.join(repository, '.git', 'switchyard', 'cache', 'settings.json');
      await mkdir(path.dirname(mirror), { recursive: true });
      await writeFile(mirror, JSON.stringify({ defaultAgent: 'codex', wipLimit: 2 }));
      const agentOf = async (env: Record<string, string>) =>
        (await cliJson<{ tasks: { agent: { name: string } }[] }>(repository, ['tasks'], { env })).tasks[0]?.agent.name;
      assert.equal(await agentOf({}), 'codex');
      assert.equal(await agentOf(agent.env), 'test');
      const wrong = path.join(dir, 'wrong.json');
      await writeFile(wrong, JSON.stringify({ wipLimit: 'many' }));
      const result = await cli(repository, ['tasks'], { env: { SWITCHYARD_SETTINGS: wrong } });
      assert.equal(result.code, 2);
      assert.match(result.stderr, /wipLimit/);
      await writeFile(mirror, '{ torn');
      assert.equal(await agentOf({}), 'claude', 'a damaged mirror is told and not obeyed');
    });
  });

  it('makes a plan and checks plans', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const made = await cliJson<{ plan: string; file: string }>(repository, ['plan', 'new', 'board']);
      assert.equal(made.file, path.join(repository, '.switchyard', 'board', 'plan.md'));
      assert.equal((await runGit(repository, 'status', '--porcelain')).trim(), '', 'the first plan is kept out of git');
      assert.equal((await cli(repository, ['plan', 'new', 'board'])).code, 2, 'it exists');
      await writePlan(repository, 'p', {
        api: '---\ntitle: Api\n---\nDo it.\n',
        ui: '---\ntitle: Ui\ndependsOn: [api]\n---\nDo it.\n',
        docs: '---\ntitle: Docs\nafter: [ui]\n---\nDo it.\n',
      });
      const good = await cliJson<PlanCheckJson>(repository, ['plan', 'check', 'p']);
      assert.deepEqual(good, {
        ok: true,
        problems: [],
        waves: [['api', 'docs'], ['ui']],
        mergeOrder: ['api', 'ui', 'docs'],
        maxParallelism: 2,
      });
    });
  });

  it('Bad input: front matter of the wrong type is a problem with line and column, and the rest loads', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      await writePlan(repository, 'p', {
        bad: '---\ntitle: Bad\nscope: 7\n---\nDo it.\n',
        good: '---\ntitle: Good\n---\nDo it.\n',
      });
      const check = await cliJson<PlanCheckJson>(repository, ['plan', 'check', 'p']);
      assert.equal(check.ok, false);
      assert.equal(check.problems[0]?.line, 3);
      assert.equal((await cli(repository, ['plan', 'check', 'p', '--exit-code', '--json'])).code, 1);
      const { tasks } = await cliJson<{ tasks: { task: string; state: string }[] }>(repository, ['tasks']);
      assert.deepEqual(
        tasks.map(({ task, state }) => [task, state]),
        [
          ['bad', 'draft'],
          ['good', 'ready'],
        ],
      );
      const refused = await cli(repository, ['spawn', 'p/bad']);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /bad\.md:3/);
    });
  });

  it('Bad input: a task named ../x is refused', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      for (const name of ['p/../x', '../x', 'p/..', '../../x/y']) {
        const result = await cli(repository, ['spawn', name]);
        assert.equal(result.code, 2, name);
        oneLine(result.stderr);
      }
      await assert.rejects(runGit(repository, 'rev-parse', '--verify', 'agent/x'));
    });
  });

  it('watch ends with 130 at an interrupt, and quietly when its reader goes', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const child = await startCli(repository, ['watch']);
      const result = finished(child);
      // It is watching once it has told the first event, which we make.
      child.stdout?.once('data', () => child.kill('SIGINT'));
      const timer = setInterval(
        () => void cli(repository, ['spin', 'x', '--agent', 'demo', '--headless', '--override']),
        400,
      );
      const { code, stdout } = await result;
      clearInterval(timer);
      assert.equal(code, 130);
      assert.ok(JSON.parse(stdout.split('\n')[0] ?? '').kind);
    });
  }).timeout(90_000);
});
