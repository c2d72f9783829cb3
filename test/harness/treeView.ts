import type { Locator } from 'playwright-core';
import { waitFor } from './waitFor';
import { cssText, type Workbench } from './workbench';

/** One visible row of a tree. */
export interface TreeRow {
  /** The label as it is shown. */
  readonly label: string;
  /** The grey text behind it; empty when there is none. */
  readonly description: string;
  /** The accessible name, which a screen reader speaks. */
  readonly name: string;
  /** Depth, from 1. */
  readonly level: number;
  /** undefined for a leaf. */
  readonly expanded: boolean | undefined;
}

/** A tree view in the side bar. VS Code renders only the rows in sight, so these are what a person sees. */
export class TreeView {
  constructor(
    private readonly workbench: Workbench,
    readonly title: string,
  ) {}

  private get pane(): Locator {
    const header = this.workbench.page.locator(`.pane-header[aria-label^="${cssText(this.title)}"]`);
    return this.workbench.page
      .locator('.split-view-view')
      .filter({ has: header })
      .locator('.pane')
      .filter({ has: header });
  }

  /** The row with this label (exact), or with an accessible name that begins with it. */
  row(label: string): Locator {
    const rows = this.pane.locator('[role=treeitem]');
    const byName = rows.and(this.workbench.page.locator(`[aria-label^="${cssText(label)}"]`));
    return byName.first();
  }

  /** All rows in sight, in order. */
  async rows(): Promise<TreeRow[]> {
    const rows = await this.pane.locator('[role=treeitem]').evaluateAll((items) =>
      items.map((item) => ({
        label: (item.querySelector('.label-name')?.textContent ?? '').trim(),
        description: (item.querySelector('.label-description')?.textContent ?? '').trim(),
        name: item.getAttribute('aria-label') ?? '',
        level: Number(item.getAttribute('aria-level') ?? '1'),
        expanded: item.getAttribute('aria-expanded'),
        index: Number(item.getAttribute('data-index') ?? '0'),
      })),
    );
    // The list recycles its elements: their order in the document is not the order on the screen.
    rows.sort((a, b) => a.index - b.index);
    return rows.map(({ index: _, expanded, ...row }) => ({
      ...row,
      expanded: expanded === null ? undefined : expanded === 'true',
    }));
  }

  /** Waits until a row satisfies the condition. */
  async waitForRow(what: string, condition: (row: TreeRow) => boolean, deadlineMs = 30_000): Promise<TreeRow> {
    let seen: TreeRow[] = [];
    return waitFor(
      `a row in "${this.title}": ${what}`,
      async () => {
        seen = await this.rows();
        return seen.find(condition);
      },
      { deadlineMs },
    ).catch((error) => {
      throw new Error(`${error.message}; shown: ${JSON.stringify(seen)}`);
    });
  }

  /** Text of the welcome view that is shown instead of rows; empty when there is none. */
  async welcome(): Promise<string> {
    return (await this.pane.locator('.welcome-view-content').allInnerTexts()).join('\n').trim();
  }

  /** Expands a row when it is collapsed: one input. */
  async expand(label: string): Promise<void> {
    const row = this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false')
      await this.workbench.click(row.locator('.monaco-tl-twistie'));
  }

  async click(label: string): Promise<void> {
    await this.workbench.click(this.row(label));
  }

  /** Names of a row's inline actions. */
  async inlineActions(label: string): Promise<string[]> {
    const row = this.row(label);
    await row.hover();
    return row
      .locator('.actions .action-label')
      .evaluateAll((all) => all.map((item) => item.getAttribute('aria-label') ?? ''));
  }

  /**
   * Waits until no row has changed for a second, as whoever reads before a click does; at most four, where an agent is
   * at work. While rows are fetched anew, VS Code gives commands of their menus no row: it forgets what is below a row
   * that changes until it has asked for it again.
   */
  private async atRest(): Promise<void> {
    const end = performance.now() + 4_000;
    let [shown, since] = ['', performance.now()];
    while (performance.now() < Math.min(end, since + 1_000)) {
      const now = JSON.stringify(await this.rows());
      if (now !== shown) [shown, since] = [now, performance.now()];
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Clicks an inline action by the beginning of its name: one input. */
  async inlineAction(label: string, action: string): Promise<void> {
    await this.atRest();
    const row = this.row(label);
    await row.hover();
    await this.workbench.click(row.locator(`.actions .action-label[aria-label^="${cssText(action)}"]`).first());
  }

  /**
   * Opens a row's context menu and chooses from it: two inputs. A menu closes by itself when what lies behind it moves
   * (a window that is still being put together): one that closed before it was clicked is opened again.
   */
  async contextMenu(label: string, entry: string): Promise<void> {
    const item = this.workbench.page.getByRole('menuitem', { name: entry, exact: true }).first();
    const before = this.workbench.inputs;
    let clicked = false;
    await this.atRest();
    await waitFor(
      `"${entry}" is chosen from the menu of "${label}"`,
      async () => {
        // A menu takes no click in its first moments, so that the one that opened it does not choose from it.
        if (await item.isVisible()) {
          await item.click({ timeout: 5_000 });
          clicked = true;
        } else if (!clicked) {
          await this.row(label).click({ button: 'right' });
          await item.waitFor({ timeout: 5_000 });
        }
        return clicked && !(await item.isVisible());
      },
      { deadlineMs: 60_000 },
    );
    this.workbench.inputs = before + 2;
  }

  /** Clicks an action in the title of the view: one input. */
  async titleAction(action: string): Promise<void> {
    const header = this.pane.locator('.pane-header');
    await header.hover();
    await this.workbench.click(header.locator(`.actions .action-label[aria-label^="${cssText(action)}"]`).first());
  }
}
