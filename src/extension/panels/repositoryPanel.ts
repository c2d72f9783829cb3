import * as vscode from 'vscode';
import { type Disposable, DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import type { PanelFrame } from '../../protocol/panel';
import { showError } from '../messages';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine } from '../words';
import { panelPage } from './page';

/** What happens within this time is sent as one snapshot. */
const settleMs = 100;

export interface RepositoryPanelParts {
  readonly panel: vscode.WebviewPanel;
  /** Folder of the panels' own files, the only one that they may load from. */
  readonly root: vscode.Uri;
  readonly repositories: Repositories;
  readonly log: Log;
  /** What the page kept over a reload of the window. */
  readonly state: unknown;
}

/** The page of one kind of panel. */
interface Page {
  /** Of its script and its style sheet, without their extensions. */
  readonly file: string;
  readonly title: string;
  readonly words: unknown;
}

/**
 * The host's half of a panel that shows one repository of the window: when its page is told something, and what all
 * such pages are told. What it shows, and what it does for its page, is up to each.
 */
export abstract class RepositoryPanel<To, From extends { readonly kind: string }> extends DisposableBase {
  protected readonly repositories: Repositories;
  readonly #panel: vscode.WebviewPanel;
  readonly #log: Log;
  /** The page listens; a hidden page is gone, and says so anew when it is back. */
  #ready = false;
  #refreshing = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending = false;
  #again = false;
  #watched: { readonly session: RepositorySession | null; readonly listener: Disposable } | null = null;

  /** @param chosen the repository that was shown when the page was made last; null: any */
  protected constructor(
    parts: RepositoryPanelParts,
    page: Page,
    protected chosen: string | null,
  ) {
    super();
    this.#panel = parts.panel;
    this.repositories = parts.repositories;
    this.#log = parts.log;
    const { webview } = parts.panel;
    this._register(webview.onDidReceiveMessage((message: unknown) => this.#received(message)));
    this._register(parts.panel.onDidChangeViewState(() => this.#visibilityChanged()));
    this._register(parts.panel.onDidDispose(() => this.dispose()));
    this._register(this.repositories.onDidChange(() => this.soon()));
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this._register({ dispose: () => this.#watched?.listener.dispose() });
    webview.options = { enableScripts: true, localResourceRoots: [parts.root] };
    webview.html = html(webview, parts.root, page);
  }

  /** What the page said; null: nothing that a page of this kind says. */
  protected abstract read(message: unknown): From | null;

  /** Does what the page asks for. */
  protected abstract answer(said: Exclude<From, { readonly kind: 'ready' }>): Promise<void>;

  /** Tells of changes in what is shown of this repository. */
  protected abstract changesOf(session: RepositorySession): readonly vscode.Event<void>[];

  /** Sends all that there is to see; looks at `listens` after each wait. */
  protected abstract sendAll(session: RepositorySession | null): Promise<void> | void;

  /** Takes the panel from the window. `dispose` leaves it there: it is to come back after a reload. */
  close(): void {
    this.#panel.dispose();
  }

  /** The repository that is shown: the chosen one, or the first when that is not open. */
  protected get session(): RepositorySession | null {
    const { all } = this.repositories;
    return (this.chosen === null ? null : this.repositories.get(this.chosen)) ?? all[0] ?? null;
  }

  protected get listens(): boolean {
    return this.#ready && !this.disposed;
  }

  /** Brings the panel up, with the keyboard in it. */
  protected reveal(): void {
    this.#panel.reveal(undefined, false);
    this.soon();
  }

  protected post(message: To): void {
    void this.#panel.webview.postMessage(message);
  }

  protected frame(session: RepositorySession | null, empty: PanelFrame['empty']): PanelFrame {
    return {
      now: new Date().toISOString(),
      repositories: this.repositories.all.map(({ id, repository }) => ({ id, name: oneLine(repository.layout.name) })),
      repository: session?.id ?? null,
      busy: this.#refreshing > 0,
      empty,
    };
  }

  /** Has the page say that a look is on its way as long as it is. */
  protected async busyWhile(look: () => Promise<void>): Promise<void> {
    this.#refreshing += 1;
    this.soon();
    try {
      await look();
    } finally {
      this.#refreshing -= 1;
      this.soon();
    }
  }

  /** Several changes are sent at once; nothing is sent to a page that does not listen. */
  protected soon(): void {
    if (!this.listens) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.send().catch((error: unknown) => this.#log.error(`A panel could not show what there is: ${String(error)}`));
    }, settleMs);
  }

  /** Sends at once, one snapshot after the other; what changes meanwhile is sent after it. */
  protected async send(): Promise<void> {
    this.#again = true;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#again && this.listens) {
        this.#again = false;
        const { session } = this;
        this.#watch(session);
        await this.sendAll(session);
      }
    } finally {
      this.#sending = false;
    }
  }

  #visibilityChanged(): void {
    if (!this.#panel.visible) this.#ready = false;
  }

  #watch(session: RepositorySession | null): void {
    if (this.#watched !== null && this.#watched.session === session) return;
    this.#watched?.listener.dispose();
    const events = session === null ? [] : this.changesOf(session);
    this.#watched = { session, listener: vscode.Disposable.from(...events.map((event) => event(() => this.soon()))) };
  }

  #received(message: unknown): void {
    const said = this.read(message);
    if (said === null) {
      this.#log.warn(`The panel ${this.#panel.viewType} was sent a message that is none of its own; nothing was done.`);
      return;
    }
    this.#answered(said).catch((error: unknown) => showError(error, this.#log));
  }

  async #answered(said: From): Promise<void> {
    if (said.kind !== 'ready') return this.answer(said as Exclude<From, { readonly kind: 'ready' }>);
    this.#ready = true;
    return this.send();
  }
}

function html(webview: vscode.Webview, root: vscode.Uri, { file, title, words }: Page): string {
  const address = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  return panelPage({
    script: address(`${file}.js`),
    style: address(`${file}.css`),
    source: webview.cspSource,
    language: vscode.env.language,
    title,
    words,
  });
}
