import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSampleRepository } from '../../scripts/sampleRepository.mjs';
import { makeFolder } from '../harness/cleanup';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { makeRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';

const demo = { 'switchyard.defaultAgent': 'demo' };
const themes = { dark: 'Dark Modern', light: 'Light Modern', contrast: 'Default High Contrast' };

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
    await workbench.type('Add a page that greets the visitor');
    await workbench.page.keyboard.press('Enter');
    // The key, and the prompt with its Enter.
    assert.equal(workbench.inputs, 2);
    const started = performance.now();
    await tasks.waitForRow('the agent works', (row) => row.description.startsWith('working · demo'), 30_000);
    console.log(`      prompt → agent in the tree: ${(performance.now() - started).toFixed(0)} ms`);

    const done = (description: string) => description.startsWith('to review · demo · 1 file');
    await tasks.waitForRow('the work is to be reviewed', (row) => done(row.description), 40_000);
    assert.equal(await workbench.badge('Switchyard'), '1');
    assert.deepEqual(await workbench.notifications(), [], 'what is done is no question');
    await workbench.screenshot('editor-review');
  });

  it('dispatches all tasks of a plan without taking the focus, and shows what they changed', async () => {
    const root = path.join(await makeFolder('sample'), 'dashboard');
    await createSampleRepository(root);
    session = await openWorkbench(root, { settings: demo, environment: { SWITCHYARD_DEMO_SECONDS: '10' } });
    const { workbench } = session;
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('a ready task', (row) => row.description.startsWith('ready'));
    await workbench.runCommand('Switchyard: Dispatch All Ready Tasks');
    const count = async (state: string) => {
      const rows = await tasks.rows();
      return rows.filter((row) => row.description.startsWith(state)).length;
    };
    await waitFor('four agents work', async () => (await count('working')) === 4, { deadlineMs: 40_000 });
    assert.equal(await workbench.page.locator('.xterm :focus').count(), 0, 'the focus is not in a terminal');
    await waitFor('all are to be reviewed', async () => (await workbench.badge('Switchyard')) === '4', {
      deadlineMs: 60_000,
    });
    await writeFile(path.join(root, '../dashboard-worktrees/api/notes.md'), '# Not committed\n');
    for (const [name, theme] of Object.entries(themes)) {
      await session.server.changeSettings({ ...demo, 'workbench.colorTheme': theme });
      await workbench.reload();
      await tasks.waitForRow('the tasks are back', (row) => row.description.startsWith('to review'));
      await workbench.runCommand('Switchyard: Focus on Worktrees View');
      await tasks.expand('Task API endpoint');
      await tasks.waitForRow('its parts', (row) => row.label === 'Changes');
      await workbench.screenshot(`editor-${name}`);
    }
    await workbench.click(tasks.row('Changes, '));
    await waitFor('the changes', async () => (await workbench.editorTabs()).length === 1);
    await waitFor('the uncommitted file', async () => {
      const text = await workbench.page.locator('.part.editor').first().innerText();
      return /notes\.md[^]*Not\scommitted/.test(text);
    });
    await workbench.screenshot('editor-changes');
    await tasks.row('Task API endpoint').hover();
    await workbench.page.locator('.monaco-hover:visible').first().waitFor();
    await workbench.screenshot('editor-tooltip');
    await workbench.runCommand('Switchyard: Next Task That Needs You');
    await workbench.screenshot('editor-next');
  });
});
