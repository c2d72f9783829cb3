import * as vscode from 'vscode';
import type { TaskRef } from '../../contract/plan';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { panelIds } from '../contributions';
import { SinglePanel } from '../panels/singlePanel';
import type { Repositories } from '../sessions/repositories';
import type { CostsPanel } from './costsPanel';

/** The window's panel `switchyard.costs`: at most one, restored after a reload. Its own code is loaded with it. */
export class CostsPanels extends DisposableBase {
  readonly #panel: SinglePanel<CostsPanel>;

  constructor(o: { extension: vscode.Uri; repositories: Repositories; log: Log }) {
    super();
    const { repositories, log } = o;
    const root = vscode.Uri.joinPath(o.extension, 'dist', 'webview');
    this.#panel = this._register(
      new SinglePanel({
        id: panelIds.costs,
        title: vscode.l10n.t('Costs'),
        root,
        make: async (panel, state) => {
          const core = await import('../core');
          return new core.CostsPanel({ panel, root, repositories, log, state });
        },
      }),
    );
  }

  /** Opens the panel, or brings it up; with the records of a task when one is named. */
  async open(o: { repository: string | null; task: TaskRef | null }): Promise<void> {
    const panel = await this.#panel.open();
    panel.show(o);
  }

  /** The panel, when it is open. */
  async current(): Promise<CostsPanel | null> {
    return this.#panel.current();
  }
}
