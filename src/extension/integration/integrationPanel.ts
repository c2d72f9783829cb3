import * as vscode from 'vscode';
import { type Disposable, DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import type { FromPanel, PanelChecklist, PanelSnapshot, ToPanel } from '../../protocol/integration';
import type { HazardActions } from '../hazards/hazardActions';
import { showError } from '../messages';
import { panelPage } from '../panels/page';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine } from '../words';
import type { CellActions } from './cellActions';
import { emptyPanel, type PanelReason, remedyOf } from './emptyPanel';
import { matrixOf } from './matrixOf';
import { fromPanel, keptRepository } from './messages';
import { panelWords } from './panelWords';
import { panelChecklist } from './renderChecklist';
import { panelMatrix } from './renderModel';

/** What happens within this time is sent as one snapshot. */
const settleMs = 100;

export interface PanelParts {
  readonly panel: vscode.WebviewPanel;
  /** Folder of the panel's own files, the only one that it may load from. */
  readonly root: vscode.Uri;
  readonly repositories: Repositories;
  readonly actions: CellActions;
  readonly hazards: HazardActions;
  readonly log: Log;
  /** What the page kept over a reload of the window. */
  readonly state: unknown;
}

/** The host's half of the panel: sends complete snapshots of one repository's matrix, does what its page asks for. */
export class IntegrationPanel extends DisposableBase {
  readonly #panel: vscode.WebviewPanel;
  readonly #repositories: Repositories;
  readonly #actions: CellActions;
  readonly #hazards: HazardActions;
  readonly #log: Log;
  /** The page listens; a hidden page is gone, and says so anew when it is back. */
  #ready = false;
  #repository: string | null;
  #revealing: { readonly ref: string | null } | null = null;
  #refreshing = 0;
  #timer: NodeJS.Timeout | null = null;
  #watched: { readonly session: RepositorySession | null; readonly listener: Disposable } | null = null;

