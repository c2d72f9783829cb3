import { strict as assert } from 'node:assert';
import path from 'node:path';
import { projectRoot } from '../../scripts/provision.mjs';
import { prepareAgentHome } from '../harness/agentHomes';
import { inLongRun } from '../harness/longRun';
import { ModelServer } from '../harness/modelServer';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { packagedExtension, packageFixture } from '../harness/packagedExtension';
import { makeRepository, type SampleRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';

const openerTitle = 'Opener: Open Folder in New Window';
const opener = () => packageFixture(path.join(projectRoot, 'test/browser/fixtures/opener'));

describe('the workbench with Switchyard installed', () => {
  let repository: SampleRepository;
  let model: ModelServer;
  let session: Session;

  before(async () => {
    repository = await makeRepository({ 'README.md': '# Sample\n', 'src/a.txt': 'a\n' });
    model = await ModelServer.start();
    const { environment } = await prepareAgentHome(model.url, [repository.root]);
    session = await openWorkbench(repository.root, { vsix: [await packagedExtension(), await opener()], environment });
  });

  after(() => session?.close());

  it('shows the folder as a tree with labels and levels', async () => {
    const { workbench } = session;
    const explorer = workbench.tree('Explorer Section');
    await explorer.waitForRow('src', (row) => row.label === 'src' && row.level === 1 && row.expanded === false);
    await explorer.expand('src');
    await explorer.waitForRow('a.txt inside src', (row) => row.label === 'a.txt' && row.level === 2);
    const labels = (await explorer.rows()).map((row) => row.label);
    assert.deepEqual(labels, ['src', 'a.txt', 'README.md']);
    await explorer.click('a.txt');
    await waitFor('the file is open', async () => (await workbench.editorTabs()).includes('a.txt'));
    await workbench.screenshot('smoke-folder');
  });

  it('has the packaged Switchyard among its extensions', async () => {
    const { workbench } = session;
    await workbench.runCommand('Extensions: Show Installed Extensions');
    const extension = workbench.page.locator('.extensions-list .monaco-list-row[aria-label^="Switchyard"]');
    await extension.first().waitFor({ timeout: 30_000 });

    await workbench.screenshot('smoke-extensions');

    assert.ok((await workbench.runningExtensions()).includes('Git'));
    await workbench.openContainer('Explorer');
  });

  // What the driver of these tests can do, which the others rely on and show: by itself it is tried in the long run.
  inLongRun('has a terminal whose text can be read', async () => {
    const { workbench } = session;
    await workbench.runCommand('Terminal: Create New Terminal');
    await workbench.typeInTerminal('echo "$((6 * 7)) $PWD"');
    await waitFor('the answer in the terminal', async () =>
      (await workbench.terminalText()).includes(`42 ${repository.root}`),
    );
    assert.deepEqual(await workbench.terminals(), ['bash']);
    await workbench.screenshot('smoke-terminal');
  });

  inLongRun('runs a real agent in a terminal, against the stand-in model', async () => {
    const { workbench } = session;
    model.script('Leave a note', { write: { 'note.txt': 'from the terminal\n' } });
    await workbench.typeInTerminal('claude --permission-mode acceptEdits "Leave a note"');
    await model.waitForRequest('Leave a note');
    await workbench.tree('Explorer Section').waitForRow('note.txt', (row) => row.label === 'note.txt');
    await waitFor('its answer in the terminal', async () => (await workbench.terminalText()).includes('Done.'));
    await workbench.screenshot('smoke-agent-in-terminal');
  });

  inLongRun('catches the window an extension opens on another folder, and both windows live on', async () => {
    const { workbench } = session;
    const other = await makeRepository({ 'other.md': '# Other\n' }, "other's folder");
    const second = await workbench.captureWindow(async () => {
      await workbench.runCommand(openerTitle);
      await workbench.answerQuickInput(other.root);
    });
    assert.notEqual(second.page.context(), workbench.page.context());
    await second.tree('Explorer Section').waitForRow('other.md', (row) => row.label === 'other.md');
    await second.screenshot('smoke-second-window');
    await workbench.screenshot('smoke-first-window-meanwhile');
    await second.reload();
    await second.tree('Explorer Section').waitForRow('other.md', (row) => row.label === 'other.md');
    await second.close();
    assert.ok((await workbench.editorTabs()).includes('a.txt'));
  });

  inLongRun('catches a window in the same browser context as well', async () => {
    const { workbench } = session;
    const second = await workbench.captureWindow(() => workbench.runCommand('New Window'), { sameContext: true });
    assert.equal(second.page.context(), workbench.page.context());
    await second.close();
  });

  inLongRun('counts the inputs a person needs', async () => {
    const { workbench } = session;
    workbench.inputs = 0;
    await workbench.runCommand('View: Toggle Terminal');
    assert.equal(workbench.inputs, 3);
  });
});
