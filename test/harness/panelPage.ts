import type { Browser } from 'playwright-core';
import type { ConflictsJson } from '../../src/contract/conflicts';
import { panelWords } from '../../src/extension/integration/panelWords';
import { type MatrixFacts, panelMatrix } from '../../src/extension/integration/renderModel';
import type { FromPanel, PanelSnapshot, PanelState, ToPanel } from '../../src/protocol/integration';
import { t } from '../unit/extension/rows';
import { loadWebviewPage, startWebviewPage, WebviewPage, type WebviewPageOptions } from './webviewPage';

/** What the panel gets of a matrix, through the host's own code. */
export function snapshotOf(
  json: ConflictsJson | null,
  changes: Partial<PanelSnapshot & MatrixFacts> = {},
): PanelSnapshot {
  const { rows = [], plans = [], ...rest } = changes;
  return {
    now: json?.generatedAt ?? new Date().toISOString(),
    repositories: [{ id: '/repo/.git', name: 'repo' }],
    repository: '/repo/.git',
    busy: false,
    empty: null,
    matrix: json === null ? null : panelMatrix({ json, rows, plans }, t),
    checklists: [],
    ...rest,
  };
}

/** The page of `switchyard.integration` in a browser. */
export class PanelPage extends WebviewPage<FromPanel, ToPanel, PanelState> {
  /** Sends a snapshot, and waits until all of what is seen is drawn. */
  async show(snapshot: PanelSnapshot): Promise<void> {
    await this.send({ kind: 'snapshot', snapshot });
    await this.page
      .locator(snapshot.matrix === null ? '.empty:not([hidden])' : 'tbody td')
      .first()
      .waitFor();
    await this.drawn();
  }

  override async drawn(): Promise<void> {
    await super.drawn();
    await this.page.locator('table:not([aria-busy])').waitFor({ state: 'attached' });
  }
}

/** Opens the panel's page; it has said `ready` when this resolves. */
export async function openPanelPage(browser: Browser, o: WebviewPageOptions = {}): Promise<PanelPage> {
  const kind = { name: 'integration', title: 'Integration', words: panelWords(t) };
  const panel = new PanelPage(await loadWebviewPage(browser, kind, o), 'panel');
  await startWebviewPage(panel.page);
  return panel;
}
