import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { switchyard } from '../harness/commandLine';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { makeRepository, repositoryAt, type SampleRepository } from '../harness/sampleRepository';
import type { TreeView } from '../harness/treeView';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

/** Serves the name of its folder, so that each worktree answers with its own. */
const serverScript = `
const { createServer } = require('node:http');
const { basename } = require('node:path');
createServer((_, answer) => answer.end(basename(process.cwd()))).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** One window on one repository, with a plan for each test. */
describe('worktrees in the tree: ready, running, adopted', () => {
  let host: Host;
  let workbench: Workbench;
  let tasks: TreeView;
  let repository: SampleRepository;
  /** Of the base branch and of what a task has committed. */
  let [tip, kept] = ['', ''];
  const at = (task: string) =>
    repositoryAt(path.join(path.dirname(repository.root), `${path.basename(repository.root)}-worktrees`, task));
  before(async () => {
    repository = await makeRepository({ 'server.cjs': serverScript, '.gitignore': '.switchyard/\n.env\n' });
    await writePlan('ready', 'setup: ["exit 3"]\n', 'header');
    await writePlan('running', 'run: node server.cjs\n', 'shop', 'cart');
    await writePlan('behind', '', 'login', 'logout');
    const { root, git } = repository;
    await repository.commit({ 'a.txt': 'a\n' }, 'Add a');
    await switchyard(root, 'spawn', 'running/shop', 'running/cart', 'behind/login', 'behind/logout');
    await at('login').write({ 'notes.txt': 'mine\n' });
    kept = await at('logout').commit({ 'a.txt': 'logout\n' }, 'Change a');
    tip = await repository.commit({ 'a.txt': 'base\n' }, 'Move the base');
    const elsewhere = path.join(path.dirname(root), 'elsewhere');
    await git('worktree', 'add', '--quiet', '-b', 'feature/elsewhere', elsewhere);
    await git('branch', 'feature/alone');
    await writeFile(path.join(elsewhere, 'notes.txt'), 'mine\n');
    host = await sharedHost();
    workbench = await host.open(root);
    await workbench.openContainer('Switchyard');
    tasks = workbench.tree('Tasks');
  });
  after(() => workbench?.close());

  async function writePlan(plan: string, front: string, ...names: readonly string[]): Promise<void> {
    await repository.write({ [`.switchyard/${plan}/plan.md`]: `---\ntitle: Plan ${plan}\n${front}---\n` });
    for (const name of names) {
      await repository.write({ [`.switchyard/${plan}/${name}.md`]: `---\ntitle: The ${name}\n---\n\nDo it.\n` });
    }
  }

  it('a set-up that fails keeps the agent from starting, says so, and a human may start it all the same', async () => {
    await tasks.waitForRow('the task', (row) => row.label === 'The header');
    await tasks.inlineAction('Task The header', 'Dispatch Task');
    const failed = (row: { description: string }) => row.description.startsWith('set-up failed');
    await tasks.waitForRow('the failure', (row) => row.label === 'The header' && failed(row), 60_000);
    await waitFor('the exit code in the terminal', async () => (await workbench.terminalText()).includes('3'));
    await workbench.screenshot('setup-failed');
    await tasks.contextMenu('Task The header', 'Start Agent Without Set-up');
    const works = (row: { description: string }) => row.description.startsWith('working');
    await tasks.waitForRow('the agent', (row) => row.label === 'The header' && works(row), 60_000);
  });

  it("runs a plan's app in two worktrees at once, shows where, and stops one", async () => {
    await tasks.waitForRow('both', (row) => row.label === 'The cart');
    const urls: string[] = [];
    for (const name of ['shop', 'cart']) {
      await tasks.contextMenu(`Task The ${name}`, 'Run App');
      const said = await workbench.waitForNotification(`The app of The ${name} runs at`, 60_000);
      assert.deepEqual(said.buttons, ['Open App']);
      urls.push(/http:\S+\d/.exec(said.text)?.[0] ?? '');
    }
    const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    assert.deepEqual(texts, ['shop', 'cart']);
    await tasks.expand('Task The shop');
    await tasks.waitForRow('its address', (row) => row.label === 'App' && row.description === urls[0]);
    await workbench.screenshot('app-running');
    await tasks.inlineAction('App at', 'Stop App');
    await waitFor('it is gone from the tree', async () => !(await tasks.rows()).some(({ label }) => label === 'App'));
    await assert.rejects(fetch(urls[0] ?? ''));
    assert.equal(await (await fetch(urls[1] ?? '')).text(), 'cart');
    await tasks.contextMenu('Task The cart', 'Stop App');
    await waitFor('the other has stopped, too', () =>
      fetch(urls[1] ?? '').then(
        () => false,
        () => true,
      ),
    );
  });

  it('brings a task onto its base with the work that is not committed, and changes nothing on a conflict', async () => {
    const { root, git } = repository;
    for (const name of ['login', 'logout']) {
      await tasks.waitForRow(
        `${name} is behind`,
        (row) => row.label === `The ${name}` && /1 behind/.test(row.description),
      );
    }
    await tasks.contextMenu('Task The login', 'Sync Task with Its Base');
    await workbench.waitForNotification('The login stands on main now', 60_000);
    assert.equal(await at('login').git('rev-parse', 'HEAD'), tip);
    assert.equal(await at('login').git('status', '--porcelain'), '?? notes.txt');
    await tasks.waitForRow('not behind', (row) => row.label === 'The login' && !/behind/.test(row.description));
    await tasks.contextMenu('Task The logout', 'Sync Task with Its Base');
    const said = await workbench.waitForNotification('The logout conflicts with main in a.txt', 60_000);
    assert.match(said.text, /nothing was changed/);
    await workbench.screenshot('sync-conflict');
    assert.equal(await at('logout').git('rev-parse', 'HEAD'), kept);
    assert.equal(await at('logout').git('status', '--porcelain'), '');

    // The base itself: the remote is ahead.
    const remote = path.join(path.dirname(root), 'remote.git');
    await git('clone', '--quiet', '--bare', root, remote);
    await git('remote', 'add', 'origin', remote);
    await git('reset', '--quiet', '--hard', 'HEAD~1');
    await git('fetch', '--quiet', 'origin');
    await workbench.runCommand('Switchyard: Update Base Branch');
    await workbench.waitForNotification('main is up to date now', 60_000);
    assert.equal(await git('rev-parse', 'HEAD'), tip);
  });

  it('adopts a worktree that was made elsewhere, and a branch', async () => {
    const { git } = repository;
    await workbench.runCommand('Switchyard: Adopt Worktree, Branch or Pull Request…');
    await workbench.screenshot('adopt-choice');
    await workbench.pick('elsewhere');
    await tasks.waitForRow(
      'the adopted worktree',
      (row) => /elsewhere/.test(row.label) && /adopted/.test(row.description),
    );
    await workbench.runCommand('Switchyard: Adopt Worktree, Branch or Pull Request…');
    await workbench.answerQuickInput('feature/alone');
    await tasks.waitForRow(
      'the adopted branch',
      (row) => /alone/.test(row.label) && /adopted/.test(row.description),
      60_000,
    );
    await workbench.screenshot('adopted');
    assert.match(await git('worktree', 'list'), /feature\/alone/);
  });
});
