import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { panelIds } from '../contributions';
import type { HazardActions } from '../hazards/hazardActions';
import { SinglePanel } from '../panels/singlePanel';
import type { Repositories } from '../sessions/repositories';
import type { CellActions } from './cellActions';
import type { IntegrationPanel } from './integrationPanel';

/** The window's panel `switchyard.integration`: at most one, restored after a reload. Its own code is loaded with it. */
export class IntegrationPanels extends DisposableBase {
  readonly #panel: SinglePanel<IntegrationPanel>;

  constructor(o: {
    extension: vscode.Uri;
    repositories: Repositories;
    actions: CellActions;
    hazards: HazardActions;
    log: Log;
  }) {
    super();
    const { repositories, actions, hazards, log } = o;
    const root = vscode.Uri.joinPath(o.extension, 'dist', 'webview');
    this.#panel = this._register(
      new SinglePanel({
        id: panelIds.integration,
        title: vscode.l10n.t('Integration'),
        root,
        make: async (panel, state) => {
          const core = await import('../core');
          return new core.IntegrationPanel({ panel, root, repositories, actions, hazards, log, state });
        },
      }),
    );
  }

  /** Opens the panel, or brings it up; on a branch's row when one is named. */
  async open(o: { repository: string | null; ref: string | null }): Promise<void> {
    const panel = await this.#panel.open();
    panel.show(o);
  }

  /** The panel, when it is open. */
  async current(): Promise<IntegrationPanel | null> {
    return this.#panel.current();
  }
}
