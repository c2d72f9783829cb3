import * as vscode from 'vscode';
import { type Disposable, DisposableBase } from '../../core/disposable';

/** The host's half of a panel, as far as its window is concerned. */
export interface OpenPanel extends Disposable {
  /** Takes the panel from the window. `dispose` leaves it there: it is to come back after a reload. */
  close(): void;
}

export interface PanelKind<P extends OpenPanel> {
  readonly id: string;
  readonly title: string;
  /** Folder of the panels' own files, the only one that they may load from. */
  readonly root: vscode.Uri;
  /** @param state what the page kept, for one that VS Code has brought back */
  make(panel: vscode.WebviewPanel, state: unknown): Promise<P>;
}

/** At most one panel of a kind in a window, restored after a reload. */
export class SinglePanel<P extends OpenPanel> extends DisposableBase {
  readonly #kind: PanelKind<P>;
  #current: Promise<P> | null = null;

  constructor(kind: PanelKind<P>) {
    super();
    this.#kind = kind;
    this._register({ dispose: () => void this.#current?.then((panel) => panel.dispose()) });
    this._register(
      vscode.window.registerWebviewPanelSerializer(kind.id, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          await this.#take(panel, state);
        },
      }),
    );
  }

  /** The panel; made when it is not open. */
  async open(): Promise<P> {
    return this.#current ?? this.#take(this.#create(), null);
  }

  /** The panel, when it is open. */
  async current(): Promise<P | null> {
    return this.#current;
  }

  #create(): vscode.WebviewPanel {
    const { id, title, root } = this.#kind;
    const options = { enableScripts: true, localResourceRoots: [root] };
    return vscode.window.createWebviewPanel(id, title, vscode.ViewColumn.Active, options);
  }

  #take(panel: vscode.WebviewPanel, state: unknown): Promise<P> {
    // A command may have opened one before VS Code brought the old one back.
    const before = this.#current;
    const made = this.#kind.make(panel, state);
    this.#current = made;
    void before?.then((old) => old.close());
    panel.onDidDispose(() => {
      if (this.#current === made) this.#current = null;
    });
    return made;
  }
}
