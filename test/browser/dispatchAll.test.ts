import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDashboardRepository } from '../harness/dashboardRepository';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { waitFor } from '../harness/waitFor';
import { windowsWanted } from '../harness/windows';
import type { Workbench } from '../harness/workbench';

/** What the function below uses of the page it runs in. */
interface PageGlobal {
  readonly document: {
    readonly activeElement: { closest(selector: string): unknown } | null;
    addEventListener(kind: string, listener: () => void, capture: boolean): void;
  };
  focusMoves?: number;
}

/** Counts in the page how often the focus leaves the editor area from now on. */
async function watchFocus(workbench: Workbench): Promise<() => Promise<number>> {
  await workbench.page.evaluate(() => {
    const page = globalThis as unknown as PageGlobal;
    page.focusMoves = 0;
    // No name for the listener: what the test's transpiler adds for names is not there in the page.
    page.document.addEventListener(
      'focusin',
      () => {
        if (!page.document.activeElement?.closest('.part.editor')) page.focusMoves = (page.focusMoves ?? 0) + 1;
      },
      true,
    );
  });
  return () => workbench.page.evaluate(() => (globalThis as unknown as PageGlobal).focusMoves ?? 0);
}

const themes = [
  ['dark', 'Dark Modern', 'vs-dark'],
  ['contrast', 'Dark High Contrast', 'hc-black'],
  ['light', 'Light Modern', 'vs'],
] as const;

describe('dispatching all into terminals of this window', () => {
  let host: Host;
  let workbench: Workbench;
  let root: string;
  before(async () => {
    host = await sharedHost();
  });
  after(async () => {
    await workbench?.close();
    await host.server.changeSettings({});
  });

  it('runs four agents while the person goes on typing: no focus taken, no window, no editor', async () => {
    ({ root } = await makeDashboardRepository());
    workbench = await host.open(root);
    await workbench.tree('Explorer Section').click('README.md');
    await waitFor('the file', async () => (await workbench.editorTabs()).includes('README.md'));
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('a ready task', (row) => row.description.startsWith('ready'));
    await workbench.screenshot('dispatch-all-plan');
    await workbench.click(workbench.page.locator('.part.editor .view-lines').first());
    const tabs = await workbench.editorTabs();
    await workbench.runCommand('Switchyard: Dispatch All Ready Tasks');
    await waitFor('the focus is back in the editor', () =>
      workbench.page.locator('.part.editor .monaco-editor.focused').isVisible(),
    );
    const left = await watchFocus(workbench);
    await waitFor(
      'four agents work',
      async () => (await tasks.rows()).filter((row) => row.description.startsWith('working')).length === 4,
      { deadlineMs: 60_000 },
    );
    assert.equal((await workbench.terminals()).length, 4);
    assert.equal(await left(), 0);
    assert.deepEqual(await workbench.editorTabs(), tabs);
    assert.deepEqual(windowsWanted(workbench.page), []);
    assert.equal(workbench.page.context().pages().length, 1);
    await workbench.type('typed meanwhile');
    await waitFor('the typed text', async () =>
      /typed\smeanwhile/.test(await workbench.page.locator('.part.editor .view-lines').first().innerText()),
    );
    await workbench.screenshot('dispatch-all-working');
  });

  it('shows what the agents changed, committed or not, and reads well in all kinds of themes', async () => {
    const tasks = workbench.tree('Tasks');
    await waitFor('all are to be reviewed', async () => (await workbench.badge('Switchyard')) === '4', {
      deadlineMs: 60_000,
    });
    await writeFile(path.join(path.dirname(root), 'activity-dashboard-worktrees/api/notes.md'), '# Not committed\n');
    await tasks.expand('Task API endpoint');
    await tasks.waitForRow('its parts', ({ label }) => label === 'Changes');
    // All of them in the long run; the pages' own tests go through all kinds each time.
    for (const [name, theme, kind] of process.env.SWITCHYARD_LONG === '1' ? themes : themes.slice(0, 1)) {
      await workbench.runCommand('Preferences: Color Theme');
      await workbench.answerQuickInput(theme);
      await workbench.waitForTheme(kind);
      await workbench.screenshot(`dispatch-all-${name}`);
    }
    await workbench.click(tasks.row('Changes, '));
    await waitFor('the file that is not committed', async () => {
      const text = await workbench.page.locator('.part.editor').first().innerText();
      return /notes\.md[\s\S]*Not\scommitted/.test(text);
    });
    await workbench.screenshot('dispatch-all-changes');
    await tasks.row('Task API endpoint').hover();
    await workbench.page.locator('.monaco-hover:visible').first().waitFor();
    await workbench.screenshot('dispatch-all-tooltip');
  });
});
