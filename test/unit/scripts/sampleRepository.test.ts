import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { createSampleRepository } from '../../../scripts/sampleRepository.mjs';
import { checkPlan } from '../../../src/core/plan/checkPlan';
import { mergeOrder } from '../../../src/core/plan/mergeOrder';
import type { Plan } from '../../../src/core/plan/plan';
import { readPlans } from '../../../src/core/plan/readPlans';
import { useTemporaryFolder } from '../plan/temporary';

describe('the sample repository', () => {
  const temporary = useTemporaryFolder();
  const folder = () => path.join(temporary.path, 'activity-dashboard');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder(), encoding: 'utf8' });
  const onBase = (file: string) => git('ls-tree', '--name-only', 'main', '--', file).trim() === file;

  async function samplePlan(): Promise<Plan> {
    const { plans, problems } = await readPlans(path.join(folder(), '.switchyard'));
    assert.deepEqual(problems, []);
    const [plan, ...more] = plans;
    assert.ok(plan !== undefined && more.length === 0);
    return plan;
  }

  it('has a plan of four tasks that run at the same time and land from the bottom up', async () => {
    await createSampleRepository(folder());
    const plan = await samplePlan();
    assert.equal(plan.id, 'activity-dashboard');
    assert.deepEqual(checkPlan(plan, { contractOnBase: onBase, customAgents: [] }), []);
    assert.deepEqual(mergeOrder(plan), { order: ['database', 'api', 'frontend', 'tests'], cycle: null });
    for (const task of plan.tasks) {
      assert.equal(task.fields.agent, 'demo');
      assert.equal(task.fields.dependsOn, undefined, 'all start at once');
      assert.ok((task.fields.acceptance ?? []).length > 0 && task.instructions.length > 100);
    }
    assert.deepEqual(plan.fields.contract, ['src/contract/activity.ts']);
  });

  it('gives every task files of its own, and none of them the contract', async () => {
    await createSampleRepository(folder());
    const plan = await samplePlan();
    const scopes = plan.tasks.map((task) => ({ id: task.ref.task, holds: picomatch([...(task.fields.scope ?? [])]) }));
    const files = git('ls-files').trim().split('\n');
    for (const file of files) {
      const owners = scopes.filter((scope) => scope.holds(file)).map((scope) => scope.id);
      assert.ok(owners.length <= 1, `${file}: ${owners.join(', ')}`);
      if (file.startsWith('src/')) assert.equal(owners.length, file.startsWith('src/contract/') ? 0 : 1, file);
    }
    for (const scope of scopes)
      assert.ok(
        files.some((file) => scope.holds(file)),
        scope.id,
      );
  });

  it('has a history, a clean state, and tests that pass', async () => {
    await createSampleRepository(folder());
    assert.equal(git('status', '--porcelain'), '');
    assert.equal(git('branch', '--format=%(refname:short)').trim(), 'main');
    assert.ok(git('log', '--format=%s').trim().split('\n').length >= 5);
    assert.ok(new Set(git('log', '--format=%an').trim().split('\n')).size >= 2);
    assert.match(execFileSync(process.execPath, ['--test'], { cwd: folder(), encoding: 'utf8' }), /# fail 0/);
    assert.deepEqual(readdirSync(temporary.path), ['activity-dashboard'], 'nothing is left beside it');
  });

  it('lets someone commit who never told git a name', async () => {
    await createSampleRepository(folder());
    const env = { PATH: process.env.PATH ?? '', HOME: temporary.path, GIT_CONFIG_NOSYSTEM: '1' };
    const made = path.join(temporary.path, 'second');
    const script = `import { createSampleRepository } from ${JSON.stringify(new URL('../../../scripts/sampleRepository.mjs', import.meta.url).href)}; await createSampleRepository(process.argv[1]);`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script, made], { env });
    writeFileSync(path.join(made, 'README.md'), 'changed\n');
    execFileSync('git', ['commit', '-qam', 'Change'], { cwd: made, env });
  });

  it('is not made over a folder that holds something', async () => {
    mkdirSync(folder());
    writeFileSync(path.join(folder(), 'mine.txt'), 'mine');
    await assert.rejects(createSampleRepository(folder()));
    assert.deepEqual(readdirSync(temporary.path), ['activity-dashboard']);
    assert.ok(existsSync(path.join(folder(), 'mine.txt')));
  });
});
