import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { checkPlan } from '../../../src/core/plan/checkPlan';
import { createPlan, createTask, type PlansLayout } from '../../../src/core/plan/createFiles';
import { PlanError } from '../../../src/core/plan/errors';
import { parsePlanText, parseTaskText } from '../../../src/core/plan/parse';
import { readPlan, readPlans } from '../../../src/core/plan/readPlans';
import { oneLine, planTemplate, taskTemplate } from '../../../src/core/plan/templates';
import { sampled } from '../support/sampled';
import { useTemporaryFolder } from './temporary';

const run = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' });
const git = {
  run: async (args: readonly string[], o: { cwd: string }) => ({ exitCode: 0, stdout: run(o.cwd, ...args) }),
};
const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];

describe('making plans and tasks', () => {
  const folder = useTemporaryFolder();
  const layout = (): PlansLayout => ({
    commonDir: path.join(folder.path, '.git'),
    mainWorktree: folder.path,
    plansDir: path.join(folder.path, '.switchyard'),
  });
  const exclude = () => readFileSync(path.join(folder.path, '.git', 'info', 'exclude'), 'utf8');

  it('makes a first plan and task that have no problem and that git does not see', async () => {
    run(folder.path, 'init', '-q');
    const plan = await createPlan(layout(), { title: 'Activity dashboard', git });
    assert.equal(plan.id, 'activity-dashboard');
    const task = await createTask(layout(), plan.id, { title: 'The API', instructions: '', git });
    assert.deepEqual(task.ref, { plan: 'activity-dashboard', task: 'api' });
    const { plans, problems } = await readPlans(layout().plansDir);
    assert.deepEqual([...problems, ...plans.flatMap((each) => checkPlan(each))], []);
    assert.deepEqual(
      plans.map((each) => [each.fields.title, each.tasks[0]?.fields.title]),
      [['Activity dashboard', 'The API']],
    );
    assert.equal(run(folder.path, 'status', '--porcelain'), '');
    await createPlan(layout(), { title: 'Second', git });
    assert.equal(exclude().split('/.switchyard/').length, 2, 'excluded once');
  });

  for (const [name, door] of [
    ['asked of git', git],
    ['read from the index', undefined],
  ] as const) {
    it(`leaves the exclude file alone where the team tracks its plans (${name})`, async () => {
      run(folder.path, 'init', '-q');
      folder.write('.switchyard/shared/plan.md', '---\ntitle: Shared\n---\n');
      run(folder.path, 'add', '.');
      run(folder.path, ...identity, 'commit', '-qm', 'Share a plan');
      const { file } = await createPlan(layout(), { title: 'Mine', git: door });
      assert.match(run(folder.path, 'status', '--porcelain', '-uall'), /\.switchyard\/mine\/plan\.md/);
      assert.ok(existsSync(file));
    });

    it(`excludes where other files are tracked (${name})`, async () => {
      run(folder.path, 'init', '-q');
      folder.write('a.txt', 'x');
      run(folder.path, 'add', '.');
      run(folder.path, ...identity, 'commit', '-qm', 'First');
      await createPlan(layout(), { title: 'Mine', git: door });
      assert.equal(run(folder.path, 'status', '--porcelain'), '');
    });
  }

  it('does not exclude in doubt: an index whose paths are shortened (version 4)', async () => {
    run(folder.path, 'init', '-q');
    folder.write('a.txt', 'x');
    run(folder.path, 'add', '.');
    run(folder.path, 'update-index', '--index-version', '4');
    await createPlan(layout(), { title: 'Mine' });
    assert.match(run(folder.path, 'status', '--porcelain'), /\.switchyard/);
  });

  it('makes plans of a bare repository in its own folder', async () => {
    run(folder.path, 'init', '-q', '--bare', 'bare.git');
    const commonDir = path.join(folder.path, 'bare.git');
    const bare = { commonDir, mainWorktree: null, plansDir: path.join(commonDir, 'switchyard', 'plans') };
    const before = readFileSync(path.join(commonDir, 'info', 'exclude'), 'utf8');
    const { ref } = await createTask(bare, 'inbox', { instructions: 'Fix the leak' });
    assert.deepEqual(ref, { plan: 'inbox', task: 'fix-leak' });
    const plan = await readPlan(bare.plansDir, 'inbox');
    assert.deepEqual([plan?.fields.title, plan?.tasks.length], ['Inbox', 1]);
    assert.equal(readFileSync(path.join(commonDir, 'info', 'exclude'), 'utf8'), before);
  });

  it('gives each of thirty tasks made at once a name and a whole file of its own', async () => {
    const made = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        createTask(layout(), 'inbox', { instructions: `Fix the leak\n\nNumber ${index}.` }),
      ),
    );
    assert.equal(new Set(made.map((each) => each.file)).size, 30);
    const plan = await readPlan(layout().plansDir, 'inbox');
    assert.equal(new Set(plan?.tasks.map((task) => task.instructions)).size, 30);
    assert.deepEqual(plan === null ? [] : checkPlan(plan), []);
    assert.deepEqual(
      readdirSync(path.join(layout().plansDir, 'inbox')).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('gives each of ten plans of one title made at once a folder of its own', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => createPlan(layout(), { title: 'Same' })));
    assert.equal(new Set(made.map((each) => each.id)).size, 10);
    assert.equal((await readPlans(layout().plansDir)).plans.length, 10);
  });

  it('puts a number behind a wanted id that is taken, also by a deleted task', async () => {
    const first = await createTask(layout(), 'p', { id: 'api', instructions: 'x', taken: new Set(['api']) });
    const second = await createTask(layout(), 'p', { id: 'api', instructions: 'x', taken: new Set(['api']) });
    assert.deepEqual([first.ref.task, second.ref.task], ['api-2', 'api-3']);
    folder.write('.switchyard/p/DARK-MODE.md', 'x');
    assert.equal((await createTask(layout(), 'p', { instructions: 'dark mode' })).ref.task, 'dark-mode-2');
  });

  it('refuses bad ids and a plan that exists', async () => {
    const refused = async (action: Promise<unknown>, reason: string) =>
      await assert.rejects(
        action,
        (error) => PlanError.is(error) && error.reason === reason && /[."]$/.test(error.message),
      );
    await refused(createTask(layout(), '../x', { instructions: 'x' }), 'bad-id');
    await refused(createTask(layout(), 'p', { id: '../x', instructions: 'x' }), 'bad-id');
    await refused(createPlan(layout(), { id: 'con', title: 'x' }), 'bad-id');
    await createPlan(layout(), { id: 'p', title: 'P' });
    await refused(createPlan(layout(), { id: 'p', title: 'Other' }), 'exists');
    assert.match(readFileSync(path.join(layout().plansDir, 'p', 'plan.md'), 'utf8'), /title: P\n/);
    assert.equal((await createPlan(layout(), { title: 'P' })).id, 'p-2');
  });

  it('writes templates that read back as they were meant, whatever the title and the instructions are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.constantFrom(
        '---',
        'a: b # c',
        '"',
        "'",
        '- x',
        '&a *a',
        '!x',
        '5',
        'true',
        '~',
        '{a}',
        '[a',
        '---\ntitle: evil\n---',
        '@x',
        '`x`',
        '%',
        '|',
        'a\u2028b',
        '\uD800',
      ),
    );
    fc.assert(
      fc.property(text, text, fc.boolean(), (title, instructions, more) => {
        const task = parseTaskText(
          taskTemplate({
            title,
            instructions,
            ...(more ? { agent: 'claude', scope: ['src/**'], acceptance: [oneLine(title) || 'x'], from: 'main' } : {}),
          }),
          'f',
          { plan: 'p', task: 't' },
        );
        const empty = oneLine(title) === '';
        assert.deepEqual(
          task.problems.filter((problem) => !(empty && problem.code === 'empty-value')),
          [],
        );
        if (!empty) assert.equal(task.fields.title, oneLine(title));
        if (instructions.trim() !== '') assert.equal(task.instructions, instructions.trim());
        if (more) assert.equal(task.fields.from, 'main');
        const plan = parsePlanText(planTemplate({ title, base: 'main' }), 'f');
        assert.deepEqual(
          plan.problems.filter((problem) => !(empty && problem.code === 'empty-value')),
          [],
        );
        assert.equal(plan.fields.base, 'main');
      }),
      sampled(1000),
    );
  });

  it('keeps titles to one line of a length that is read', () => {
    assert.equal(oneLine('a\n b\t c'), 'a b c');
    const title = oneLine(`Add ${'many words '.repeat(30)}`);
    assert.ok([...title].length <= 80 && /(?:words|many)…$/.test(title), title);
  });
});
