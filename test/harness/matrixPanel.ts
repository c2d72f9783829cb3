import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, FrameLocator, Locator } from 'playwright-core';
import { waitFor } from './waitFor';
import { cssText, type Workbench } from './workbench';

/** What a cell said, and when: milliseconds since the epoch, on the clock that files have too. */
export interface SaidByCell {
  readonly label: string;
  readonly at: number;
}

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Keeps what each cell says from now on, with its time. */
const record = `{
  window.noting?.disconnect();
  window.said = [];
  const note = (cell) => said.push({ label: cell.getAttribute('aria-label'), at: Date.now() });
  window.noting = new MutationObserver((all) => {
    for (const { type, target, addedNodes } of all) {
      if (type === 'attributes') note(target);
      for (const node of addedNodes) for (const cell of node.querySelectorAll?.('td[aria-label]') ?? []) note(cell);
    }
  });
  noting.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] });
}`;

/** The panel of the conflict matrix in a window of VS Code. */
export class MatrixPanel {
  constructor(readonly workbench: Workbench) {}

  /** Opens it as a person does, through the palette, and waits until it has something to show. */
  async open(): Promise<this> {
    await this.workbench.runCommand('Switchyard: Open Conflict Matrix');
    return this.ready();
  }

  /** Waits until the table, or what is said in its place, is there. */
  async ready(): Promise<this> {
    await this.document.locator('tbody td, .empty:not([hidden])').first().waitFor({ timeout: 60_000 });
    return this;
  }

  get document(): FrameLocator {
    return this.workbench.webview;
  }

  /** The cell of a row and a column, by its branches; `b` null: the base's. */
  cell(a: string, b: string | null): Locator {
    const column = b === null ? 'base' : `branch:${b}`;
    const name = b === null ? `${a} against ` : `${a} with ${b}: `;
    return this.document.locator(`td[data-column="${cssText(column)}"][aria-label^="${cssText(name)}"]`);
  }

  /** Waits until a cell says this; its label. */
  async waitForCell(a: string, b: string | null, says: RegExp, deadlineMs = 30_000): Promise<string> {
    let label: string | null = null;
    const found = waitFor(
      `the cell of ${a} and ${b ?? 'its base'} says ${says.source}`,
      async () => {
        label = await this.cell(a, b).getAttribute('aria-label', { timeout: 1_000 });
        return label !== null && says.test(label) && label;
      },
      { deadlineMs },
    );
    return found.catch((error) => {
      throw new Error(`${error.message}; it says: ${label}`);
    });
  }

  /** Names of the rows that are shown, in order, with the mark of uncommitted work. */
  rows(): Promise<string[]> {
    const heads = this.document.locator('tr.branch th');
    return heads.evaluateAll((all) => all.map((head) => head.getAttribute('aria-label') ?? ''));
  }

  /** The accessible name of what has the keyboard in the page; null: nothing in it has. */
  focused(): Promise<string | null> {
    return this.document.locator('body').evaluate((body) => {
      const page = body.ownerDocument;
      const active = page.activeElement;
      if (active === null || active === body) return null;
      return active.getAttribute('aria-label') ?? active.textContent;
    });
  }

  /** The page's frame, for what is run in it. */
  async frame(): Promise<Frame> {
    const handle = await this.document.locator('body').elementHandle();
    const frame = await handle?.ownerFrame();
    if (frame === null || frame === undefined) throw new Error('The panel has no frame any more.');
    return frame;
  }

  /** Keeps what cells say from now on, for `firstSaid`. */
  async record(): Promise<void> {
    await (await this.frame()).evaluate(record);
  }

  /** Waits until a cell said this after `record`; when that was first. */
  async firstSaid(a: string, b: string, says: RegExp, deadlineMs = 30_000): Promise<number> {
    const frame = await this.frame();
    const names = [`${a} with ${b}: `, `${b} with ${a}: `];
    let all: readonly SaidByCell[] = [];
    const found = waitFor(
      `the cell of ${a} and ${b} says ${says.source}`,
      async () => {
        all = await frame.evaluate<readonly SaidByCell[]>('said');
        return all.find(({ label }) => names.some((name) => label.startsWith(name)) && says.test(label));
      },
      { deadlineMs },
    );
    const { at } = await found.catch((error) => {
      throw new Error(`${error.message}; said: ${JSON.stringify(all)}`);
    });
    return at;
  }

  /** What an accessibility checker finds in the page, as far as it is serious. */
  async seriousFindings(): Promise<string[]> {
    const frame = await this.frame();
    await frame.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const findings = await frame.evaluate<readonly Finding[]>(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
    );
    return findings
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`);
  }
}
