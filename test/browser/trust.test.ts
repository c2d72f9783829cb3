import { strict as assert } from 'node:assert';
import path from 'node:path';
import { makeDashboardRepository } from '../harness/dashboardRepository';
import { processesIn } from '../harness/liveProcesses';
import { makeLoggingGit } from '../harness/loggingGit';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { agentStarts } from '../harness/taskEvents';
import { waitFor } from '../harness/waitFor';

describe('Workspace Trust on', () => {
  let session: Session;
  after(() => session?.close());

  it('runs no git and no agent before trust, leads to it, and starts exactly one agent after', async () => {
    const repository = await makeDashboardRepository();
    const { root } = repository;
    const git = await makeLoggingGit();
    session = await openWorkbench(root, {
      trust: true,
      // VS Code's own git would answer for us.
      settings: { 'switchyard.dispatchIn': 'newWindow', 'git.enabled': false },
      environment: { ...git.environment, SWITCHYARD_DEMO_SECONDS: '60' },
    });
    const { workbench } = session;
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await waitFor('the way to trust', async () => (await tasks.welcome()).includes('Nothing runs here before you'));
    // The command is there and says what to do first, before it asks for anything.
    await workbench.runCommand('Switchyard: Spin an Agent…');
    const told = await workbench.waitForNotification('Trust this folder first');
    assert.deepEqual(told.buttons, ['Manage Trust']);
    await workbench.screenshot('trust-main-restricted');
    assert.deepEqual(await git.calls(), []);
    assert.deepEqual(await tasks.rows(), []);

    await workbench.click(workbench.page.getByRole('button', { name: 'Manage Workspace Trust' }).first());
    await workbench.page.locator('.workspace-trust-editor').waitFor();
    await workbench.trust();
    await tasks.waitForRow('a ready task', (row) => row.label === 'API endpoint');
    const trusted = new Set((await git.calls()).map(({ parent }) => parent));
    assert.equal(trusted.size, 1, 'the log works, and all calls are of this window');

    await workbench.runCommand('Switchyard: Dispatch Task');
    const second = await workbench.captureWindow(() => workbench.pick('API endpoint'), { deadlineMs: 60_000 });
    const worktrees = path.join(path.dirname(root), `${path.basename(root)}-worktrees`);
    const worktree = path.join(worktrees, 'api');
    await waitFor('Restricted Mode', () => second.restricted());
    await waitFor('the waiting task', async () => (await second.statusBar(/api waits for trust/)).length === 1);
    await second.openContainer('Switchyard');
    await waitFor('the way to trust in the worktree', async () =>
      (await second.tree('Tasks').welcome()).includes('Trust the parent folder that holds all worktrees'),
    );
    await second.screenshot('trust-worktree-restricted');
    const strange = (await git.calls()).filter(({ parent }) => !trusted.has(parent));
    assert.deepEqual(strange, [], 'only the trusted window runs git');
    assert.deepEqual(await agentStarts(root), []);
    assert.deepEqual(await processesIn(worktree, /^demo-agent$/), []);
    assert.deepEqual(await second.terminals(), []);

    await second.trust(worktrees);
    await waitFor('the agent', async () => (await agentStarts(root)).length > 0, { deadlineMs: 60_000 });
    await waitFor('its terminal', async () => (await second.terminalText()).includes('Demo agent: API endpoint'));
    await tasks.waitForRow('the agent works', (row) => row.description.startsWith('working · demo'), 60_000);
    await second.screenshot('trust-granted');
    assert.equal((await agentStarts(root)).length, 1);
    assert.equal((await processesIn(worktree, /^demo-agent$/)).length, 1);
    assert.equal((await second.terminals()).length, 1);

    // The parent is trusted: the next worktree asks nothing.
    await workbench.runCommand('Switchyard: Dispatch Task');
    const third = await workbench.captureWindow(() => workbench.pick('Database layer'), { deadlineMs: 60_000 });
    await third.ready();
    assert.equal(await third.restricted(), false);
  });
});
