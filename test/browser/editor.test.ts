import { strict as assert } from 'node:assert';
import path from 'node:path';
import { createSampleRepository } from '../../scripts/sampleRepository.mjs';
import { makeFolder } from '../harness/cleanup';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { makeRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';

const demo = { 'switchyard.defaultAgent': 'demo' };

describe('Switchyard in the workbench', () => {
  let session: Session;
  afterEach(() => session?.close());

  it('invites to the first prompt, and one prompt becomes a running agent in two inputs', async () => {
    const { root } = await makeRepository();
    session = await openWorkbench(root, { settings: demo, environment: { SWITCHYARD_DEMO_SECONDS: '6' } });
    const { workbench } = session;
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await waitFor('the invitation', async () => (await tasks.welcome()).includes('One prompt is enough'));
    await workbench.screenshot('editor-no-task');

    workbench.inputs = 0;
    await workbench.press('Shift+Alt+S');
    await workbench.quickInput.waitFor();
    await workbench.screenshot('editor-spin');
    await workbench.page.keyboard.type('Add a page that greets the visitor');
    await workbench.press('Enter');
    await tasks.waitForRow('the agent works', (row) => row.description.startsWith('working · demo'));
    assert.equal(workbench.inputs, 2);
    await workbench.screenshot('editor-working');

    await tasks.waitForRow(
      'the work is to be reviewed',
      (row) => row.description.startsWith('to review · demo'),
      30_000,
    );
    await workbench.screenshot('editor-review');
    assert.equal(await workbench.badge('Switchyard'), '1');
  });

  it('dispatches all tasks of a plan without taking the focus', async () => {
    const root = path.join(await makeFolder('sample'), 'dashboard');
    await createSampleRepository(root);
    session = await openWorkbench(root, { settings: demo, environment: { SWITCHYARD_DEMO_SECONDS: '8' } });
    const { workbench } = session;
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('a ready task', (row) => row.description.startsWith('ready'));
    await workbench.screenshot('editor-plan');
    await workbench.runCommand('Switchyard: Dispatch All Ready Tasks');
    await waitFor(
      'four agents work',
      async () => {
        const rows = await tasks.rows();
        return rows.filter((row) => row.description.startsWith('working')).length === 4;
      },
      { deadlineMs: 40_000 },
    );
    await workbench.screenshot('editor-dispatched');
    for (const [name, theme] of [
      ['light', 'Default Light Modern'],
      ['contrast', 'Default High Contrast'],
    ]) {
      await session.server.changeSettings({ 'workbench.colorTheme': theme });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await workbench.screenshot(`editor-dispatched-${name}`);
    }
    await waitFor('all are to be reviewed', async () => (await workbench.badge('Switchyard')) === '4', {
      deadlineMs: 40_000,
    });
    await workbench.screenshot('editor-all-review');
  });
});
