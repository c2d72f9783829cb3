import { strict as assert } from 'node:assert';
import { inLongRun } from '../harness/longRun';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { makeRepository } from '../harness/sampleRepository';
import { agentStarts } from '../harness/taskEvents';
import type { TreeView } from '../harness/treeView';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

const wishes = ['Add a greeting', 'Add a farewell', 'Add a guest book', 'Add a page of thanks'];

/** Agents run when the tree says so and their starts are on record. */
async function waitForAgents(tasks: TreeView, root: string, count: number): Promise<void> {
  await waitFor(
    `${count} agents run`,
    async () => {
      const working = (await tasks.rows()).filter(({ description }) => description.startsWith('working · demo'));
      return working.length === count && (await agentStarts(root)).length === count;
    },
    { deadlineMs: 60_000 },
  );
}

/** What a person types as the content of a task is given; gestures are what the product asks for on top of it. */
describe('inputs counted', () => {
  let host: Host;
  let workbench: Workbench;
  before(async () => {
    host = await sharedHost();
  });
  // Not after each test: a picture is taken of the window of a test that failed.
  beforeEach(() => workbench?.close());
  after(() => workbench?.close());

  async function openEmpty(): Promise<{ root: string; tasks: TreeView }> {
    const { root } = await makeRepository();
    workbench = await host.open(root);
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await waitFor('the invitation', async () => (await tasks.welcome()).includes('One prompt is enough'));
    return { root, tasks };
  }

  it('a prompt becomes a running agent in two inputs, and its work is handed over', async () => {
    const { root, tasks } = await openEmpty();
    await workbench.screenshot('inputs-no-task');
    workbench.inputs = 0;
    await workbench.press('Shift+Alt+S');
    await workbench.quickInput.waitFor();
    await workbench.screenshot('inputs-spin');
    await workbench.page.keyboard.type(wishes[0] ?? '');
    await workbench.press('Enter');
    await waitForAgents(tasks, root, 1);
    console.log(`      prompt → agent running: ${workbench.inputs} inputs`);
    assert.ok(workbench.inputs <= 2, `${workbench.inputs}`);
    await workbench.screenshot('inputs-working');
    await tasks.waitForRow('work to review', (row) => row.description === 'to review · demo · 1 file', 60_000);
    assert.equal(await workbench.badge('Switchyard'), '1');
    assert.deepEqual(await workbench.notifications(), [], 'work that is done is no question');
    await workbench.screenshot('inputs-review');
  });

  // Four times the test above.
  inLongRun('four prompts become four running agents in twelve inputs, typing counted', async () => {
    const { root, tasks } = await openEmpty();
    workbench.inputs = 0;
    for (const wish of wishes) {
      await workbench.press('Shift+Alt+S');
      await workbench.quickInput.waitFor();
      await workbench.type(wish);
      await workbench.press('Enter');
      await workbench.quickInput.waitFor({ state: 'hidden' });
    }
    await waitFor('four agents have started', async () => (await agentStarts(root)).length === 4, {
      deadlineMs: 60_000,
    });
    console.log(`      four prompts → four agents running: ${workbench.inputs} inputs`);
    assert.ok(workbench.inputs <= 12, `${workbench.inputs}`);
    await tasks.waitForRow('all run', ({ description }) => description.includes('running'), 30_000);
  });

  inLongRun('a plan of four tasks is made from nothing and dispatched in at most twelve inputs', async () => {
    const { root, tasks } = await openEmpty();
    const answer = async (text: string) => {
      await workbench.quickInput.waitFor();
      await workbench.page.keyboard.type(text);
      await workbench.press('Enter');
      await workbench.quickInput.waitFor({ state: 'hidden' });
    };
    workbench.inputs = 0;
    await workbench.clickWelcome('New Plan');
    await answer('Visitors feel welcome');
    for (const wish of wishes) {
      await tasks.waitForRow('the plan', (row) => row.label === 'Visitors feel welcome');
      await tasks.inlineAction('Plan Visitors feel welcome', 'New Task');
      await answer(wish);
      await tasks.waitForRow(wish, (row) => row.label === wish && row.description.startsWith('ready'));
    }
    await workbench.screenshot('inputs-plan');
    await tasks.inlineAction('Plan Visitors feel welcome', 'Dispatch All Ready Tasks');
    await waitForAgents(tasks, root, 4);
    console.log(`      a plan of four tasks → four agents running: ${workbench.inputs} inputs`);
    assert.ok(workbench.inputs <= 12, `${workbench.inputs}`);
    await workbench.screenshot('inputs-plan-dispatched');
  });
});
