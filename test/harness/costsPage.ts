import type { Browser } from 'playwright-core';
import { costsWords } from '../../src/extension/costs/costsPanelWords';
import type { CostsPageState, CostsSnapshot, FromCosts, ToCosts } from '../../src/protocol/costs';
import { t } from '../unit/extension/rows';
import { loadWebviewPage, startWebviewPage, WebviewPage, type WebviewPageOptions } from './webviewPage';

/** The page of `switchyard.costs` in a browser. */
export class CostsPanelPage extends WebviewPage<FromCosts, ToCosts, CostsPageState> {
  /** Sends a snapshot, and waits until all of what is seen is drawn. */
  async show(snapshot: CostsSnapshot): Promise<void> {
    await this.send({ kind: 'snapshot', snapshot });
    await this.page.locator(snapshot.costs === null ? '.empty:not([hidden])' : '.total .figure').waitFor();
    await this.drawn();
  }
}

/** Opens the panel's page; it has said `ready` when this resolves. */
export async function openCostsPage(browser: Browser, o: WebviewPageOptions = {}): Promise<CostsPanelPage> {
  const kind = { name: 'costs', title: 'Costs', words: costsWords(t) };
  const panel = new CostsPanelPage(await loadWebviewPage(browser, kind, o), 'costs');
  await startWebviewPage(panel.page);
  return panel;
}
