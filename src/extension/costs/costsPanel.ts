import * as vscode from 'vscode';
import type { TaskRef } from '../../contract/plan';
import { refName } from '../../core/tasks/refs';
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
import { RepositoryPanel, type RepositoryPanelParts } from '../panels/repositoryPanel';
import type { RepositorySession } from '../sessions/repositorySession';
import { ofFigure, within } from './costFilter';
import { CostsFindings } from './costsFindings';
import { fromCosts, keptCosts } from './costsPanelMessages';
import { costsWords } from './costsPanelWords';
import { RecordsOfFigure } from './costsRecords';
import { type CostsReason, costsReason, costsRemedy, emptyCosts } from './emptyCosts';
import { openRecord } from './openRecord';
import { renderSteps, todayOf, typeLookup } from './renderCosts';

/** The host's half of the panel: sends what its reader looks at of one repository's cost, does what its page asks for. */
export class CostsPanel extends RepositoryPanel<ToCosts, FromCosts> {
  readonly #records: RecordsOfFigure;
  readonly #findings: CostsFindings;
  #view: CostsView;
  /** The page is to look at this: it has not heard of it yet. */
  #telling = false;
  #focusing = false;
  #sent: CostsData | null = null;

  constructor(parts: RepositoryPanelParts) {
    const { repository, view } = keptCosts(parts.state);
    super(parts, { file: 'costs', title: vscode.l10n.t('Costs'), words: costsWords(vscode.l10n.t) }, repository);
    this.#view = view ?? firstCostsView;
    this.#records = this._register(new RecordsOfFigure(() => this.soon()));
    this.#findings = new CostsFindings(() => this.soon());
  }

  /** Brings the panel up with the keyboard in it: with a task's records when one is named. */
  show(o: { repository: string | null; task: TaskRef | null }): void {
    if (o.repository !== null) this.chosen = o.repository;
    if (o.task !== null) {
      const figure = { task: refName(o.task) };
      this.#view = { ...this.#view, by: 'task', period: 'all', plan: null, sort: firstCostsView.sort, figure };
      this.#telling = true;
    }
    this.#focusing = true;
    this.reveal();
  }

  /** Has all records looked at now. */
  async refresh(): Promise<void> {
    const { session } = this;
    if (session === null) return;
    this.#findings.forget();
    await this.busyWhile(() => session.costs.refresh());
  }

  /** What its reader looks at. */
  get shown(): { readonly session: RepositorySession | null; readonly view: CostsView } {
    return { session: this.session, view: this.#view };
  }

  protected override read(message: unknown): FromCosts | null {
    return fromCosts(message);
  }

  protected override changesOf(session: RepositorySession): readonly vscode.Event<void>[] {
    return [session.costs.onDidChange, session.onDidChangePlans];
  }

  protected override async sendAll(session: RepositorySession | null): Promise<void> {
    const telling = this.#telling;
    const snapshot = await this.#snapshot(session);
    if (!this.listens) return;
    this.#sent = snapshot.costs;
    if (telling) this.post({ kind: 'look', view: this.#view });
    this.post({ kind: 'snapshot', snapshot });
    if (this.#focusing && snapshot.costs !== null) this.post({ kind: 'focus' });
    if (snapshot.costs !== null) this.#focusing = false;
    if (telling) this.#telling = false;
  }

  #reason(session: RepositorySession | null): CostsReason | null {
    if (session === null) return { kind: 'no repository', emptiness: this.repositories.emptiness };
    return costsReason(session.costs.state);
  }

  async #snapshot(session: RepositorySession | null): Promise<CostsSnapshot> {
    const reason = this.#reason(session);
    const state = session?.costs.state ?? null;
    return {
      ...this.frame(session, reason === null ? null : emptyCosts(reason)),
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

  protected override async answer(said: Exclude<FromCosts, { kind: 'ready' }>): Promise<void> {
    switch (said.kind) {
      case 'view':
        // What the page kept is older than what it is about to be told.
        if (this.#telling) return;
        this.#view = said.view;
        return this.send();
      case 'refresh':
        return this.refresh();
      case 'chooseRepository':
        this.chosen = said.repository;
        this.#view = { ...this.#view, plan: null, figure: null };
        this.#telling = true;
        return this.send();
      case 'remedy': {
        const reason = this.#reason(this.session);
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
