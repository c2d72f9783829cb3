import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { waitFor } from '../harness/waitFor';
import { closeTerminals, eventsOf, switchyard, waitForEvent, writeTask } from './support';

/** An agent of the user's own: a line of JavaScript for Node. */
async function customAgent(name: string, script: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration('switchyard');
  const agents = settings.get<object>('customAgents');
  const command = [process.execPath, '-e', script];
  await settings.update('customAgents', { ...agents, [name]: { command } }, vscode.ConfigurationTarget.Global);
}

describe('agents in terminals of this window', () => {
  before(switchyard);
  afterEach(closeTerminals);
  after(async () => {
    const settings = vscode.workspace.getConfiguration('switchyard');
    await settings.update('customAgents', undefined, vscode.ConfigurationTarget.Global);
  });

  it('start in the worktree, in a terminal whose process holds the lease', async () => {
    await writeTask('place', 'agent: sleeper');
    await customAgent('sleeper', 'setTimeout(() => {}, 20000)');
    await vscode.commands.executeCommand('switchyard.dispatchTask', { plan: 'host', task: 'place' });
    const started = await waitForEvent('place', 'agent-started');
    const pids = await Promise.all(vscode.window.terminals.map((terminal) => terminal.processId));
    assert.deepEqual(pids, [started.runner]);
    assert.equal(vscode.window.terminals[0]?.name, 'Task place');
    assert.equal(started.window, vscode.workspace.workspaceFolders?.[0]?.uri.fsPath);
  });

  it('get no variable of the extension host, and the launcher on their PATH', async () => {
    await writeTask('env', 'agent: dump');
    await customAgent('dump', `require('fs').writeFileSync('env.json', JSON.stringify(process.env))`);
    await vscode.commands.executeCommand('switchyard.dispatchTask', { plan: 'host', task: 'env' });
    const { worktree } = await waitForEvent('env', 'worktree-made');
    await waitForEvent('env', 'agent-exited');
    const env = JSON.parse(await readFile(path.join(worktree, 'env.json'), 'utf8')) as Record<string, string>;
    const leaked = Object.keys(env).filter((name) => /^(ELECTRON_|VSCODE_(?!GIT_)|NODE_OPTIONS)/.test(name));
    assert.deepEqual(leaked, []);
    assert.match(env.PATH?.split(path.delimiter)[0] ?? '', /switchyard\.switchyard.bin$/);
    assert.equal(env.SWITCHYARD_TASK, 'env');
  });

  it('start once when dispatched twice at the same moment', async () => {
    await writeTask('twice', 'agent: sleeper');
    await customAgent('sleeper', 'setTimeout(() => {}, 20000)');
    const dispatch = () => vscode.commands.executeCommand('switchyard.dispatchTask', { plan: 'host', task: 'twice' });
    await Promise.all([dispatch(), dispatch()]);
    await waitForEvent('twice', 'agent-started');
    // The second terminal, if there is one, has come to its end too: it is a shell, or gone.
    await waitFor('both launches are claimed', async () => {
      const events = await eventsOf('twice');
      const requested = events.filter(({ kind }) => kind === 'launch-requested').length;
      return events.filter(({ kind }) => kind === 'launch-claimed').length === requested;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await eventsOf('twice')).filter(({ kind }) => kind === 'agent-started').length, 1);
  });

  it('start nowhere when the program is missing, and nothing is made', async () => {
    await writeTask('missing', 'agent: nobody');
    const settings = vscode.workspace.getConfiguration('switchyard');
    const agents = settings.get<object>('customAgents');
    const nobody = { command: ['/no/such/program'] };
    await settings.update('customAgents', { ...agents, nobody }, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('switchyard.dispatchTask', { plan: 'host', task: 'missing' });
    assert.deepEqual(
      (await eventsOf('missing')).filter(({ kind }) => kind === 'worktree-made' || kind === 'agent-started'),
      [],
    );
    assert.equal(vscode.window.terminals.length, 0);
  });
});
