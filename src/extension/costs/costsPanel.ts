import * as vscode from 'vscode';
import type { TaskRef } from '../../contract/plan';
import { type Disposable, DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { refName } from '../../core/tasks/context';
import type { CostState } from '../../core/tasks/usage/parts';
import { totalOf } from '../../core/usage/sums';
import {
  type CostsAction,
  type CostsData,
  type CostsRecords,
  type CostsSnapshot,
  type CostsView,
  type FromCosts,
  firstCostsView,
  type ToCosts,
} from '../../protocol/costs';
import { commandIds } from '../contributions';
import { showError } from '../messages';
import { panelPage } from '../panels/page';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine } from '../words';
import { ofFigure, within } from './costFilter';
import { CostsFindings } from './costsFindings';
import { fromCosts, keptCosts } from './costsPanelMessages';
import { costsWords } from './costsPanelWords';
import { RecordsOfFigure } from './costsRecords';
import { type CostsReason, costsReason, costsRemedy, emptyCosts } from './emptyCosts';
import { openRecord } from './openRecord';
import { renderSteps, todayOf, typeLookup } from './renderCosts';

/** What happens within this time is sent as one snapshot. */
const settleMs = 100;

export interface CostsPanelParts {
  readonly panel: vscode.WebviewPanel;
  /** Folder of the panels' own files, the only one that they may load from. */
  readonly root: vscode.Uri;
  readonly repositories: Repositories;
  readonly log: Log;
  /** What the page kept over a reload of the window. */
  readonly state: unknown;
}

/** The host's half of the panel: sends what its reader looks at of one repository's cost, does what its page asks for. */
export class CostsPanel extends DisposableBase {
  readonly #panel: vscode.WebviewPanel;
  readonly #repositories: Repositories;
  readonly #log: Log;
  readonly #records: RecordsOfFigure;
  readonly #findings: CostsFindings;
  /** The page listens; a hidden page is gone, and says so anew when it is back. */
  #ready = false;
  #repository: string | null;
  #view: CostsView;
  /** The page is to look at this: it has not heard of it yet. */
  #telling = false;
  #focusing = false;
  #refreshing = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending = false;
  #again = false;
  #watched: { readonly session: RepositorySession | null; readonly listener: Disposable } | null = null;
  #sent: CostsData | null = null;

  constructor(parts: CostsPanelParts) {
    super();
    this.#panel = parts.panel;
    this.#repositories = parts.repositories;
    this.#log = parts.log;
    const { repository, view } = keptCosts(parts.state);
    this.#repository = repository;
    this.#view = view ?? firstCostsView;
    this.#records = this._register(new RecordsOfFigure(() => this.#soon()));
    this.#findings = new CostsFindings(() => this.#soon());
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

  /** Brings the panel up with the keyboard in it: with a task's records when one is named. */
  show(o: { repository: string | null; task: TaskRef | null }): void {
    if (o.repository !== null) this.#repository = o.repository;
    if (o.task !== null) {
      const figure = { task: refName(o.task) };
      this.#view = { ...this.#view, by: 'task', period: 'all', plan: null, sort: firstCostsView.sort, figure };
      this.#telling = true;
    }
    this.#focusing = true;
    this.#panel.reveal(undefined, false);
    this.#soon();
  }

  /** Has all records looked at now. */
  async refresh(): Promise<void> {
    const session = this.shown.session;
    if (session === null) return;
    this.#findings.forget();
    this.#refreshing += 1;
    this.#soon();
    try {
      await session.costs.refresh();
    } finally {
      this.#refreshing -= 1;
      this.#soon();
    }
  }

  /** What its reader looks at. */
  get shown(): { readonly session: RepositorySession | null; readonly view: CostsView } {
    const { all } = this.#repositories;
    const chosen = this.#repository === null ? null : this.#repositories.get(this.#repository);
    return { session: chosen ?? all[0] ?? null, view: this.#view };
  }

  #visibilityChanged(): void {
    if (!this.#panel.visible) this.#ready = false;
  }

  /** Several changes are sent at once; nothing is sent to a page that does not listen. */
  #soon(): void {
    if (this.disposed || !this.#ready) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#send().catch((error: unknown) => this.#log.error(`The costs could not be shown: ${String(error)}`));
    }, settleMs);
  }

