import { strict as assert } from 'node:assert';
import { watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { switchyard, switchyardInBackground } from '../../harness/commandLine';
import { MatrixPanel } from '../../harness/matrixPanel';
import { type Host, sharedHost } from '../../harness/openWorkbench';
import { makeRepository, repositoryAt, type SampleRepository } from '../../harness/sampleRepository';
import type { TreeRow } from '../../harness/treeView';
import { waitFor } from '../../harness/waitFor';
import type { Workbench } from '../../harness/workbench';

const plan = 'shop';
const [header, footer, search] = ['agent/header', 'agent/footer', 'agent/search'];
/** No code, so that no language's server starts beside what is measured. */
const app = 'src/app.txt';
const start = `export const title = 'Shop';\n${Array.from({ length: 20 }, (_, n) => `export const line${n} = ${n};\n`).join('')}`;
const changed = (by: string) => start.replace("'Shop'", `'Shop of the ${by}'`);

/** What is drawn behind the name of a row or a tab, as far as it is ours. */
function badgeOf(place: Locator): Promise<string> {
  return place.evaluate((element) => {
    const page = globalThis as unknown as { getComputedStyle(of: unknown, pseudo: string): { content: string } };
    const texts = [element, ...element.querySelectorAll('*')].map((each) => page.getComputedStyle(each, '::after'));
    return texts.map(({ content }) => (content.includes('⇄') ? content.replaceAll('"', '') : '')).join('');
  });
}

/** Three worktrees of one repository, and windows on some of them, used by a person and by an agent. */
describe('the conflict matrix across windows', () => {
  let host: Host;
  let repository: SampleRepository;
  let main: Workbench;
  let inHeader: Workbench;
  let inFooter: Workbench;
  let panel: MatrixPanel;
  const worktree = (task: string) =>
    repositoryAt(path.join(path.dirname(repository.root), `${path.basename(repository.root)}-worktrees`, task));

  before(async () => {
    host = await sharedHost();
    // In a browser files are saved a second after each change.
    await host.server.changeSettings({ 'files.autoSave': 'off' });
    repository = await makeRepository({ [app]: start, '.gitignore': '.switchyard/\n' }, 'shop');
    await repository.write({
      [`.switchyard/${plan}/plan.md`]: '---\ntitle: Shop\n---\n',
      [`.switchyard/${plan}/header.md`]: '---\ntitle: The header\n---\n\nDo it.\n',
      [`.switchyard/${plan}/footer.md`]: '---\ntitle: The footer\n---\n\nDo it.\n',
      [`.switchyard/${plan}/search.md`]: '---\ntitle: The search\nagent: demo\nscope: [search/**]\n---\n\nDo it.\n',
    });
    await switchyard(repository.root, 'spawn', `${plan}/header`, `${plan}/footer`, `${plan}/search`);
    await worktree('footer').commit(
      {
        [app]: changed('footer'),
        'src/pages/first.ts': 'export const first = 1;\n',
      },
      'Change the title',
    );
    main = await host.open(repository.root);
    await main.openContainer('Switchyard');
    await main.tree('Tasks').waitForRow('a task', (row) => row.label === 'The header');
    await holderIs((window) => window === repository.root);
    [inHeader, inFooter] = await Promise.all([host.open(worktree('header').root), host.open(worktree('footer').root)]);
    panel = await new MatrixPanel(inFooter).open();
    await waitFor('the window of the header is ready', async () => {
      return (await inHeader.statusBar(/The header · .* · agent\/header/)).length === 1;
    });
  });

  after(async () => {
    for (const window of [main, inHeader, inFooter]) await window?.close();
    await host.server.changeSettings({});
  });

  /** Waits until the window that computes for all fits. */
  async function holderIs(fits: (window: string) => boolean, deadlineMs = 30_000): Promise<{ pid: number }> {
    const lease = path.join(repository.root, '.git/switchyard/leases/duty');
    return waitFor(
      'another window has the duty',
      async () => {
        const holder = JSON.parse(await readFile(lease, 'utf8')) as { window: string; pid: number };
        return fits(holder.window) && holder;
      },
      { deadlineMs },
    );
  }

  async function edit(window: Workbench, file: string): Promise<void> {
    await window.press('ControlOrMeta+P');
    await window.quickInput.waitFor();
    await window.type(file);
    await window.page.locator('.quick-input-list [role=option]').first().waitFor();
    await window.press('Enter');
    await window.page.locator('.editor-instance .view-line').first().waitFor();
    await window.press('ControlOrMeta+Home');
  }

  /** Saves in the editor of a window. @returns from the save to the moment the cell says so, in milliseconds */
  async function savedUntilSaid(window: Workbench, says: RegExp): Promise<number> {
    await panel.record();
    const notes = watchStore();
    try {
      await window.press('ControlOrMeta+S');
      const at = await panel.firstSaid(header, footer, says);
      const { mtimeMs } = await stat(path.join(worktree('header').root, app));
      const steps = notes.steps().map(([what, time]) => `${what} ${(time - mtimeMs).toFixed(0)}`);
      console.log(`      saved 0 → ${steps.join(' → ')} → said ${(at - mtimeMs).toFixed(0)} ms`);
      return at - mtimeMs;
    } finally {
      notes.end();
    }
  }

  /** When the windows told each other something: what takes how long. */
  function watchStore(): { steps: () => [string, number][]; end: () => void } {
    const seen: [string, number][] = [];
    const watchers = ['hints', 'matrix'].map((area) =>
      watch(path.join(repository.root, '.git/switchyard', area), () => {
        if (seen.at(-1)?.[0] !== area) seen.push([area, Date.now()]);
      }),
    );
    const end = () => {
      for (const watcher of watchers) watcher.close();
    };
    return { steps: () => seen, end };
  }

  async function assertSavesAreSeen(): Promise<void> {
    await edit(inHeader, app);
    // Windows that were just opened are still starting.
    await inHeader.type('/');
    await savedUntilSaid(inHeader, /: conflict in 1 file/);
    await inHeader.press('Backspace');
    await savedUntilSaid(inHeader, /: clean/);
    const times: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      await inHeader.type('/');
      times.push(await savedUntilSaid(inHeader, /: conflict in 1 file, uncommitted work included/));
      await inHeader.press('Backspace');
      times.push(await savedUntilSaid(inHeader, /: clean/));
    }
    console.log(`      saved → said in the other window: ${times.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
    for (const ms of times) assert.ok(ms > 0 && ms <= 1000, `${ms} ms`);
  }

  it('show within 1 s what is saved in another window', async () => {
    await panel.waitForCell(header, footer, /: clean/);
    await assertSavesAreSeen();
    await inFooter.screenshot('conflicts-saved');
  });

  it('go on when the window that computed them is closed', async () => {
    const { pid } = await holderIs((window) => window === repository.root);
    const closed = performance.now();
    await main.close();
    const next = await holderIs((window) => window !== repository.root);
    console.log(`      closed → another window computes: ${(performance.now() - closed).toFixed(0)} ms`);
    assert.notEqual(next.pid, pid);
    assert.ok(performance.now() - closed <= 10_000);
    await assertSavesAreSeen();
  });

  it('see a file in a folder that was just made, of which no event tells, where an agent works', async () => {
    const agent = await switchyardInBackground(repository.root, { SWITCHYARD_DEMO_SECONDS: '600' }, [
      ...['run', `${plan}/search`, '--headless'],
    ]);
    try {
      await agent.waitForOutput(/Reading the brief/);
      await panel.waitForCell(search, footer, /: clean/);
      await panel.record();
      const written = Date.now();
      await worktree('search').write({ 'src/pages/first.ts': 'export const first = 2;\n' });
      const at = await panel.firstSaid(search, footer, /: conflict in 1 file/, 20_000);
      console.log(`      written where no event tells → said: ${at - written} ms`);
      assert.ok(at - written <= 11_000, `${at - written} ms`);
    } finally {
      await agent.stop();
    }
  });

  it('are marked in explorer, tab, editor and tree while they last', async () => {
    const at = path.join(worktree('header').root, app);
    await inFooter.runCommand('View: Close All Editors');
    await edit(inFooter, app);
    await edit(inHeader, app);
    const marks = async () => {
      const places = [
        inFooter.page.locator('.explorer-folders-view .monaco-list-row[aria-label^="app.txt"]'),
        inFooter.page.locator('.tabs-container .tab[data-resource-name="app.txt"]'),
      ];
      return (await Promise.all(places.map(badgeOf))).join(' ');
    };
    const savedUntil = async (says: RegExp) => {
      await inHeader.press('ControlOrMeta+S');
      let seen = '';
      const look = async () => {
        seen = await marks();
        return says.test(seen);
      };
      await waitFor(`the marks are ${says.source}`, look, { everyMs: 20 }).catch((error) => {
        throw new Error(`${error.message}; they are: ${seen}`);
      });
      const ms = Date.now() - (await stat(at)).mtimeMs;
      console.log(`      saved → ${says.test(' ') ? 'the marks are gone' : 'marked'}: ${ms.toFixed(0)} ms`);
      return ms;
    };
    await waitFor('no mark yet', async () => (await marks()) === ' ');
    await inHeader.type('/');
    const marked = await savedUntil(/^⇄! ⇄!$/);
    await waitFor('the status bar tells of the lines', async () => {
      return (await inFooter.statusBar(/1 place of this file is also changed by agent\/header/)).length === 1;
    });
    await inFooter.screenshot('conflicts-marks');
    await inFooter.openContainer('Switchyard');
    const worst = (row: TreeRow) => row.label === 'The footer' && row.description.includes('conflicts with');
    await inFooter.tree('Tasks').waitForRow('its worst cell', worst);
    await inFooter.screenshot('conflicts-tree');
    await inFooter.openContainer('Explorer');
    await inHeader.press('Backspace');
    const gone = await savedUntil(/^ $/);
    await waitFor('the lines are nobody else’s any more', async () => {
      return (await inFooter.statusBar(/also changed by/)).length === 0;
    });
    for (const ms of [marked, gone]) assert.ok(ms <= 2000, `${ms} ms`);
  });

  /** Takes the keyboard in the panel to the cell of header and footer, from wherever it is. */
  async function arrowsToConflict(): Promise<void> {
    const cell = /^agent\/(header with agent\/footer|footer with agent\/header): conflict/;
    await waitFor('the table has the keyboard', () => panel.focused());
    await inFooter.press('Control+Home');
    for (let row = 0; row < 6; row += 1) {
      for (let column = 0; column < 5; column += 1) {
        if (cell.test((await panel.focused()) ?? '')) return;
        await inFooter.press('ArrowRight');
      }
      await inFooter.press('Home');
      await inFooter.press('ArrowDown');
    }
    assert.fail('the arrows do not come to the cell');
  }

  /** Header and footer conflict, and the panel is all that is open. */
  async function conflictOfApp(): Promise<void> {
    await worktree('header').write({ [app]: changed('header') });
    await inFooter.runCommand('View: Close All Editors');
    await panel.open();
    await panel.waitForCell(header, footer, /: conflict in 1 file/);
  }

  /** What the active editor shows, with ordinary blanks. */
  async function editorText(): Promise<string> {
    const lines = await inFooter.page.locator('.editor-instance:visible .view-line').allTextContents();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  it('lead to what both sides did, with the keyboard alone', async () => {
    await conflictOfApp();
    await arrowsToConflict();
    await inFooter.screenshot('conflicts-cell');
    await inFooter.press('Enter');
    assert.equal(await panel.focused(), `Open Changes of Both: ${app}`);
    await inFooter.press('Enter');
    const titles = ['app.txt: base ↔ agent/footer', 'app.txt: base ↔ agent/header'];
    for (const title of titles) await inFooter.page.getByRole('tab', { name: title }).waitFor();
    await waitFor('what both wrote, and what was there', async () => {
      const text = await editorText();
      return ["'Shop of the header'", "'Shop of the footer'", "'Shop'"].every((part) => text.includes(part));
    });
    await inFooter.screenshot('conflicts-diffs');
  });

  it('are proved by a real merge, with what git itself says', async () => {
    await conflictOfApp();
    await arrowsToConflict();
    await inFooter.press('Enter');
    for (const _ of ['Preview Merge Result', 'Prove It']) await inFooter.press('Tab');
    assert.equal(await panel.focused(), 'Prove It');
    await inFooter.press('Enter');
    await waitFor("git's own words", async () => {
      return (await editorText()).includes(`CONFLICT (content): Merge conflict in ${app}`);
    });
    await inFooter.page
      .getByRole('tab', { name: /^Proof: agent.(footer and agent.header|header and agent.footer)/ })
      .waitFor();
    await inFooter.screenshot('conflicts-proof');
  });

  it('are put into a message for the agent', async () => {
    await conflictOfApp();
    await inFooter.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await arrowsToConflict();
    await inFooter.press('Enter');
    for (const _ of ['Preview Merge Result', 'Prove It', 'Open Both Worktrees', 'Copy']) await inFooter.press('Tab');
    assert.equal(await panel.focused(), 'Copy Message for Agent');
    await inFooter.press('Enter');
    await inFooter.quickPickItems();
    await inFooter.screenshot('conflicts-message');
    await inFooter.pick('agent/header');
    await waitFor('that it was copied', async () => (await inFooter.statusBar(/Copied: .*agent\/header/)).length === 1);
    const text = await inFooter.page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(text, /agent\/footer/);
    assert.ok(text.includes(app) && text.includes('line 1'), text);
  });

  it('are after a reload of the window where they were, and can be filtered and refreshed', async () => {
    await conflictOfApp();
    await arrowsToConflict();
    const focused = (await panel.focused())?.replace(/, checked.*/, '') ?? '';
    await panel.document.getByRole('searchbox').fill('header');
    await waitFor('one row', async () => (await panel.rows()).join() === 'agent/header, uncommitted work');
    // Not a reload of the page: VS Code would have no time to keep what is open.
    await Promise.all([
      inFooter.page.waitForEvent('load', { timeout: 60_000 }),
      inFooter.runCommand('Developer: Reload Window'),
    ]);
    await inFooter.ready();
    await panel.ready();
    assert.equal(await panel.document.getByRole('searchbox').inputValue(), 'header');
    // The window reads the matrix anew, and a part of it may come first.
    await waitFor('one row', async () => (await panel.rows()).join() === 'agent/header, uncommitted work');
    const stop = panel.document.locator('td[tabindex="0"]');
    let label: string | null = null;
    await waitFor(`the place: ${focused}`, async () => {
      label = await stop.getAttribute('aria-label');
      return label?.startsWith(focused);
    }).catch((error) => assert.fail(`${error}; it says: ${label}`));
    await inFooter.screenshot('conflicts-reloaded');
    const scans = () => panel.document.locator('.scanned').textContent();
    await panel.document.getByRole('button', { name: 'Refresh' }).click();
    await waitFor('it was looked anew', async () => /now|\b[0-2] seconds? ago/.test((await scans()) ?? ''));
  });
});
