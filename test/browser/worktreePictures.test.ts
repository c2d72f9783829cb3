import { strict as assert } from 'node:assert';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { switchyard } from '../harness/commandLine';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { PickMany } from '../harness/pickMany';
import { makeRepository, repositoryAt } from '../harness/sampleRepository';
import type { Workbench } from '../harness/workbench';

const long = 'Teach the importer of quarterly reports to read every calendar that customers have ever used';

const themes = [
  ['vs-dark', 'Dark Modern'],
  ['vs', 'Light Modern'],
  ['hc-black', 'Default High Contrast'],
  ['hc-light', 'Default High Contrast Light'],
] as const;

/** One look in each kind of theme; what is seen is also read, so that a row that is not there fails. */
describe('worktrees in the kinds of themes', () => {
  let host: Host;
  let workbench: Workbench;
  before(async function () {
    // Pictures for people; what a page promises of its looks is held by the tests of the page.
    if (process.env.SWITCHYARD_LONG !== '1') this.skip();
    host = await sharedHost();
  });
  after(async () => {
    await workbench?.close();
    await host?.server.changeSettings({});
  });

  it('show cleaned, set-up, adopted and running ones, with long names, and a long list of losses', async () => {
    const repository = await makeRepository({ 'a.txt': 'a\n', '.gitignore': '.switchyard/\n' });
    const { root, git } = repository;
    await repository.write({ '.switchyard/site/plan.md': '---\ntitle: Site\nwipLimit: 9\nrun: "sleep 600"\n---\n' });
    const titles = ['The header', 'The footer', long, 'Grüße, 你好 — “quotes” $(trash)', 'The rest'];
    for (const [index, title] of titles.entries()) {
      const text = `---\ntitle: ${JSON.stringify(title)}\n---\n\nDo it.\n`;
      await repository.write({ [`.switchyard/site/task-${index}.md`]: text });
    }
    await switchyard(root, 'spawn', ...titles.map((_, index) => `site/task-${index}`));
    const worktrees = path.join(path.dirname(root), `${path.basename(root)}-worktrees`);
    const dirty = path.join(worktrees, 'task-2');
    await mkdir(path.join(dirty, 'deep/folder'), { recursive: true });
    for (let n = 1; n <= 50; n += 1) await writeFile(path.join(dirty, `deep/folder/${long} ${n}.txt`), 'mine\n');
    await repositoryAt(dirty).commit({ 'b.txt': 'b\n' }, 'Add b');
    await writeFile(path.join(dirty, 'a.txt'), 'changed\n');
    for (let n = 1; n <= 50; n += 1) await writeFile(path.join(dirty, `deep/folder/${long} ${n}.md`), 'mine\n');
    await appendFile(path.join(root, 'a.txt'), 'the base moves\n');
    await git('commit', '--quiet', '--all', '-m', 'Move the base');
    await switchyard(root, 'clean', 'site/task-0');
    await switchyard(root, 'clean', 'site/task-3');
    await git('worktree', 'add', '--quiet', '-b', 'feature/elsewhere', path.join(path.dirname(root), 'elsewhere'));
    await switchyard(root, 'adopt', 'feature/elsewhere');

    for (const [kind, theme] of process.env.SWITCHYARD_LONG ? themes : themes.slice(0, 1)) {
      await host.server.changeSettings({ 'workbench.colorTheme': theme });
      await workbench?.close();
      workbench = await host.open(root);
      await workbench.waitForTheme(kind);
      await workbench.openContainer('Switchyard');
      const tasks = workbench.tree('Tasks');
      await tasks.waitForRow('the group', (row) => row.label === 'Cleaned Up' && row.description.startsWith('2 tasks'));
      await tasks.waitForRow('the adopted one', (row) => row.description.endsWith('adopted'));
      await tasks.waitForRow('what is behind', (row) => row.description.includes('1 behind'));
      await tasks.expand('Cleaned up');
      await tasks.waitForRow('a cleaned one', (row) => row.label.startsWith('Grüße') && row.level === 3);
      await tasks.contextMenu(`Task ${long}`, 'Clean Up Task…');
      const pick = await new PickMany(workbench).opened(`Clean Up: ${long}`);
      assert.ok((await pick.rows()).every(({ ticked }) => !ticked));
      await workbench.screenshot(`worktrees-${kind}`);
      await workbench.press('Escape');
      // Where the label is seen: its middle may be cut off, and would be scrolled to.
      await tasks.row(`Task ${long}`).hover({ position: { x: 100, y: 10 } });
      const hover = workbench.page.locator('.workbench-hover', { hasText: 'Ports' });
      await hover.waitFor();
      await workbench.screenshot(`worktrees-tooltip-${kind}`);
    }
  });
});
