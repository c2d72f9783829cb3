import type { Locator } from 'playwright-core';
import { waitFor } from './waitFor';
import { cssText, type Workbench } from './workbench';

/** One row with a check box. */
export interface TickRow {
  /** What a screen reader speaks: label, description, detail. */
  readonly name: string;
  readonly ticked: boolean;
}

/** The quick pick of several that is open. */
export class PickMany {
  constructor(private readonly workbench: Workbench) {}

  private get widget(): Locator {
    return this.workbench.page.locator('.quick-input-widget:visible');
  }

  private get items(): Locator {
    return this.widget.locator('.quick-input-list .monaco-list-row[role=checkbox]');
  }

  /** Waits until one with this title is open. */
  async opened(title: string): Promise<this> {
    const shown = this.widget.locator('.quick-input-title', { hasText: title });
    await shown.waitFor({ timeout: 60_000 }).catch(async (error) => {
      const said = await this.workbench.notifications();
      throw new Error(`${error.message}; notifications: ${JSON.stringify(said)}`);
    });
    await this.items.first().waitFor();
    return this;
  }

  /** The rows in sight, in order. */
  async rows(): Promise<TickRow[]> {
    const rows = await this.items.evaluateAll((all) =>
      all.map((row) => ({
        name: row.getAttribute('aria-label') ?? '',
        ticked: row.getAttribute('aria-checked') === 'true',
        index: Number(row.getAttribute('data-index') ?? '0'),
      })),
    );
    return rows.sort((a, b) => a.index - b.index).map(({ name, ticked }) => ({ name, ticked }));
  }

  /** Clicks a row by the beginning of its name (one input) and waits until its tick is the other one. */
  async toggle(name: string): Promise<void> {
    const row = this.items.and(this.workbench.page.locator(`[aria-label^="${cssText(name)}"]`)).first();
    const before = await row.getAttribute('aria-checked');
    await this.workbench.click(row);
    await waitFor(`"${name}" changes`, async () => (await row.getAttribute('aria-checked')) !== before);
  }

  /** Presses OK: one input. */
  async accept(): Promise<void> {
    await this.workbench.click(this.widget.getByRole('button', { name: 'OK', exact: true }));
    await this.widget.waitFor({ state: 'hidden' });
  }
}
