import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkPlan } from '../../../src/core/plan/checkPlan';
import { readPlan, readPlans } from '../../../src/core/plan/readPlans';
import { useTemporaryFolder } from './temporary';

const task = (title: string) => `---\ntitle: ${title}\n---\nDo it.\n`;

describe('reading plans from disk', () => {
  const folder = useTemporaryFolder();
  const read = async () => {
    const { plans, problems } = await readPlans(folder.path);
    const all = [...problems, ...plans.flatMap((plan) => checkPlan(plan))];
    return {
      ids: plans.map((plan) => `${plan.id}: ${plan.tasks.map((each) => each.ref.task).join(' ')}`),
      told: all.map(
        (problem) =>
          `${path.relative(folder.path, problem.file).split(path.sep).join('/')} ${problem.code}${problem.fix !== undefined && 'to' in problem.fix ? ` → ${problem.fix.to}` : ''}`,
      ),
    };
  };

  it('gives plans and tasks by name, with notes and tools’ files left out', async () => {
    folder.write('b/plan.md', '---\ntitle: B\n---\n');
    folder.write('b/two.md', task('Two'));
    folder.write('b/one.md', task('One'));
    folder.write('b/notes.md', '# Notes\n');
    folder.write('b/README.md', task('Not a task'));
    folder.write('b/readme.md', task('Not a task'));
    folder.write('b/picture.png', 'x');
    folder.write('b/.one.md.1a2b', 'half');
    folder.write('a/only.md', task('Only'));
    folder.write('.trash/x.md', task('Gone'));
    folder.write('loose.md', task('Loose'));
    assert.deepEqual(await read(), { ids: ['a: only', 'b: one two'], told: [] });
    const texts: string[] = [];
    await readPlans(folder.path, { onText: (text) => texts.push(`${text.plan}/${text.task}`) });
    assert.deepEqual(texts.sort(), ['a/only', 'b/null', 'b/one', 'b/two']);
  });

  it('has none where there is no folder', async () => {
    assert.deepEqual(await readPlans(path.join(folder.path, 'nothing')), { plans: [], problems: [] });
    assert.equal(await readPlan(folder.path, 'nothing'), null);
    assert.equal(await readPlan(folder.path, '..'), null);
  });

  it('has a plan without plan.md, and one without tasks', async () => {
    folder.write('a/x.md', task('X'));
    mkdirSync(path.join(folder.path, 'b'));
    const { plans } = await readPlans(folder.path);
    assert.deepEqual(
      plans.map((plan) => [plan.id, plan.file, plan.tasks.length]),
      [
        ['a', null, 1],
        ['b', null, 0],
      ],
    );
  });

  it('tells names that are no ids, with the name to rename to', async () => {
    folder.write('My Plan/x.md', task('X'));
    folder.write('con/x.md', task('X'));
    folder.write('p/My Task.md', task('X'));
    folder.write('p/nul.md', task('X'));
    folder.write('p/größe.md', task('X'));
    folder.write('p/index.lock.md', task('X'));
    folder.write('p/ok.md', task('X'));
    assert.deepEqual(await read(), {
      ids: ['p: ok'],
      told: [
        'My Plan bad-id → my-plan',
        'con bad-id → task-con',
        'p/My Task.md bad-id → my-task.md',
        'p/größe.md bad-id → grosse.md',
        'p/index.lock.md bad-id → index.md',
        'p/nul.md bad-id → task-nul.md',
      ],
    });
  });

  it('tells names that differ in case only, and keeps the right one', async function () {
    folder.write('p/api.md', task('X'));
    folder.write('p/API.md', task('Y'));
    folder.write('p/plan.md', '---\ntitle: P\n---\n');
    folder.write('p/PLAN.md', '---\ntitle: P\n---\n');
    const { plans } = await readPlans(folder.path);
    // On a file system that does not tell case apart the second write went into the first file.
    if (plans[0]?.tasks[0]?.fields.title === 'Y') this.skip();
    const { ids, told } = await read();
    assert.deepEqual(ids, ['p: api']);
    assert.deepEqual(told, ['p/API.md duplicate-id → api-2.md', 'p/PLAN.md bad-id → plan-2.md']);
  });

  it('tells Plan.md in capitals', async () => {
    folder.write('p/Plan.md', '---\ntitle: P\n---\n');
    assert.deepEqual((await read()).told, ['p/Plan.md bad-id → plan.md']);
  });

  it('tells files that cannot be read: a folder, links in a circle, a link to nowhere', async function () {
    if (process.platform === 'win32') this.skip(); // Symbolic links need a privilege there.
    mkdirSync(path.join(folder.path, 'p', 'folder.md'), { recursive: true });
    symlinkSync('loop.md', path.join(folder.path, 'p', 'loop.md'));
    symlinkSync('gone', path.join(folder.path, 'p', 'nowhere.md'));
    symlinkSync('around', path.join(folder.path, 'around'));
    folder.write('p/ok.md', task('X'));
    assert.deepEqual(await read(), {
      ids: ['p: ok'],
      told: ['around unreadable', 'p/folder.md unreadable', 'p/loop.md unreadable', 'p/nowhere.md unreadable'],
    });
  });

  it('does not wait for a pipe', async function () {
    if (process.platform === 'win32') this.skip(); // There are none in folders there.
    folder.write('p/ok.md', task('X'));
    execFileSync('mkfifo', [path.join(folder.path, 'p', 'pipe.md')]);
    assert.deepEqual(await read(), { ids: ['p: ok'], told: ['p/pipe.md unreadable'] });
  });

  it('tells a folder of plans that is a file', async () => {
    const file = folder.write('plans', 'x');
    const { plans, problems } = await readPlans(file);
    assert.deepEqual([plans, problems.map((problem) => problem.code)], [[], ['unreadable']]);
  });

  it('tells files that are too large or no text', async () => {
    folder.write('p/huge.md', `---\ntitle: x\n---\n${'x'.repeat(1024 * 1024)}`);
    folder.write('p/utf16.md', Buffer.from('\uFEFF---\ntitle: x\n---\n', 'utf16le'));
    folder.write('p/latin1.md', Buffer.from('---\ntitle: Größe\n---\n', 'latin1'));
    folder.write('p/empty.md', '');
    folder.write('p/ok.md', task('X'));
    const { ids, told } = await read();
    assert.deepEqual(ids, ['p: latin1 ok']);
    assert.deepEqual(told, ['p/empty.md empty', 'p/huge.md too-large', 'p/latin1.md not-text', 'p/utf16.md not-text']);
  });

  it('reads a task cut off at any byte without throwing', async () => {
    const whole = Buffer.from('---\ntitle: "Größe"\nscope:\n  - src/**\nbudget: {usd: 1}\n---\nDo it.\n');
    mkdirSync(path.join(folder.path, 'p'));
    for (let length = 0; length <= whole.length; length += 1) {
      writeFileSync(path.join(folder.path, 'p', 't.md'), whole.subarray(0, length));
      const plan = await readPlan(folder.path, 'p');
      assert.ok(plan !== null);
      const complete = whole.subarray(0, length).toString().includes('\n---');
      assert.ok(complete === (checkPlan(plan).length === 0) || length < 3, `cut at ${length}`);
    }
  });

  it('reads fifty plans of ten tasks in a moment', async () => {
    for (let plan = 0; plan < 50; plan += 1)
      for (let index = 0; index < 10; index += 1) folder.write(`p${plan}/t${index}.md`, task('X'));
    const { plans } = await readPlans(folder.path);
    assert.equal(plans.flatMap((plan) => plan.tasks).length, 500);
  });
});
