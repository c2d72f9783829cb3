import { strict as assert } from 'node:assert';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { switchyard } from '../harness/commandLine';
import { inLongRun } from '../harness/longRun';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { PickMany } from '../harness/pickMany';
import { makeRepository, repositoryAt, type SampleRepository } from '../harness/sampleRepository';
import type { TreeView } from '../harness/treeView';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

const plan = 'site';

/** A repository with a plan of these tasks, each with its worktree made and no agent. */
async function withWorktrees(...tasks: readonly string[]): Promise<{
  repository: SampleRepository;
  worktreeOf: (task: string) => SampleRepository;
}> {
  const repository = await makeRepository({
    'README.md': '# Site\n',
    'src/page.ts': 'export {};\n',
    '.gitignore': '*.secret\nnode_modules/\n.switchyard/\n',
  });
  const files = tasks.map((task) => [`.switchyard/${plan}/${task}.md`, `---\ntitle: The ${task}\n---\n\nDo it.\n`]);
  await repository.write({ [`.switchyard/${plan}/plan.md`]: '---\ntitle: Site\n---\n', ...Object.fromEntries(files) });
  await switchyard(repository.root, 'spawn', ...tasks.map((task) => `${plan}/${task}`));
  const { root } = repository;
  const folder = path.join(path.dirname(root), `${path.basename(root)}-worktrees`);
  return { repository, worktreeOf: (task) => repositoryAt(path.join(folder, task)) };
}

const isThere = (folder: string) =>
  stat(folder).then(
    () => true,
    () => false,
  );

/** Everything that has to come back: what git says, and bytes that git does not know. */
async function stateOf(at: SampleRepository): Promise<unknown> {
  const [status, index, head] = [
    await at.git('status', '--porcelain=v2', '--branch', '--ignored'),
    await at.git('ls-files', '--stage'),
    await at.git('rev-parse', 'HEAD'),
  ];
  const secret = await readFile(path.join(at.root, 'own.secret'), 'utf8');
  return { status, index, head, secret, page: await readFile(path.join(at.root, 'src/page.ts'), 'utf8') };
}

