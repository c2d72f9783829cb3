import { strict as assert } from 'node:assert';
import { chmod, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../harness/cleanup';
import { writeGitWrapper } from '../harness/loggingGit';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { makeRepository, repositoryAt, type SampleRepository } from '../harness/sampleRepository';
import { agentStarts } from '../harness/taskEvents';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

/** Whatever is missing, the window says what it is and offers the next step. */
describe('what a person sees when something is missing or broken', () => {
  let host: Host;
  let workbench: Workbench;
  before(async () => {
    host = await sharedHost();
  });
  // Not after each test: a picture is taken of the window of a test that failed.
  beforeEach(closeWindow);
  after(closeWindow);

  async function closeWindow(): Promise<void> {
    await workbench?.close();
    await host.server.changeSettings({});
  }

  async function welcome(text: string, button: string, picture: string): Promise<void> {
    await workbench.openContainer('Switchyard');
    await waitFor(`"${text}"`, async () => (await workbench.tree('Tasks').welcome()).includes(text));
    const buttons = workbench.page.locator('.welcome-view-content:visible').getByRole('button', { name: button });
    assert.ok(await buttons.first().isVisible(), button);
    await workbench.screenshot(picture);
  }

  it('no folder: the way to open one', async () => {
    workbench = await host.open(null);
    await welcome('Open a folder with a git repository', 'Open Folder', 'failure-no-folder');
  });

  it('no repository: the way to make one; then a prompt says that a commit is missing, and makes no worktree', async () => {
    const root = await makeFolder('plain');
    workbench = await host.open(root);
    await welcome('This folder is in no git repository', 'Initialize Repository', 'failure-no-repository');
    await workbench.runCommand('Switchyard: New Plan…');
    await workbench.answerQuickInput('A plan');
    await workbench.waitForNotification('This folder is in no git repository: initialize one first.');

    const { git } = repositoryAt(root);
    await git('init', '--quiet', '--initial-branch=main');
    await workbench.runCommand('Switchyard: Refresh');
    await welcome('One prompt is enough', 'Spin an Agent', 'failure-no-commit');
    await workbench.runCommand('Switchyard: Spin an Agent…');
    await workbench.answerQuickInput('Begin');
    const message = await workbench.waitForNotification('commit');
    assert.match(message.text, /first commit|no commit/);
    await welcome('One prompt is enough', 'Spin an Agent', 'failure-no-commit-message');
    assert.equal((await git('worktree', 'list')).split('\n').length, 1);
    assert.deepEqual(await agentStarts(root), []);
  });

  it('git missing, too old, or refusing another owner: each named; with a good git it goes on', async () => {
    const program = path.join(await makeFolder('gits'), 'git');
    const { root } = await makeRepository();
    await host.server.changeSettings({ 'git.path': program, 'git.enabled': false });
    workbench = await host.open(root);
    await welcome('git was not found', 'Open git Settings', 'failure-no-git');
    /** Another program under the same path: as a whole, so that nobody runs half of it. */
    const install = async (make: (file: string) => Promise<unknown>) => {
      await make(`${program}.new`);
      await rename(`${program}.new`, program);
      await workbench.runCommand('Switchyard: Refresh');
    };
    await install(async (file) => {
      await writeFile(file, '#!/bin/sh\necho "git version 2.30.0"\n');
      await chmod(file, 0o755);
    });
    await welcome('This git is too old', 'Open git Settings', 'failure-old-git');
    // git's own switch for its tests of this.
    await install((file) => writeGitWrapper(file, 'export GIT_TEST_ASSUME_DIFFERENT_OWNER=1'));
    await welcome('Another user owns this repository', 'Manage Unsafe Repositories', 'failure-strange-owner');
    await install((file) => writeGitWrapper(file, ''));
    await welcome('One prompt is enough', 'Spin an Agent', 'failure-good-git');
  });
});

/** One window for all that only some tasks of a repository lack. */
describe('what a person sees of tasks that cannot be worked on', () => {
  let repository: SampleRepository;
  let host: Host;
  let workbench: Workbench;
  before(async () => {
    repository = await makeRepository();
    await repository.write({
      '.vscode/settings.json': '{ "switchyard.defaultAgent": "gemini" }',
      '.switchyard/plan/greet.md': '---\ntitle: Greet\nagent: codex\n---\n\nGreet.\n',
      '.switchyard/broken/plan.md': '---\ntitle: Broken plan\nwipLimit: many\n---\n',
      '.switchyard/broken/good.md': '---\ntitle: Good task\n---\n\nDo it.\n',
      '.switchyard/broken/loop.md': '---\ntitle: Loop\ndependsOn: [loop-two]\n---\n\nDo it.\n',
      '.switchyard/broken/loop-two.md': '---\ntitle: Loop two\ndependsOn: [loop, nobody]\n---\n\nDo it.\n',
      '.switchyard/broken/tabs.md': '---\ntitle: [unclosed\n---\n\nDo it.\n',
      '.switchyard/broken/types.md': '---\ntitle: Types\nscope: 7\n---\n\nDo it.\n',
    });
    host = await sharedHost();
    workbench = await host.open(repository.root);
    await workbench.openContainer('Switchyard');
  });
  after(() => workbench?.close());

  it('an agent whose program is missing: named, with the setting that helps, and nothing is made', async () => {
    const { root, git } = repository;
    await workbench.tree('Tasks').waitForRow('the task', ({ label }) => label === 'Greet');
    await workbench.tree('Tasks').inlineAction('Task Greet', 'Dispatch Task');
    const message = await workbench.waitForNotification('codex');
    await workbench.screenshot('failure-missing-agent');
    assert.deepEqual(message.buttons, ['Open Settings']);
    assert.match(message.text, /switchyard\.agentPaths/);
    assert.equal((await git('worktree', 'list')).split('\n').length, 1);
    assert.deepEqual(await agentStarts(root), []);
    await workbench.clickButton('Open Settings');
    await waitFor('the settings', async () => (await workbench.editorTabs()).some((tab) => /settings/i.test(tab)));
    const found = workbench.page.locator('.settings-editor').getByText('Agent Paths').first();
    await found.waitFor({ timeout: 30_000 });
    await workbench.screenshot('failure-missing-agent-settings');

    // A prompt that came to nothing is not lost: the next box has it.
    await workbench.press('Shift+Alt+S');
    await workbench.answerQuickInput('Greet whoever comes');
    await workbench.waitForNotification('"gemini"');
    await workbench.press('Shift+Alt+S');
    await workbench.quickInput.waitFor();
    assert.equal(await workbench.quickInput.inputValue(), 'Greet whoever comes');
    await workbench.press('Escape');
    assert.equal((await git('worktree', 'list')).split('\n').length, 1);
  });

  it('broken plan files: every problem is in the problems view, and the good tasks are still there', async () => {
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('the good task', (row) => row.label === 'Good task' && row.description.startsWith('ready'));
    await tasks.waitForRow('the count', (row) => row.label === 'Broken plan' && row.description === '6 problems');
    const shown = await waitFor('problems of every broken file', async () => {
      const rows = (await workbench.problems()).join('\n');
      return ['plan.md', 'loop.md', 'loop-two.md', 'tabs.md', 'types.md'].every((name) => rows.includes(name)) && rows;
    });
    await workbench.screenshot('failure-broken-plan');
    for (const text of ['wipLimit', 'nobody', 'scope', '"loop" → "loop-two"']) assert.ok(shown.includes(text), shown);
    assert.ok(!shown.includes('good.md'), shown);
  });
});
