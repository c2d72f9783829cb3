import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { projectRoot } from '../../scripts/provision.mjs';
import { TreeView } from './treeView';
import { waitFor } from './waitFor';
import { captureWindow, type WindowOptions } from './windows';

/** One notification or modal dialog: its text and its buttons. */
export interface Message {
  readonly text: string;
  readonly buttons: readonly string[];
}

/** A status bar item: its text, and the accessible name that carries its tooltip. */
export interface StatusBarItem {
  readonly text: string;
  readonly name: string;
}

/**
 * One window of VS Code, driven as a person does. Every gesture (a key, a typed text, a click) goes through `press`,
 * `type` and `click`, which count it: `inputs` tells how many a person would have needed.
 */
export class Workbench {
  /** Gestures so far; a test sets it to 0 where its counting begins. */
  inputs = 0;

  constructor(readonly page: Page) {}

  /** Waits until the window can be used. */
  async ready(): Promise<this> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 120_000 });
    return this;
  }

  async press(key: string): Promise<void> {
    this.inputs += 1;
    await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    this.inputs += 1;
    await this.page.keyboard.type(text);
  }

  async click(
    target: Locator,
    options?: { readonly button?: 'left' | 'right'; readonly clickCount?: number },
  ): Promise<void> {
    this.inputs += 1;
    await target.click(options);
  }

  /**
   * Runs a command by its full title ("Category: Title") through F1: three inputs. Waits until it is there: commands
   * of extensions appear a little after the window.
   */
  async runCommand(title: string): Promise<void> {
    // The palette also finds titles that only contain this one; a keybinding is part of the name, after a comma.
    const name = cssText(title);
    const row = this.page.locator(
      `.quick-input-list [role=option][aria-label="${name}"], .quick-input-list [role=option][aria-label^="${name}, "]`,
    );
    const before = this.inputs;
    await waitFor(
      `the command "${title}" in the command palette`,
      async () => {
        this.inputs = before;
        if (await this.quickInput.isVisible()) await this.page.keyboard.press('Escape');
        await this.press('F1');
        await this.quickInput.waitFor({ timeout: 5_000 });
        await this.page.keyboard.press('ControlOrMeta+A');
        await this.type(`>${title}`);
        // An open palette does not learn of commands that come later: it has to be opened again.
        await row.first().waitFor({ timeout: 5_000 });
        return true;
      },
      { deadlineMs: 45_000 },
    );
    await this.click(row.first());
  }

  /** The input field of the quick pick or input box that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  /** Waits for an input box or a quick pick, types, and presses Enter: two inputs. */
  async answerQuickInput(text: string): Promise<void> {
    // The command palette that led here is the same widget: its text must be gone first.
    await waitFor('an input box or a quick pick', async () => {
      const value = await this.quickInput.inputValue({ timeout: 1_000 });
      return !value.startsWith('>');
    });
    await this.quickInput.focus();
    await this.type(text);
    await this.press('Enter');
  }

  /** What the open quick pick offers, in order (the visible part of a long list). */
  async quickPickItems(): Promise<string[]> {
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list [role=option]');
    await rows.first().waitFor();
    return rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
  }

  /** Chooses from the open quick pick by the beginning of an item's name: one input. */
  async pick(item: string): Promise<void> {
    const row = this.page.locator(
      `.quick-input-widget:visible .quick-input-list [role=option][aria-label^="${cssText(item)}"]`,
    );
    await this.click(row.first());
  }

  /** Brings up a view container by the name on its icon in the activity bar: one input (none when it is open). */
  async openContainer(name: string): Promise<void> {
    const icon = this.activityIcon(name);
    await icon.waitFor({ timeout: 60_000 });
    if ((await icon.getAttribute('aria-expanded')) !== 'true') await this.click(icon);
  }

  private activityIcon(name: string): Locator {
    const label = this.page.locator(`.action-label[aria-label^="${cssText(name)}"]`);
    return this.page.locator('.part.activitybar [role=tab]').filter({ has: label }).first();
  }

  /** The number on a container's icon; undefined when there is none. */
  async badge(container: string): Promise<string | undefined> {
    const badge = this.activityIcon(container).locator('.badge-content');
    const text = (await badge.count()) === 0 ? '' : (await badge.first().allTextContents()).join('').trim();
    return text === '' ? undefined : text;
  }

  /** A tree view (or the explorer) by the title of its section. Its container must be open. */
  tree(title: string): TreeView {
    return new TreeView(this, title);
  }

  /** Clicks a button of a welcome view by its name: one input. */
  async clickWelcome(name: string): Promise<void> {
    const buttons = this.page.locator('.welcome-view-content:visible').getByRole('button', { name, exact: true });
    await this.click(buttons.first());
  }

  /** Rows of the problems view, which is brought up: files, and what is wrong in each. */
  async problems(): Promise<string[]> {
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    if (!(await rows.first().isVisible())) await this.runCommand('Problems: Focus on Problems View');
    return rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
  }

  /** Waits until the window is drawn in a kind of theme that was set. */
  async waitForTheme(kind: 'vs' | 'vs-dark' | 'hc-black' | 'hc-light'): Promise<void> {
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor({ timeout: 30_000 });
  }

  /** Titles of the open editors' tabs, from left to right. */
  async editorTabs(): Promise<string[]> {
    const tabs = this.page.locator('.part.editor .tabs-container .tab');
    return tabs.evaluateAll((all) => all.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** Whether the window is in Restricted Mode. */
  async restricted(): Promise<boolean> {
    return (await this.statusBar(/Restricted Mode/)).length > 0;
  }

  /**
   * Trusts in the trust editor, as a person does: the open folder, or the folder given (a parent of several, say),
   * with all that lies in it.
   */
  async trust(folder?: string): Promise<void> {
    await this.runCommand('Workspaces: Manage Workspace Trust');
    const editor = this.page.locator('.workspace-trust-editor');
    await editor.waitFor();
    if (folder === undefined) {
      await this.click(editor.getByRole('button', { name: 'Trust', exact: true }).first());
    } else {
      await this.click(editor.getByRole('button', { name: 'Add Folder' }));
      await this.fillFolder(folder);
      await this.click(this.page.getByRole('button', { name: 'Trust Folder', exact: true }));
    }
    await waitFor('the window leaves Restricted Mode', async () => !(await this.restricted()));
    await this.runCommand('View: Close Editor');
  }

  /** Fills the folder dialog of a server, which completes and replaces its text while it lists folders. */
  private async fillFolder(folder: string): Promise<void> {
    let steady = 0;
    await waitFor(`the folder dialog keeps "${folder}"`, async () => {
      const value = await this.quickInput.inputValue({ timeout: 5_000 });
      steady = value === folder || value === `${folder}/` ? steady + 1 : 0;
      if (steady === 0) await this.quickInput.fill(folder);
      return steady > 10;
    });
  }

  /** Notifications that are shown now. */
  async notifications(): Promise<Message[]> {
    return this.messages('.notifications-toasts .notification-list-item', '.notification-list-item-message');
  }

  /** Waits for a notification whose text contains `text`. */
  async waitForNotification(text: string, deadlineMs = 30_000): Promise<Message> {
    return waitFor(
      `a notification with "${text}"`,
      async () => (await this.notifications()).find((message) => message.text.includes(text)),
      { deadlineMs },
    );
  }

  /** Modal dialogs that are open (at most one): their text and buttons. */
  async dialogs(): Promise<Message[]> {
    return this.messages('.monaco-dialog-box', '.dialog-message-container');
  }

  /** Presses a button of a notification or of a modal dialog by its name. */
  async clickButton(name: string): Promise<void> {
    const within = this.page.locator('.notifications-toasts, .monaco-dialog-box');
    await this.click(within.getByRole('button', { name, exact: true }).first());
  }

  private async messages(item: string, text: string): Promise<Message[]> {
    return this.page.locator(item).evaluateAll(
      (items, selector) =>
        items.map((element) => ({
          text: (element.querySelector(selector)?.textContent ?? '').trim(),
          buttons: [...element.querySelectorAll('.monaco-button')].map((button) => (button.textContent ?? '').trim()),
        })),
      text,
    );
  }

  /** Status bar items whose accessible name or text matches. */
  async statusBar(pattern: RegExp): Promise<StatusBarItem[]> {
    const items = await this.page.locator('.part.statusbar .statusbar-item').evaluateAll((all) =>
      all.map((item) => ({
        text: (item.textContent ?? '').trim(),
        name: item.getAttribute('aria-label') ?? '',
      })),
    );
    return items.filter((item) => pattern.test(item.text) || pattern.test(item.name));
  }

  /** Names of the open terminals as their tabs show them; one open terminal has no tab list and reads as its title. */
  async terminals(): Promise<string[]> {
    const tabs = this.page.locator('.terminal-tabs-entry .monaco-icon-label');
    if ((await tabs.count()) > 0) return (await tabs.allInnerTexts()).map((name) => name.trim());
    const single = this.page.locator('.part.panel .single-terminal-tab');
    return (await single.allInnerTexts()).map((name) => name.trim());
  }

  /** The visible rows of every visible terminal (panel or editor area), without trailing blanks. */
  async terminalText(): Promise<string> {
    const rows = await this.page.locator('.terminal-wrapper.active .xterm-rows > div').allTextContents();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Types into the visible terminal and presses Enter: three inputs with the click that focuses it. */
  async typeInTerminal(text: string): Promise<void> {
    await this.click(this.page.locator('.terminal-wrapper.active .xterm-screen').first());
    await this.type(text);
    await this.press('Enter');
  }

  /** The document inside the visible webview (its two nested frames). */
  get webview(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready:visible')
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** Names of the extensions that have activated in this window, from "Show Running Extensions". */
  async runningExtensions(): Promise<string[]> {
    await this.runCommand('Developer: Show Running Extensions');
    const names = this.page.locator('.runtime-extensions-editor .monaco-list-row .name');
    await names.first().waitFor();
    const seen = await names.allInnerTexts();
    await this.runCommand('View: Close Editor');
    return seen.map((name) => name.trim());
  }

  /** Does something that opens a window, and returns that window. See `WindowOptions`. */
  async captureWindow(open: () => Promise<unknown>, options: WindowOptions = {}): Promise<Workbench> {
    return new Workbench(await captureWindow(this.page, open, options)).ready();
  }

  /** Reloads the window, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Closes the window; on a server its terminals and agents live on. */
  async close(): Promise<void> {
    await this.page.close({ runBeforeUnload: false });
  }

  /** A picture for people, which no test looks at: each costs processor time, so they are taken in the long run. */
  async screenshot(name: string): Promise<void> {
    if (process.env.SWITCHYARD_LONG === '1') await this.picture(name);
  }

  /** Takes a picture to `out/screenshots/<name>.png` in the project. @returns the file */
  async picture(name: string): Promise<string> {
    const file = path.join(projectRoot, 'out/screenshots', `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }
}

/** Text inside a quoted CSS attribute value. */
export function cssText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\a ');
}