  /** One at a time; what changes meanwhile is sent after it. */
  async #send(): Promise<void> {
    this.#again = true;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#again && this.#ready && !this.disposed) {
        this.#again = false;
        await this.#sendOnce();
      }
    } finally {
      this.#sending = false;
    }
  }

  async #sendOnce(): Promise<void> {
    const { session } = this.shown;
    this.#watch(session);
    const telling = this.#telling;
    const snapshot = await this.#snapshot(session);
    if (this.disposed || !this.#ready) return;
    this.#sent = snapshot.costs;
    if (telling) this.#post({ kind: 'look', view: this.#view });
    this.#post({ kind: 'snapshot', snapshot });
    if (this.#focusing && snapshot.costs !== null) this.#post({ kind: 'focus' });
    if (snapshot.costs !== null) this.#focusing = false;
    if (telling) this.#telling = false;
  }

  #post(message: ToCosts): void {
    void this.#panel.webview.postMessage(message);
  }

  #watch(session: RepositorySession | null): void {
    if (this.#watched !== null && this.#watched.session === session) return;
    this.#watched?.listener.dispose();
    const changed = () => this.#soon();
    const listeners = session === null ? [] : [session.costs.onDidChange(changed), session.onDidChangePlans(changed)];
    this.#watched = { session, listener: vscode.Disposable.from(...listeners) };
  }

  #reason(session: RepositorySession | null): CostsReason | null {
    if (session === null) return { kind: 'no repository', emptiness: this.#repositories.emptiness };
    return costsReason(session.costs.state);
  }

  async #snapshot(session: RepositorySession | null): Promise<CostsSnapshot> {
    const reason = this.#reason(session);
    const state = session?.costs.state ?? null;
    return {
      now: new Date().toISOString(),
      repositories: this.#repositories.all.map(({ id, repository }) => ({ id, name: oneLine(repository.layout.name) })),
      repository: session?.id ?? null,
      busy: this.#refreshing > 0,
      empty: reason === null ? null : emptyCosts(reason),
      costs: session === null || state === null || reason !== null ? null : await this.#costs(session, state),
    };
  }

  async #costs(session: RepositorySession, state: CostState): Promise<CostsData> {
    const now = new Date();
    const facts = {
      ...{ state, now, typeOf: typeLookup(state) },
      plans: session.plans.map(({ id, fields }) => ({ id, title: fields.title ?? null })),
      titles: new Map(session.rows.flatMap((row) => (row.title === '' ? [] : [[refName(row), row.title]]))),
      ...this.#findings.of(session, state, now),
    };
    const steps = renderSteps({ ...facts, records: this.#recordsOf(session, state, now) }, this.#view);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      await new Promise((next) => setImmediate(next));
    }
  }

  #recordsOf(session: RepositorySession, state: CostState, now: Date): CostsRecords | null {
    const { figure } = this.#view;
    if (figure === null) {
      this.#records.close();
      return null;
    }
    const naming = { typeOf: typeLookup(state) };
    const view = this.#view;
    const buckets = ofFigure(within(state.usage.buckets, view, todayOf({ state, now })), figure, naming);
    const answers = buckets.reduce((sum, each) => sum + each.answers, 0);
    const { tokens, usd, atLeast, sessions } = totalOf(buckets);
    return this.#records.show({ session, view, figure, buckets, sum: { tokens, usd, atLeast, sessions, answers } });
  }

  #received(message: unknown): void {
    const said = fromCosts(message);
    if (said === null) {
      this.#log.warn('The costs panel sent a message that is none of its own; nothing was done.');
      return;
    }
    this.#answer(said).catch((error: unknown) => showError(error, this.#log));
  }

  async #answer(said: FromCosts): Promise<void> {
    switch (said.kind) {
      case 'ready':
        this.#ready = true;
        return this.#send();
      case 'view':
        // What the page kept is older than what it is about to be told.
        if (this.#telling) return;
        this.#view = said.view;
        return this.#send();
      case 'refresh':
        return this.refresh();
      case 'chooseRepository':
        this.#repository = said.repository;
        this.#view = { ...this.#view, plan: null, figure: null };
        this.#telling = true;
        return this.#send();
      case 'remedy': {
        const reason = this.#reason(this.shown.session);
        await (reason === null ? null : costsRemedy(reason))?.run();
        return;
      }
      case 'action':
        await vscode.commands.executeCommand(actionCommands[said.action]);
        return;
      case 'openFile':
        return this.#openFile(said);
    }
  }

  /** Only what the page was sent: it names files, it does not choose them. */
  async #openFile({ file, line }: { readonly file: string; readonly line: number | null }): Promise<void> {
    const named = [...(this.#sent?.skipped ?? []), ...(this.#sent?.records?.list ?? [])];
    const found = named.find((each) => each.file === file && each.line === line);
    if (found === undefined) throw new Error(vscode.l10n.t('That record is not shown any more: look again.'));
    await openRecord(file, line);
  }
}

const actionCommands: Readonly<Record<CostsAction, string>> = {
  export: commandIds.exportCosts,
  refreshPrices: commandIds.refreshPrices,
  setBudget: commandIds.setBudget,
};

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  return panelPage({
    script: file('costs.js'),
    style: file('costs.css'),
    source: webview.cspSource,
    language: vscode.env.language,
    title: vscode.l10n.t('Costs'),
    words: costsWords(vscode.l10n.t),
  });
}
