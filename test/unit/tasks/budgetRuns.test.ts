import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RepositoryEvent, TaskEvent } from '../../../src/contract/events';
import { cli, cliFile, finished, makeAgent, startCli, taskRow, until, writePlan } from '../cli/support';
import { makeRepository, memoryFolder, runGit, withTempDir } from '../support/repositories';

/**
 * Does what is written into its own file beside the repository: for a number it spends so many output tokens ($15 a
 * million), for `unpriced N` those of a model that nobody knows, for `end` it ends.
 */
const spends = `
const todo = path.join(process.env.HOME, process.env.SWITCHYARD_PLAN + '~' + process.env.SWITCHYARD_TASK + '.todo');
const records = path.join(process.env.HOME, '.claude', 'projects', 'any');
fs.mkdirSync(records, { recursive: true });
let done = 0;
const spend = (model, output) => fs.appendFileSync(path.join(records, session + '.jsonl'), JSON.stringify({
  type: 'assistant', sessionId: session, cwd: process.cwd(), timestamp: new Date().toISOString(), version: '2.1.0',
  requestId: 'r' + process.pid + done, uuid: 'u' + process.pid + done, isSidechain: false,
  message: { id: 'm' + process.pid + '-' + done, type: 'message', role: 'assistant', model, content: [],
    usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: output } },
}) + '\\n');
setInterval(() => {
  // The test is over, whatever became of it.
  if (!fs.existsSync(process.env.HOME)) process.exit(1);
  const lines = fs.existsSync(todo) ? fs.readFileSync(todo, 'utf8').split('\\n').filter(Boolean) : [];
  for (; done < lines.length; done++) {
    const [word, more] = lines[done].split(' ');
    if (word === 'end') { fs.rmSync(todo); process.exit(0); }
    if (word === 'unpriced') spend('nobodys-model-1', Number(more));
    else spend('claude-sonnet-4-5-20250929', Number(word));
  }
}, 20);`;

interface Stage {
  readonly root: string;
  readonly home: string;
  readonly env: Record<string, string>;
  /** Tells the agent of a task what to do; `100_000` tokens are $1.50. */
  tell(task: string, ...what: (number | string)[]): Promise<void>;
  run(task: string, ...more: string[]): ReturnType<typeof cli>;
  start(task: string, ...more: string[]): Promise<ChildProcess>;
  events(task: string | null): Promise<(TaskEvent | RepositoryEvent)[]>;
  /** Crossings on record: `task near`. */
  crossings(task: string | null): Promise<string[]>;
}

async function onStage(
  o: { tasks: Record<string, string>; plan?: string; settings?: object },
  fn: (stage: Stage) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    const home = path.join(dir, 'home');
    await mkdir(home);
    const agent = await makeAgent(dir, spends, { fetchBase: false, ...o.settings });
    const files = Object.entries(o.tasks).map(([id, more]) => [
      id,
      `---\ntitle: ${id}\nagent: test\n${more}---\nDo it.\n`,
    ]);
    await writePlan(root, 'p', Object.fromEntries(files), `---\ntitle: P\n${o.plan ?? ''}---\n`);
    const env = { ...agent.env, HOME: home, USERPROFILE: home, CLAUDE_CONFIG_DIR: '', XDG_CONFIG_HOME: '' };
    const storeDir = path.join(await runGit(root, 'rev-parse', '--absolute-git-dir'), 'switchyard');
    const events = async (task: string | null) => {
      const name = task === null ? 'repository' : `p~${task}`;
      const text = await readFile(path.join(storeDir, 'events', `${name}.jsonl`), 'utf8').catch(() => '');
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as TaskEvent | RepositoryEvent);
    };
    await fn({
      root,
      home,
      env,
      tell: (task, ...what) => appendFile(path.join(home, `p~${task}.todo`), what.map((each) => `${each}\n`).join('')),
      run: (task, ...more) => cli(root, ['run', `p/${task}`, '--headless', ...more], { env }),
      start: (task, ...more) => startCli(root, ['run', `p/${task}`, '--headless', ...more], { env }),
      events,
      crossings: async (task) =>
        (await events(task)).flatMap((event) =>
          event.kind === 'budget' ? [`${event.use.scope} ${event.use.level}`] : [],
        ),
    });
  }, memoryFolder());
}

