import { strict as assert } from 'node:assert';
import path from 'node:path';
import { checkPlan } from '../../../src/core/plan/checkPlan';
import { readPlans } from '../../../src/core/plan/readPlans';
import { assertGolden, problemText } from './golden';

const root = path.join(import.meta.dirname, 'fixtures', 'broken');
const golden = (name: string) => path.join(import.meta.dirname, 'fixtures', name);

describe('broken plans', () => {
  it('tell every problem at its line and column', async () => {
    const { plans, problems } = await readPlans(root);
    const contractOnBase = (file: string) => (file.includes('there') ? true : file.includes('missing') ? false : null);
    const all = plans.flatMap((plan) => checkPlan(plan, { contractOnBase, customAgents: ['mine'] }));
    assertGolden(golden('broken.txt'), problemText([...problems, ...all], root));
  });

  it('still load everything that is right', async () => {
    const { plans } = await readPlans(root);
    const loaded = plans.map((plan) => ({
      plan: plan.id,
      fields: plan.fields,
      body: plan.body,
      tasks: plan.tasks.map((task) => ({ task: task.ref.task, fields: task.fields, instructions: task.instructions })),
    }));
    assertGolden(golden('broken-loaded.json'), `${JSON.stringify(loaded, null, 2)}\n`);
  });

  it('have problems that lie within their files, and fixes that are not empty', async () => {
    const { plans } = await readPlans(root);
    for (const plan of plans) {
      for (const file of [{ file: plan.file, text: plan.text, problems: plan.problems }, ...plan.tasks]) {
        const lines = file.text.split('\n');
        for (const problem of file.problems.filter((each) => each.file === file.file)) {
          const line = lines[problem.line - 1];
          assert.ok(line !== undefined && problem.column <= line.length + 1, `${problem.file} ${problem.code}`);
          assert.ok(problem.endLine === undefined || problem.endLine >= problem.line);
          assert.match(problem.message, /[.?]$/);
        }
      }
    }
  });
});