  constructor(parts: PanelParts) {
    super();
    this.#panel = parts.panel;
    this.#repositories = parts.repositories;
    this.#actions = parts.actions;
    this.#hazards = parts.hazards;
    this.#log = parts.log;
    this.#repository = keptRepository(parts.state);
    const { webview } = parts.panel;
    this._register(webview.onDidReceiveMessage((message: unknown) => this.#received(message)));
    this._register(parts.panel.onDidChangeViewState(() => this.#visibilityChanged()));
    this._register(parts.panel.onDidDispose(() => this.dispose()));
    this._register(this.#repositories.onDidChange(() => this.#soon()));
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this._register({ dispose: () => this.#watched?.listener.dispose() });
    webview.options = { enableScripts: true, localResourceRoots: [parts.root] };
    webview.html = page(webview, parts.root);
  }

  /** Takes the panel from the window. `dispose` leaves it there: it is to come back after a reload. */
  close(): void {
    this.#panel.dispose();
  }

  /** Brings the panel up with the keyboard in its table: on a branch's row when one is named. */
  show(o: { repository: string | null; ref: string | null }): void {
    if (o.repository !== null) this.#repository = o.repository;
    this.#revealing = { ref: o.ref };
    this.#panel.reveal(undefined, false);
    this.#soon();
  }

  /** Looks at everything in the shown repository anew. */
  async refresh(): Promise<void> {
    const view = matrixOf(this.#session());
    if (view === null) return;
    this.#refreshing += 1;
    this.#soon();
    try {
      await view.refresh();
    } finally {
      this.#refreshing -= 1;
      this.#soon();
    }
  }

  #session(): RepositorySession | null {
    const { all } = this.#repositories;
    return (this.#repository === null ? null : this.#repositories.get(this.#repository)) ?? all[0] ?? null;
  }

  #visibilityChanged(): void {
    if (!this.#panel.visible) this.#ready = false;
  }

  /** Several changes are sent at once; nothing is sent to a page that does not listen. */
  #soon(): void {
    if (this.disposed || !this.#ready) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#send();
    }, settleMs);
  }

  #send(): void {
    if (this.disposed || !this.#ready) return;
    const session = this.#session();
    this.#watch(session);
    this.#post({ kind: 'snapshot', snapshot: this.#snapshot(session) });
    if (this.#revealing !== null && matrixOf(session)?.state != null) {
      this.#post({ kind: 'reveal', ref: this.#revealing.ref });
      this.#revealing = null;
    }
  }

  #post(message: ToPanel): void {
    void this.#panel.webview.postMessage(message);
  }

  #watch(session: RepositorySession | null): void {
    if (this.#watched !== null && this.#watched.session === session) return;
    this.#watched?.listener.dispose();
    const listeners = [session?.matrix, session?.checklists].flatMap(
      (each) => each?.onDidChange(() => this.#soon()) ?? [],
    );
    this.#watched = { session, listener: vscode.Disposable.from(...listeners) };
  }

  #snapshot(session: RepositorySession | null): PanelSnapshot {
    const reason = this.#emptiness(session);
    const state = matrixOf(session)?.state ?? null;
    return {
      now: new Date().toISOString(),
      repositories: this.#repositories.all.map(({ id, repository }) => ({ id, name: oneLine(repository.layout.name) })),
      repository: session?.id ?? null,
      busy: this.#refreshing > 0,
      empty: reason === null ? null : emptyPanel(reason),
      matrix:
        session === null || state === null || reason !== null
          ? null
          : panelMatrix({ json: state.json, rows: session.rows, plans: planTitles(session) }, vscode.l10n.t),
      checklists: session === null || reason !== null ? [] : checklistsOf(session),
    };
  }

  #emptiness(session: RepositorySession | null): PanelReason | null {
    if (session === null) return this.#repositories.emptiness;
    const state = matrixOf(session)?.state ?? null;
    if (state === null) return 'not computed';
    return state.json.branches.length < 2 ? 'fewer than two' : null;
  }

  #received(message: unknown): void {
    const said = fromPanel(message);
    if (said === null) {
      this.#log.warn('The integration panel sent a message that is none of its own; nothing was done.');
      return;
    }
    this.#answer(said).catch((error: unknown) => showError(error, this.#log));
  }

  async #answer(said: FromPanel): Promise<void> {
    switch (said.kind) {
      case 'ready':
        this.#ready = true;
        this.#send();
        return;
      case 'refresh':
        return this.refresh();
      case 'chooseRepository':
        this.#repository = said.repository;
        this.#send();
        return;
      case 'remedy': {
        const reason = this.#emptiness(this.#session());
        await (reason === null ? null : remedyOf(reason))?.run();
        return;
      }
      case 'cellAction':
        return this.#act(said);
      case 'hazardAction':
        return this.#hazards[said.action]({ repository: said.repository, id: said.hazard });
      case 'answerItem': {
        const session = this.#repositories.get(said.repository);
        if (session === null)
          throw new Error(vscode.l10n.t('That repository is not open any more: nothing was answered.'));
        return session.checklists.answer(said.plan, said.item, said.verdict, said.note);
      }
    }
  }

  async #act({ action, repository, a, b, file }: Extract<FromPanel, { kind: 'cellAction' }>): Promise<void> {
    const cell = { repository, a, b };
    if (action === 'openFile' || action === 'previewResult') {
      if (file === null) return;
      await this.#actions[action](cell, { path: file.path, pathBytes: file.pathBytes ?? undefined });
    } else {
      await this.#actions[action](cell);
    }
  }
}

/** In the order of the plans. */
function checklistsOf(session: RepositorySession): PanelChecklist[] {
  const titles = new Map(planTitles(session).map(({ id, title }) => [id, title]));
  const names = { hazards: matrixOf(session)?.state?.json.hazards ?? [], rows: session.rows };
  return session.checklists.all.map((each) =>
    panelChecklist(each, titles.get(each.plan) ?? null, names, vscode.l10n.t),
  );
}

function planTitles(session: RepositorySession): { id: string; title: string | null }[] {
  return session.plans.map(({ id, fields }) => ({ id, title: fields.title ?? null }));
}

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  return panelPage({
    script: file('integration.js'),
    style: file('integration.css'),
    source: webview.cspSource,
    language: vscode.env.language,
    title: vscode.l10n.t('Integration'),
    words: panelWords(vscode.l10n.t),
  });
}