const holdsOf = (events: readonly (TaskEvent | RepositoryEvent)[]) =>
  events.flatMap((event) => (event.kind === 'held' ? [event.overridden] : []));

describe('budgets, from an agent that spends to the next start', function () {
  this.timeout(30_000);
  before(async () => {
    await cliFile();
  });

  it('tells 85 % and 100 % once while the agent runs, and logs its cost at its end', async () => {
    await onStage({ tasks: { one: 'type: docs\nbudget: { usd: 3 }\n' } }, async (stage) => {
      const run = finished(await stage.start('one'));
      await stage.tell('one', 100_000);
      await until('the agent works', async () => (await taskRow(stage.root, 'p/one', stage)).state === 'working');
      assert.deepEqual(await stage.crossings('one'), []);
      await stage.tell('one', 75_000);
      await until('near', async () => (await stage.crossings('one')).includes('task near'));
      const near = await taskRow(stage.root, 'p/one', stage);
      assert.deepEqual(
        near.conditions.map(({ kind, reason }) => [kind, reason]),
        [['near-budget', '87 % of its budget is used']],
      );
      await stage.tell('one', 30_000);
      await until('over', async () => (await stage.crossings('one')).includes('task over'));
      assert.equal((await taskRow(stage.root, 'p/one', stage)).next, 'raise-budget');
      await stage.tell('one', 10, 'end');
      assert.equal((await run).code, 0);
      assert.deepEqual(await stage.crossings('one'), ['task near', 'task over']);
      const log = await readFile(path.join(stage.root, '.git/switchyard/cost-log.jsonl'), 'utf8');
      const lines = log
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ plan, task, agent, type, final, tokens }) => [plan, task, agent, type, final, tokens.output]),
        [['p', 'one', 'claude', 'docs', true, 205_010]],
      );
    });
  });

  it('holds the next run at 100 %, lets it go with consent, once, and after the budget was raised', async () => {
    await onStage({ tasks: { one: 'budget: { tokens: 1000 }\n' } }, async (stage) => {
      await stage.tell('one', 1000, 'end');
      assert.equal((await stage.run('one')).code, 0);
      const held = await stage.run('one');
      assert.equal(held.code, 4);
      assert.match(held.stderr, /p\/one is held: 100 % of its budget is used \(1k of 1k tokens\)\. Raise that budget/);
      assert.equal(held.stderr.trim().split('\n').length, 1);
      await stage.tell('one', 5, 'end');
      assert.equal((await stage.run('one', '--override')).code, 0);
      const consent = (await stage.events('one')).find((event) => event.kind === 'held' && event.overridden);
      assert.ok(consent?.kind === 'held' && consent.budget?.percent === 100 && consent.by.actor === 'runner');
      assert.equal((await stage.run('one')).code, 4, 'a consent is for one start');
      await writeFile(
        path.join(stage.root, '.switchyard/p/one.md'),
        '---\ntitle: one\nagent: test\nbudget: { tokens: 5000 }\n---\nDo it.\n',
      );
      await stage.tell('one', 5, 'end');
      assert.equal((await stage.run('one')).code, 0);
      assert.deepEqual(await stage.crossings('one'), ['task over', 'task within']);
      assert.deepEqual((await taskRow(stage.root, 'p/one', stage)).conditions, []);
      assert.deepEqual(holdsOf(await stage.events('one')), [false, true, false]);
    });
  });

  it("holds other tasks by the budgets that they share: their plan's, the day's and the week's", async () => {
    const settings = { budgets: { day: { tokens: 2000 }, week: { tokens: 100_000 } } };
    await onStage({ tasks: { one: '', two: '' }, plan: 'budget: { tokens: 1000 }\n', settings }, async (stage) => {
      await stage.tell('one', 1500, 'end');
      assert.equal((await stage.run('one')).code, 0);
      const byPlan = await stage.run('two');
      assert.deepEqual([byPlan.code, /150 % of the budget of plan "p" is used/.test(byPlan.stderr)], [4, true]);
      const row = await taskRow(stage.root, 'p/two', stage);
      assert.match(row.held ?? '', /the budget of plan "p"/);
      assert.equal(row.worktree, null, 'nothing was made');
      await writeFile(path.join(stage.root, '.switchyard/p/plan.md'), '---\ntitle: P\n---\n');
      await stage.tell('two', 700, 'end');
      assert.equal((await stage.run('two')).code, 0);
      const byDay = await stage.run('two');
      assert.deepEqual([byDay.code, /110 % of today's budget is used/.test(byDay.stderr)], [4, true]);
      assert.deepEqual(await stage.crossings(null), ['plan over', 'day over']);
      assert.equal((await taskRow(stage.root, 'p/two', stage)).next, 'review-work', 'what is done is reviewed');
    });
  });

  it('asks before dispatch when what is expected would cross a budget', async () => {
    await onStage({ tasks: { one: 'type: feature\nbudget: { tokens: 20000 }\n' } }, async (stage) => {
      const held = await stage.run('one');
      assert.equal(held.code, 4);
      assert.match(held.stderr, /up to 50k tokens more are expected, which its budget does not leave/);
      assert.equal((await taskRow(stage.root, 'p/one', stage)).worktree, null);
      await stage.tell('one', 10, 'end');
      assert.equal((await stage.run('one', '--override')).code, 0);
      await stage.tell('one', 10, 'end');
      assert.equal((await stage.run('one')).code, 0, 'what was begun goes on');
    });
  });

  it('does not hold what nobody can price, and never calls it within', async () => {
    await onStage({ tasks: { one: 'budget: { usd: 1 }\n' } }, async (stage) => {
      await stage.tell('one', 'unpriced 1000000', 'end');
      assert.equal((await stage.run('one')).code, 0);
      await stage.tell('one', 'end');
      assert.equal((await stage.run('one')).code, 0);
      assert.deepEqual(await stage.crossings('one'), []);
    });
  });

  it('tells a shared budget once with two runners at once, one of which is killed', async () => {
    await onStage({ tasks: { one: '', two: '' }, plan: 'budget: { tokens: 1000 }\n' }, async (stage) => {
      const runners = await Promise.all([stage.start('one'), stage.start('two')]);
      const ends = runners.map(finished);
      for (const task of ['one', 'two']) {
        await until(`${task} runs`, async () =>
          (await stage.events(task)).some(({ kind }) => kind === 'agent-started'),
        );
      }
      await stage.tell('one', 880);
      await until('near', async () => (await stage.crossings(null)).length > 0);
      await stage.tell('one', 500);
      await stage.tell('two', 500);
      runners[0]?.kill('SIGKILL');
      await stage.tell('one', 'end');
      await until('over', async () => (await stage.crossings(null)).length > 1);
      await stage.tell('two', 'end');
      await Promise.all(ends);
      await until('the agent without a runner ends', async () => !(await exists(path.join(stage.home, 'p~one.todo'))));
      assert.equal((await stage.run('one')).code, 4);
      assert.equal((await stage.run('two')).code, 4);
      assert.deepEqual(await stage.crossings(null), ['plan near', 'plan over']);
    });
  });

  it('catches up with what was spent while nobody watched', async () => {
    await onStage({ tasks: { one: 'budget: { tokens: 1000 }\n' } }, async (stage) => {
      const runner = await stage.start('one');
      const end = finished(runner);
      await until('it runs', async () => (await stage.events('one')).some(({ kind }) => kind === 'agent-started'));
      runner.kill('SIGKILL');
      await stage.tell('one', 5000, 'end');
      await end;
      await until('the agent ends', async () => !(await exists(path.join(stage.home, 'p~one.todo'))));
      assert.deepEqual(await stage.crossings('one'), []);
      assert.equal((await stage.run('one')).code, 4);
      assert.equal((await stage.run('one')).code, 4);
      assert.deepEqual(await stage.crossings('one'), ['task over']);
    });
  });
});

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}