describe('cleaning up in the tree', () => {
  let host: Host;
  let workbench: Workbench;
  let tasks: TreeView;
  let pick: PickMany;
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

  async function open(root: string): Promise<void> {
    workbench = await host.open(root);
    await workbench.openContainer('Switchyard');
    tasks = workbench.tree('Tasks');
    pick = new PickMany(workbench);
  }

  it('asks for each consent by itself, does nothing without the one it needs, and brings everything back', async () => {
    const { repository, worktreeOf } = await withWorktrees('header', 'footer');
    const header = worktreeOf('header');
    await header.commit({ 'src/header.ts': 'export const header = 1;\n' }, 'Add a header');
    await header.write({ 'src/page.ts': 'export const page = 1;\n', 'notes.txt': 'mine\n', 'own.secret': 'token\n' });
    await header.git('add', 'src/page.ts');
    await header.write({ 'src/page.ts': 'export const page = 2;\n' });
    const before = await stateOf(header);
    const tip = await repository.git('rev-parse', 'agent/header');

    await open(repository.root);
    await tasks.waitForRow('both', (row) => row.label === 'The footer');
    await tasks.contextMenu('Task The header', 'Clean Up Task…');
    await pick.opened('Clean Up: The header');
    const shown = await pick.rows();
    await workbench.screenshot('clean-consents');
    assert.ok(
      shown.every(({ ticked }) => !ticked),
      'nothing is ticked',
    );
    const names = shown.map(({ name }) => name).join('\n');
    for (const text of [
      'Discard what is only here',
      'page.ts',
      'notes.txt',
      'own.secret',
      'Delete branch agent/header',
    ]) {
      assert.ok(names.includes(text), `${text} in:\n${names}`);
    }
    await pick.accept();
    await workbench.waitForNotification('Nothing was cleaned up: The header has work that is only there');
    await workbench.screenshot('clean-nothing-ticked');
    assert.deepEqual(await stateOf(header), before);

    // One consent: the folder goes, the branch stays.
    await tasks.contextMenu('Task The header', 'Clean Up Task…');
    await pick.opened('Clean Up: The header');
    await pick.toggle('notes.txt');
    const ticked = async () => (await pick.rows()).filter((row) => row.ticked).map(({ name }) => name.split(',')[0]);
    // The row that was clicked is ticked at once, the others when the extension has heard of it.
    await waitFor('the consent and all its lines are ticked', async () => {
      const names = await ticked();
      return names.includes('Discard what is only here') && names.includes('own.secret');
    });
    assert.ok(!(await ticked()).some((name) => name?.startsWith('Delete branch')), (await ticked()).join());
    await workbench.screenshot('clean-one-ticked');
    await pick.accept();
    const message = await workbench.waitForNotification('The header is cleaned up', 60_000);
    assert.match(message.text, /branch agent\/header stays/);
    await tasks.waitForRow('the group', (row) => row.label === 'Cleaned Up' && row.expanded === false);
    await workbench.screenshot('clean-done');
    assert.equal(await isThere(header.root), false);
    assert.equal(await repository.git('rev-parse', 'agent/header'), tip);
    await workbench.clickButton('Restore');
    await workbench.waitForNotification('The header is restored as it was', 60_000);
    assert.deepEqual(await stateOf(header), before);
    await tasks.waitForRow('it is back', (row) => row.label === 'The header' && row.level === 2);

    // Both consents, and back through the tree.
    await tasks.contextMenu('Task The header', 'Clean Up Task…');
    await pick.opened('Clean Up: The header');
    await pick.toggle('Discard what is only here');
    await pick.toggle('Delete branch agent/header');
    await pick.accept();
    await tasks.waitForRow('the group', (row) => row.label === 'Cleaned Up', 60_000);
    await waitFor('the branch is gone', async () => (await repository.git('branch', '--list', 'agent/header')) === '');
    await tasks.expand('Cleaned up');
    await tasks.waitForRow('the cleaned task', (row) => row.label === 'The header' && row.level === 3);
    await workbench.screenshot('clean-group');
    await tasks.inlineAction('Task The header', 'Restore Task');
    await tasks.waitForRow('it is back', (row) => row.label === 'The header' && row.level === 2, 60_000);
    assert.deepEqual(await stateOf(header), before);
    assert.equal(await repository.git('rev-parse', 'agent/header'), tip);
  });

  it('cleans the ticked tasks of the list of integrated ones, and offers the trash for deletion', async () => {
    const { repository, worktreeOf } = await withWorktrees('header', 'footer', 'aside');
    for (const task of ['header', 'footer', 'aside']) {
      await worktreeOf(task).commit({ [`src/${task}.ts`]: `export const ${task} = 1;\n` }, `Add ${task}`);
    }
    await repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge header', 'agent/header');
    // As a squash merge leaves it: the content without the commits.
    await repository.git('merge', '--quiet', '--squash', 'agent/footer');
    await repository.git('commit', '--quiet', '-m', 'Add the footer');

    await open(repository.root);
    await tasks.waitForRow('all', (row) => row.label === 'The aside');
    await workbench.runCommand('Switchyard: Clean Up Integrated Tasks…');
    await pick.opened('Clean Up Integrated Tasks');
    await workbench.screenshot('clean-integrated');
    const rows = await pick.rows();
    assert.deepEqual(rows.map(({ name }) => name.split(',')[0]).sort(), ['The footer', 'The header']);
    for (const { name } of rows) assert.match(name, /\d+(\.\d)?\s(B|KB|MB)/);
    await pick.accept();
    await workbench.waitForNotification('2 tasks are cleaned up', 60_000);
    await tasks.waitForRow('the group', (row) => row.label === 'Cleaned Up' && row.description.startsWith('2 tasks'));
    await tasks.waitForRow('the other', (row) => row.label === 'The aside' && row.level === 2);
    assert.equal(await isThere(worktreeOf('header').root), false);
    assert.equal(await repository.git('branch', '--list', 'agent/header', 'agent/footer'), '');
    assert.equal(await isThere(worktreeOf('aside').root), true);

    await tasks.inlineAction('Cleaned up', 'Delete from Trash…');
    await pick.opened('Trash of Cleaned Worktrees');
    await workbench.screenshot('clean-trash');
    assert.ok((await pick.rows()).every(({ ticked }) => !ticked));
    await pick.toggle('The footer');
    await pick.accept();
    await waitFor('the question', async () => (await workbench.dialogs()).length === 1);
    await workbench.screenshot('clean-trash-question');
    await workbench.clickButton('Delete for Good');
    await tasks.expand('Cleaned up');
    await tasks.waitForRow(
      'nothing to restore',
      (row) => row.label === 'The footer' && row.description === 'cleaned up',
    );
    const refs = await repository.git('for-each-ref', '--format=%(refname)', 'refs/switchyard/archive');
    assert.equal(refs.split('\n').length, 1, refs);
    await tasks.inlineAction('Task The header', 'Restore Task');
    await tasks.waitForRow('it is back', (row) => row.label === 'The header' && row.level === 2, 60_000);
    assert.equal(await isThere(worktreeOf('header').root), true);
  });

  inLongRun('closes a window that is open on the worktree first, and does not when it holds unsaved work', async () => {
    const { repository, worktreeOf } = await withWorktrees('header');
    const header = worktreeOf('header');
    await writeFile(path.join(header.root, 'notes.txt'), 'mine\n');
    // A window in a browser saves by itself, which would hide what is asked here.
    await host.server.changeSettings({ 'files.autoSave': 'off' });
    await open(repository.root);
    await tasks.waitForRow('the task', (row) => row.label === 'The header');
    const second = await host.open(header.root);
    await waitFor('the second window is ready', async () => (await second.statusBar(/The header/)).length === 1);

    await tasks.contextMenu('Task The header', 'Clean Up Task…');
    await pick.opened('Clean Up: The header');
    await workbench.screenshot('clean-window-open');
    await pick.toggle('Discard what is only here');
    await pick.accept();
    await workbench.waitForNotification('something still works in the worktree of The header');
    assert.equal(await isThere(header.root), true);

    // With a word that is not saved yet.
    await second.openContainer('Explorer');
    await second.tree('Explorer Section').click('README.md');
    await waitFor('the file is open', async () => (await second.editorTabs()).includes('README.md'));
    await second.click(second.page.locator('.monaco-editor .view-lines').first());
    await second.type('precious ');
    const cleanAll = async () => {
      await tasks.contextMenu('Task The header', 'Clean Up Task…');
      await pick.opened('Clean Up: The header');
      await pick.toggle('Discard what is only here');
      await pick.toggle('End what works there');
      await pick.accept();
    };
    await cleanAll();
    await second.waitForNotification('save or revert its open files first');
    await second.screenshot('clean-window-unsaved');
    await workbench.waitForNotification('did not close', 60_000);
    assert.equal(await isThere(header.root), true);
    assert.match(second.page.url(), /folder=/);

    await second.runCommand('File: Revert File');
    await cleanAll();
    await workbench.waitForNotification('The header is cleaned up', 60_000);
    assert.equal(await isThere(header.root), false);
    await waitFor('the second window has let go', () => !second.page.url().includes('folder='));
    await second.ready();
    await second.screenshot('clean-window-closed');
    await second.close();
  });
});
