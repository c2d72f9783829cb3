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

describe('worktrees in the tree: ready, running, adopted', () => {
  let host: Host;
  let workbench: Workbench;
  let tasks: TreeView;
  before(async () => {
    host = await sharedHost();
  });
  // Not after each test: a picture is taken of the window of a test that failed.
  beforeEach(() => workbench?.close());
  after(() => workbench?.close());

  async function open(root: string): Promise<void> {
    workbench = await host.open(root);
    await workbench.openContainer('Switchyard');
    tasks = workbench.tree('Tasks');
  }

  async function withPlan(front: string, ...names: readonly string[]): Promise<SampleRepository> {
    const repository = await makeRepository({ 'server.cjs': serverScript, '.gitignore': '.switchyard/\n.env\n' });
    await repository.write({ '.switchyard/site/plan.md': `---\ntitle: Site\n${front}---\n` });
    for (const name of names) {
      await repository.write({ [`.switchyard/site/${name}.md`]: `---\ntitle: The ${name}\n---\n\nDo it.\n` });
    }
    return repository;
  }

  it('a set-up that fails keeps the agent from starting, says so, and a human may start it all the same', async () => {
    const { root } = await withPlan('setup: ["exit 3"]\n', 'header');
    await open(root);
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
    const { root } = await withPlan('run: node server.cjs\n', 'header', 'footer');
    await switchyard(root, 'spawn', 'site/header', 'site/footer');
    await open(root);
    await tasks.waitForRow('both', (row) => row.label === 'The footer');
    const urls: string[] = [];
    for (const name of ['header', 'footer']) {
      await tasks.contextMenu(`Task The ${name}`, 'Run App');
      const said = await workbench.waitForNotification(`The app of The ${name} runs at`, 60_000);
      assert.deepEqual(said.buttons, ['Open App']);
      urls.push(/http:\S+\d/.exec(said.text)?.[0] ?? '');
    }
    const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    assert.deepEqual(texts, ['header', 'footer']);
    await tasks.expand('Task The header');
    await tasks.waitForRow('its address', (row) => row.label === 'App' && row.description === urls[0]);
    await workbench.screenshot('app-running');
    await tasks.inlineAction('App at', 'Stop App');
    await waitFor('it is gone from the tree', async () => !(await tasks.rows()).some(({ label }) => label === 'App'));
    await assert.rejects(fetch(urls[0] ?? ''));
    assert.equal(await (await fetch(urls[1] ?? '')).text(), 'footer');
    await tasks.contextMenu('Task The footer', 'Stop App');
    await waitFor('the other has stopped, too', () =>
      fetch(urls[1] ?? '').then(
        () => false,
        () => true,
      ),
    );
  });

  it('brings a task onto its base with the work that is not committed, and changes nothing on a conflict', async () => {
    const repository = await withPlan('', 'header', 'footer');
    const { root, git } = repository;
    await repository.commit({ 'a.txt': 'a\n' }, 'Add a');
    await switchyard(root, 'spawn', 'site/header', 'site/footer');
    const at = (name: string) => repositoryAt(path.join(path.dirname(root), `${path.basename(root)}-worktrees`, name));
    await at('header').write({ 'notes.txt': 'mine\n' });
    const kept = await at('footer').commit({ 'a.txt': 'footer\n' }, 'Change a');
    const tip = await repository.commit({ 'a.txt': 'base\n' }, 'Move the base');
    await open(root);
    for (const name of ['header', 'footer']) {
      await tasks.waitForRow(
        `${name} is behind`,
        (row) => row.label === `The ${name}` && /1 behind/.test(row.description),
      );
    }
    await tasks.contextMenu('Task The header', 'Sync Task with Its Base');
    await workbench.waitForNotification('The header stands on main now', 60_000);
    assert.equal(await at('header').git('rev-parse', 'HEAD'), tip);
    assert.equal(await at('header').git('status', '--porcelain'), '?? notes.txt');
    await tasks.waitForRow('not behind', (row) => row.label === 'The header' && !/behind/.test(row.description));
    await tasks.contextMenu('Task The footer', 'Sync Task with Its Base');
    const said = await workbench.waitForNotification('The footer conflicts with main in a.txt', 60_000);
    assert.match(said.text, /nothing was changed/);
    await workbench.screenshot('sync-conflict');
    assert.equal(await at('footer').git('rev-parse', 'HEAD'), kept);
    assert.equal(await at('footer').git('status', '--porcelain'), '');

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
    const { root, git } = await withPlan('', 'header');
    const elsewhere = path.join(path.dirname(root), 'elsewhere');
    await git('worktree', 'add', '--quiet', '-b', 'feature/elsewhere', elsewhere);
    await git('branch', 'feature/alone');
    await writeFile(path.join(elsewhere, 'notes.txt'), 'mine\n');
    await open(root);
    await tasks.waitForRow('the task', (row) => row.label === 'The header');
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
