import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import { DisposableBase } from '../../core/disposable';
import { needsHuman } from '../../core/tasks/stateTable';
import { commandIds, statusIds } from '../contributions';
import type { Repositories } from '../sessions/repositories';
import { conditionWord, pressing, stateWord, taskIcon } from '../views/stateWords';
import { taskTooltip } from '../views/taskTooltip';
import { oneLine } from '../words';

/** The task of this window's worktree, when it has one. */
export function ownTask(repositories: Repositories): { repository: string; row: TaskRow } | null {
  for (const session of repositories.all) {
    for (const { worktree } of session.folders) {
      if (worktree === null || worktree === session.repository.layout.mainWorktree) continue;
      const row = session.rowOfWorktree(worktree);
      if (row !== null) return { repository: session.id, row };
    }
  }
  return null;
}

/** Icons in a status bar's text come from `$(…)`, and a title must not bring any. */
export function statusText(text: string): string {
  return oneLine(text).replaceAll('$(', '$ (');
}

/** Something went wrong or an agent stands still; work to review can wait, so that it has no colour. */
function isPressing(row: TaskRow): boolean {
  return needsHuman(row) && pressing(row) !== null;
}

/** Who needs you; in a worktree's window its task, state and branch. */
export class AttentionItem extends DisposableBase {
  #made: vscode.StatusBarItem | null = null;
  readonly #repositories: Repositories;

  constructor(repositories: Repositories) {
    super();
    this.#repositories = repositories;
    this._register(repositories.onDidChange(() => this.#draw()));
  }

  /** Made when there is something to show: without trust the same id belongs to what leads to trust. */
  get #item(): vscode.StatusBarItem {
    if (this.#made !== null) return this.#made;
    const item = vscode.window.createStatusBarItem(statusIds.attention, vscode.StatusBarAlignment.Left, 10);
    item.name = vscode.l10n.t('Switchyard: Attention');
    item.command = commandIds.nextAttention;
    this.#made = this._register(item);
    return item;
  }

  #draw(): void {
    if (!vscode.workspace.isTrusted) return;
    const own = ownTask(this.#repositories);
    if (own === null) this.#drawCount(this.#repositories.all.flatMap((session) => session.rows));
    else this.#drawTask(own.row);
  }

  #drawTask(row: TaskRow): void {
    const condition = pressing(row);
    const state =
      condition === null ? stateWord(vscode.l10n.t, row.state) : conditionWord(vscode.l10n.t, condition.kind);
    const parts = [row.title === '' ? row.task : row.title, state, row.branch ?? ''].filter((part) => part !== '');
    const text = statusText(parts.join(' · '));
    this.#item.text = `$(${taskIcon(row).id}) ${text}`;
    this.#item.tooltip = new vscode.MarkdownString(taskTooltip(row, { here: null, now: new Date(), t: vscode.l10n.t }));
    this.#finish(isPressing(row), vscode.l10n.t('Task of this window: {0}', text));
  }

  #drawCount(rows: readonly TaskRow[]): void {
    const waiting = rows.filter(needsHuman).length;
    const running = rows.filter((row) => row.agent.pid !== null).length;
    if (waiting === 0 && running === 0) {
      this.#made?.hide();
      return;
    }
    const text =
      waiting === 1
        ? vscode.l10n.t('1 needs you')
        : waiting > 1
          ? vscode.l10n.t('{0} need you', waiting)
          : running === 1
            ? vscode.l10n.t('1 agent works')
            : vscode.l10n.t('{0} agents work', running);
    this.#item.text = `$(${waiting > 0 ? 'bell-dot' : 'git-branch'}) ${text}`;
    this.#item.tooltip = vscode.l10n.t('Next Task That Needs You');
    this.#finish(rows.some(isPressing), vscode.l10n.t('Switchyard: {0}', text));
  }

  #finish(warn: boolean, label: string): void {
    this.#item.backgroundColor = warn ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.accessibilityInformation = { label };
    this.#item.show();
  }
}
