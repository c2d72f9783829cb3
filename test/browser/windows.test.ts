import { strict as assert } from 'node:assert';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSampleRepository } from '../../scripts/sampleRepository.mjs';
import type { TaskEvent } from '../../src/contract/events';
import { makeFolder } from '../harness/cleanup';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { waitFor } from '../harness/waitFor';

/** Every event of every task of a repository. */
async function events(root: string): Promise<TaskEvent[]> {
  const dir = path.join(root, '.git/switchyard/events');
  const names = (await readdir(dir)).filter((name) => name.includes('~'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(dir, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as TaskEvent);
}

async function starts(root: string): Promise<number> {
  return (await events(root)).filter(({ kind }) => kind === 'agent-started').length;
}

describe('a worktree in a window of its own', () => {
  let session: Session;
  let root: string;
  beforeEach(async () => {
    root = path.join(await makeFolder('sample'), 'dashboard');
    await createSampleRepository(root);
  });
  afterEach(() => session?.close());

  it('finds its task, starts its agent once, and keeps it over a reload', async () => {
    const environment = { SWITCHYARD_DEMO_SECONDS: '40' };
    session = await openWorkbench(root, { settings: { 'switchyard.dispatchIn': 'newWindow' }, environment });
    const { workbench } = session;
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('a ready task', (row) => row.label === 'API endpoint');
    await workbench.runCommand('Switchyard: Dispatch All Ready Tasks');
    const inviting = 'queued · open its window to start · demo';
    await tasks.waitForRow(
      'an invitation',
      (row) => row.label === 'API endpoint' && row.description === inviting,
      40_000,
    );
    await workbench.screenshot('windows-invitation');
    const second = await workbench.captureWindow(async () => {
      await tasks.row('Task API endpoint').hover();
      await workbench.page
        .locator(
          '[role=treeitem][aria-label^="Task API endpoint"] .action-label[aria-label="Open Worktree in New Window"]',
        )
        .click();
    });
    await tasks.waitForRow(
      'the agent works',
      (row) => row.label === 'API endpoint' && row.description.startsWith('working'),
      40_000,
    );
    await waitFor(
      'the status bar names the task',
      async () => (await second.statusBar(/API endpoint · working · agent\/api/)).length === 1,
    );
    await waitFor('its terminal', async () => (await second.terminalText()).includes('Demo agent: API endpoint'));
    await second.screenshot('windows-worktree');
    assert.equal((await second.terminals()).length, 1);
    await workbench.screenshot('windows-main');

    const before = (await tasks.rows()).find((row) => row.label === 'API endpoint')?.description ?? '';
    await writeFile(path.join(root, '../dashboard-worktrees/api/src/handlers/extra.ts'), 'export const extra = 1;\n');
    const written = performance.now();
    await tasks.waitForRow('the file', (row) => row.label === 'API endpoint' && row.description !== before, 5_000);
    console.log(`      file written → first window's tree: ${(performance.now() - written).toFixed(0)} ms`);

    await second.reload();
    await second.runCommand('Switchyard: Show Agent Terminal');
    await waitFor('its terminal again', async () => (await second.terminalText()).includes('Demo agent: API endpoint'));
    await second.screenshot('windows-worktree-reloaded');
    assert.equal(await starts(root), 1);
    const started = (await events(root)).find(({ kind }) => kind === 'agent-started');
    assert.ok(started?.kind === 'agent-started' && started.window?.endsWith('/api'), JSON.stringify(started));

    await workbench.runCommand('Switchyard: Show Agent Terminal');
    await workbench.pick('API endpoint');
    await waitFor('the offer to go there', async () =>
      (await workbench.notifications()).some(({ buttons }) => buttons.includes('Move Here')),
    );
    await workbench.screenshot('windows-elsewhere');
    await workbench.clickButton('Move Here');
    await waitFor('the question', async () => (await workbench.dialogs()).length === 1);
    await workbench.screenshot('windows-move');
    await workbench.clickButton('End and Move');
    await waitFor('the session goes on here', async () => (await starts(root)) === 2, { deadlineMs: 30_000 });
    const all = (await events(root)).filter((event) => event.kind === 'agent-started');
    assert.equal(all[1]?.session, all[0]?.session);
    assert.equal(all[1]?.resumed, true);
    await workbench.screenshot('windows-moved');
  });

  it('runs nothing before trust, and exactly one agent after', async () => {
    const environment = { SWITCHYARD_DEMO_SECONDS: '40' };
    session = await openWorkbench(root, {
      trust: true,
      settings: { 'switchyard.dispatchIn': 'newWindow' },
      environment,
    });
    const { workbench } = session;
    await workbench.openContainer('Switchyard');
    await waitFor('the way to trust', async () =>
      (await workbench.tree('Tasks').welcome()).includes('Nothing runs here'),
    );
    await workbench.screenshot('windows-untrusted-main');
    await workbench.trust();
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('a ready task', (row) => row.label === 'API endpoint');
    await workbench.runCommand('Switchyard: Dispatch Task');
    const second = await workbench.captureWindow(() => workbench.pick('API endpoint'));
    await waitFor('Restricted Mode', () => second.restricted());
    await waitFor('the waiting task', async () => (await second.statusBar(/api waits for trust/)).length === 1);
    await second.openContainer('Switchyard');
    await second.screenshot('windows-untrusted');
    assert.equal(await starts(root), 0);
    await second.trust(path.join(path.dirname(root), 'dashboard-worktrees'));
    await waitFor('the agent', async () => (await starts(root)) === 1, { deadlineMs: 30_000 });
    await waitFor('its terminal', async () => (await second.terminalText()).includes('Demo agent: API endpoint'));
    await second.screenshot('windows-trusted');
    assert.equal(await starts(root), 1);
  });
});
