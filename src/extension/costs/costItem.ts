import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import { commandIds, statusIds } from '../contributions';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { ownTask, statusText } from '../status/attentionItem';
import { costText, costTooltip, isOverBudget } from './costTooltip';
import { type CostSide, shownCost } from './shownCost';

/** Agents write often, and nobody reads faster. */
const drawMs = 250;
/** Days end without anybody telling. */
const dayMs = 60_000;

/** What agents have used today, and in the plan; a click shows all of it. Hidden while nothing is known to be used. */
export class CostItem extends DisposableBase {
  readonly #repositories: Repositories;
  readonly #listening = new Map<RepositorySession, { dispose(): void }>();
  #made: vscode.StatusBarItem | null = null;
  #drawn = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(repositories: Repositories) {
    super();
    this.#repositories = repositories;
    this._register(repositories.onDidChange(() => this.#sessionsChanged()));
    const days = setInterval(() => this.#drawSoon(), dayMs);
    days.unref();
    this._register({ dispose: () => clearInterval(days) });
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this._register({ dispose: () => this.#listening.forEach((each) => void each.dispose()) });
    this.#sessionsChanged();
  }

  get #item(): vscode.StatusBarItem {
    if (this.#made !== null) return this.#made;
    const item = vscode.window.createStatusBarItem(statusIds.cost, vscode.StatusBarAlignment.Left, 9);
    item.name = vscode.l10n.t('Switchyard: Cost');
    item.command = commandIds.showCosts;
    this.#made = this._register(item);
    return item;
  }

  #sessionsChanged(): void {
    const sessions = new Set(this.#repositories.all);
    for (const [session, listening] of this.#listening) {
      if (sessions.has(session)) continue;
      listening.dispose();
      this.#listening.delete(session);
    }
    for (const session of sessions) {
      if (!this.#listening.has(session))
        this.#listening.set(
          session,
          session.costs.onDidChange(() => this.#drawSoon()),
        );
    }
    this.#drawSoon();
  }

  /** What comes within a moment is drawn together. */
  #drawSoon(): void {
    if (this.disposed || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, drawMs);
  }

  #sides(): CostSide[] {
    const own = ownTask(this.#repositories);
    // The window of a task is about its plan alone.
    const sessions = this.#repositories.all.filter(({ id }) => own === null || id === own.repository);
    return sessions.flatMap((session) => {
      const { state } = session.costs;
      return state === null ? [] : [{ state, rows: session.rows, own: own?.row ?? null }];
    });
  }

  #draw(): void {
    const cost = shownCost(this.#sides(), new Date());
    if (cost === null) {
      this.#made?.hide();
      this.#drawn = '';
      return;
    }
    const over = isOverBudget(cost);
    const text = statusText(costText(cost, vscode.l10n.t));
    const tooltip = costTooltip(cost, vscode.l10n.t);
    const drawn = JSON.stringify([text, tooltip, over]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#item.text = over ? `$(warning) ${text}` : text;
    this.#item.tooltip = new vscode.MarkdownString(tooltip);
    this.#item.backgroundColor = over ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    const label = over
      ? vscode.l10n.t('Cost of agents, estimate: {0}. A budget is used up.', text)
      : vscode.l10n.t('Cost of agents, estimate: {0}', text);
    this.#item.accessibilityInformation = { label };
    this.#item.show();
  }
}
