import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { panelIds } from '../contributions';
import type { HazardActions } from '../hazards/hazardActions';
import type { Repositories } from '../sessions/repositories';
import type { CellActions } from './cellActions';
import type { IntegrationPanel } from './integrationPanel';

/** The window's panel `switchyard.integration`: at most one, restored after a reload. Its own code is loaded with it. */
export class IntegrationPanels extends DisposableBase {
  readonly #root: vscode.Uri;
  readonly #repositories: Repositories;
  readonly #actions: CellActions;
  readonly #hazards: HazardActions;
  readonly #log: Log;
  #current: Promise<IntegrationPanel> | null = null;

  constructor(o: {
    extension: vscode.Uri;
    repositories: Repositories;
    actions: CellActions;
    hazards: HazardActions;
    log: Log;
  }) {
    super();
    this.#root = vscode.Uri.joinPath(o.extension, 'dist', 'webview');
    this.#repositories = o.repositories;
    this.#actions = o.actions;
    this.#hazards = o.hazards;
    this.#log = o.log;
    this._register({ dispose: () => void this.#current?.then((panel) => panel.dispose()) });
    this._register(
      vscode.window.registerWebviewPanelSerializer(panelIds.integration, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          await this.#take(panel, state);
        },
      }),
    );
  }

  /** Opens the panel, or brings it up; on a branch's row when one is named. */
  async open(o: { repository: string | null; ref: string | null }): Promise<void> {
    const panel = await (this.#current ?? this.#take(this.#create(), null));
    panel.show(o);
  }

  /** The panel, when it is open. */
  async current(): Promise<IntegrationPanel | null> {
    return this.#current;
  }

  #create(): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(
      panelIds.integration,
      vscode.l10n.t('Integration'),
      vscode.ViewColumn.Active,
      { enableScripts: true, localResourceRoots: [this.#root] },
    );
  }

  /** @param state what the page kept, for one that VS Code has brought back */
  #take(panel: vscode.WebviewPanel, state: unknown): Promise<IntegrationPanel> {
    // A command may have opened one before VS Code brought the old one back.
    const before = this.#current;
    const made = this.#make(panel, state);
    this.#current = made;
    void before?.then((old) => old.close());
    panel.onDidDispose(() => {
      if (this.#current === made) this.#current = null;
    });
    return made;
  }

  async #make(panel: vscode.WebviewPanel, state: unknown): Promise<IntegrationPanel> {
    const core = await import('../core');
    return new core.IntegrationPanel({
      panel,
      root: this.#root,
      repositories: this.#repositories,
      actions: this.#actions,
      hazards: this.#hazards,
      log: this.#log,
      state,
    });
  }
}
