import { strict as assert } from 'node:assert';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { makeRepository, type SampleRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';

describe('the workbench with Switchyard installed', () => {
  let repository: SampleRepository;
  let session: Session;

  before(async () => {
    repository = await makeRepository({ 'README.md': '# Sample\n', 'src/a.ts': 'export const a = 1;\n' });
    session = await openWorkbench(repository.root);
  });

  it('shows the folder as a tree with labels and levels', async () => {
    const { workbench } = session;
    const explorer = workbench.tree('Explorer Section');
    await explorer.waitForRow('src', (row) => row.label === 'src' && row.level === 1 && row.expanded === false);
    await explorer.expand('src');
    await explorer.waitForRow('a.ts inside src', (row) => row.label === 'a.ts' && row.level === 2);
    const labels = (await explorer.rows()).map((row) => row.label);
    assert.deepEqual(labels, ['src', 'a.ts', 'README.md']);
    await explorer.click('a.ts');
    await waitFor('the file is open', async () => (await workbench.editorTabs()).includes('a.ts'));
    await workbench.screenshot('smoke-folder');
  });

  it('has the packaged Switchyard among its extensions', async () => {
    const { workbench } = session;
    await workbench.runCommand('Extensions: Show Installed Extensions');
    const extension = workbench.page.locator('.extensions-list .monaco-list-row[aria-label^="Switchyard"]');
    await extension.first().waitFor({ timeout: 30_000 });
    await workbench.screenshot('smoke-extensions');
    console.log(await workbench.runningExtensions());
  });

  it('has a terminal whose text can be read', async () => {
    const { workbench } = session;
    await workbench.runCommand('Terminal: Create New Terminal');
    await workbench.typeInTerminal('echo "$((6 * 7)) $PWD"');
    await waitFor('the answer in the terminal', async () =>
      (await workbench.terminalText()).includes(`42 ${repository.root}`),
    );
    assert.doesNotMatch(await workbench.terminalText(), /VSCODE_IPC/);
    await workbench.screenshot('smoke-terminal');
  });

  it('captures a second window, and both windows live on', async () => {
    const { workbench } = session;
    const second = await workbench.captureWindow(() => workbench.runCommand('New Window'));
    assert.notEqual(second.page.context(), workbench.page.context());
    await second.screenshot('smoke-second-window');
    await second.close();
    assert.deepEqual((await workbench.editorTabs()).slice(0, 1), ['a.ts']);
  });

  it('captures a second window in the same browser context', async () => {
    const { workbench } = session;
    const second = await workbench.captureWindow(() => workbench.runCommand('New Window'), { sameContext: true });
    assert.equal(second.page.context(), workbench.page.context());
    await second.close();
  });
});
