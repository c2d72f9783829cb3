import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { appendFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { RepositoryEvent, TaskEvent } from '../../../src/contract/events';
import type { TaskRow } from '../../../src/contract/json';
import { TaskError } from '../../../src/core/tasks/taskError';
import { cli, cliFile, finished, makeAgent, startCli, taskRow, until, writePlan } from '../cli/support';
import { makeRepository, memoryFolder, runGit, withTempDir } from '../support/repositories';
import { testHost, withOpen } from './host';
import { lookingAt } from './support';

/**
 * Does what is written into its own file beside the repository: for a number it spends so many output tokens ($15 a
 * million) and notes them as Claude Code does, for `own N` in the file that Switchyard names, for `unpriced N` those of a
 * model that nobody knows, for `end` it ends.
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
    if (word === 'own') {
      const answer = { model: 'claude-sonnet-4-5', at: new Date().toISOString(), id: 'a' + done, output: Number(more) };
      fs.appendFileSync(process.env.SWITCHYARD_USAGE_FILE, JSON.stringify(answer) + '\\n');
    } else if (word === 'unpriced') spend('nobodys-model-1', Number(more));
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
  /** The same in this process, which takes half the time. @returns what holds it; null: its agent ran to its end */
  runHere(task: string, override?: boolean): Promise<string | null>;
  start(task: string, ...more: string[]): Promise<ChildProcess>;
  events(task: string | null): Promise<(TaskEvent | RepositoryEvent)[]>;
  row(task: string): Promise<TaskRow>;
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
    Object.assign(env, { XDG_DATA_HOME: '', LOCALAPPDATA: path.join(home, 'AppData', 'Local'), CODEX_HOME: '' });
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
      async runHere(task, override = false) {
        const host = testHost(JSON.parse(await readFile(agent.env.SWITCHYARD_SETTINGS ?? '', 'utf8')), env);
        try {
          await withOpen(root, ({ tasks }) => tasks.run({ plan: 'p', task }, { headless: true, override }), host);
          return null;
        } catch (error) {
          if (TaskError.is(error) && error.hold !== null) return error.hold.reason;
          throw error;
        }
      },
      start: (task, ...more) => startCli(root, ['run', `p/${task}`, '--headless', ...more], { env }),
      events,
      row: (task) => withOpen(root, (repository) => lookingAt(repository).row(task)),
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
  this.timeout(90_000);
  // Most of the time they wait for a runner's next look: some of them beside each other wait together.
  const beside = pLimit(4);
  const stories: { readonly tell: () => Promise<void>; ended: Promise<void> }[] = [];
  before(async () => {
    await cliFile();
    for (const story of stories) {
      story.ended = beside(story.tell);
      // Told by the test whose story it is.
      story.ended.catch(() => undefined);
    }
  });

  function story(name: string, tell: () => Promise<void>): void {
    const own = { tell, ended: Promise.resolve() };
    stories.push(own);
    it(name, () => own.ended);
  }

  story(
    "tells 85 % and 100 % once while an agent of the user's own notes what it uses, and logs its cost at its end",
    async () => {
      await onStage({ tasks: { one: 'type: docs\nbudget: { usd: 3 }\n' } }, async (stage) => {
        const run = finished(await stage.start('one'));
        await stage.tell('one', 'own 100000');
        await until('the agent works', async () => (await stage.row('one')).state === 'working');
        assert.deepEqual(await stage.crossings('one'), []);
        await stage.tell('one', 'own 75000');
        await until('near', async () => (await stage.crossings('one')).includes('task near'));
        const near = await taskRow(stage.root, 'p/one', stage);
        assert.deepEqual(
          near.conditions.map(({ kind, reason }) => [kind, reason]),
          [['near-budget', '87 % of its budget is used']],
        );
        await stage.tell('one', 'own 30000');
        await until('over', async () => (await stage.crossings('one')).includes('task over'));
        assert.equal((await stage.row('one')).next, 'raise-budget');
        await stage.tell('one', 'own 10', 'end');
        assert.equal((await run).code, 0);
        assert.deepEqual(await stage.crossings('one'), ['task near', 'task over']);
        const log = await readFile(path.join(stage.root, '.git/switchyard/cost-log.jsonl'), 'utf8');
        const lines = log
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line));
        assert.deepEqual(
          lines.map(({ plan, task, agent, type, final, tokens }) => [plan, task, agent, type, final, tokens.output]),
          [['p', 'one', 'test', 'docs', true, 205_010]],
        );
      });
    },
  );

  story('holds a start while records cannot be read, says what is not known, and lets it go with consent', async () => {
    await onStage({ tasks: { one: 'budget: { tokens: 1000 }\n' } }, async (stage) => {
      const records = path.join(stage.home, '.codex', 'sessions');
      await mkdir(path.dirname(records));
      // A folder that nobody can open, whoever runs the test.
      await symlink(records, records);
      const held = await stage.run('one');
      assert.equal(held.code, 4);
      const what = 'nobody can tell how much of its budget is used, because records cannot be read';
      const why = `${records}: the folder cannot be looked at (ELOOP)`;
      const how = 'Make them readable, or start it all the same with --override.';
      assert.ok(held.stderr.includes(`p/one is held: ${what} (${why}). ${how}`), held.stderr);
      assert.equal((await stage.row('one')).worktree, null, 'nothing was made');
      await stage.tell('one', 'end');
      assert.equal((await stage.run('one', '--override')).code, 0);
      assert.ok((await stage.runHere('one'))?.startsWith(what), 'a consent is for one start');
      await rm(records);
      await stage.tell('one', 'end');
      assert.equal(await stage.runHere('one'), null);
      assert.deepEqual(holdsOf(await stage.events('one')), [false, true, false]);
    });
  });

  story('tells a shared budget once with two runners at once, one of which is killed', async () => {
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

  story('holds the next run at 100 %, lets it go with consent, once, and after the budget was raised', async () => {
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
      assert.deepEqual((await stage.row('one')).conditions, []);
      assert.deepEqual(holdsOf(await stage.events('one')), [false, true, false]);
    });
  });

  story("holds other tasks by the budgets that they share: their plan's, the day's and the week's", async () => {
    const settings = { budgets: { day: { tokens: 2000 }, week: { tokens: 100_000 } } };
    await onStage({ tasks: { one: '', two: '' }, plan: 'budget: { tokens: 1000 }\n', settings }, async (stage) => {
      await stage.tell('one', 1500, 'end');
      assert.equal(await stage.runHere('one'), null);
      const byPlan = await stage.run('two');
      assert.deepEqual([byPlan.code, /150 % of the budget of plan "p" is used/.test(byPlan.stderr)], [4, true]);
      const row = await stage.row('two');
      assert.match(row.held ?? '', /the budget of plan "p"/);
      assert.equal(row.worktree, null, 'nothing was made');
      await writeFile(path.join(stage.root, '.switchyard/p/plan.md'), '---\ntitle: P\n---\n');
      await stage.tell('two', 700, 'end');
      assert.equal(await stage.runHere('two'), null);
      assert.match((await stage.runHere('two')) ?? '', /^110 % of today's budget is used/);
      assert.deepEqual(await stage.crossings(null), ['plan over', 'day over']);
      assert.equal((await stage.row('two')).next, 'review-work', 'what is done is reviewed');
    });
  });

  story('asks before dispatch when what is expected would cross a budget', async () => {
    await onStage({ tasks: { one: 'type: feature\nbudget: { tokens: 20000 }\n' } }, async (stage) => {
      assert.match(
        (await stage.runHere('one')) ?? '',
        /^up to 50k tokens more are expected, which its budget does not leave/,
      );
      assert.equal((await stage.row('one')).worktree, null);
      await stage.tell('one', 10, 'end');
      assert.equal(await stage.runHere('one', true), null);
      await stage.tell('one', 10, 'end');
      assert.equal(await stage.runHere('one'), null, 'what was begun goes on');
    });
  });

  story('does not hold what nobody can price, and never calls it within', async () => {
    await onStage({ tasks: { one: 'budget: { usd: 1 }\n' } }, async (stage) => {
      await stage.tell('one', 'unpriced 1000000', 'end');
      assert.equal(await stage.runHere('one'), null);
      await stage.tell('one', 'end');
      assert.equal(await stage.runHere('one'), null);
      assert.deepEqual(await stage.crossings('one'), []);
    });
  });

  story('catches up with what was spent while nobody watched', async () => {
    await onStage({ tasks: { one: 'budget: { tokens: 1000 }\n' } }, async (stage) => {
      const runner = await stage.start('one');
      const end = finished(runner);
      await until('it runs', async () => (await stage.events('one')).some(({ kind }) => kind === 'agent-started'));
      runner.kill('SIGKILL');
      await stage.tell('one', 5000, 'end');
      await end;
      await until('the agent ends', async () => !(await exists(path.join(stage.home, 'p~one.todo'))));
      assert.deepEqual(await stage.crossings('one'), []);
      assert.match((await stage.runHere('one')) ?? '', /^500 % of its budget/);
      assert.match((await stage.runHere('one')) ?? '', /^500 % of its budget/);
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
