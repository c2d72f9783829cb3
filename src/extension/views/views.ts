import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { needsHuman } from '../../core/tasks/stateTable';
import { setContextKey } from '../contextKeys';
import { contextKeys, viewIds } from '../contributions';
import type { Repositories } from '../sessions/repositories';
import type { AgentTerminals } from '../terminals/agentTerminals';
import { taskNodes } from './taskNodes';
import { type TreeElement, TreeProvider } from './treeProvider';
import { worktreeNodes } from './worktreeNodes';

const settleMs = 30;
/** A task that was just made is in the tree a moment later. */
const lateRowMs = 2000;

/** Both trees and the badge. */
export class Views extends DisposableBase {
  readonly #tasks = this._register(new TreeProvider());
  readonly #worktrees = this._register(new TreeProvider());
  readonly #taskView: vscode.TreeView<TreeElement>;
  #timer: NodeJS.Timeout | null = null;

  readonly #repositories: Repositories;
  readonly #terminals: AgentTerminals;
  readonly #log: Log;

  constructor(repositories: Repositories, terminals: AgentTerminals, log: Log) {
    super();
    this.#log = log;
    this.#repositories = repositories;
    this.#terminals = terminals;
    setContextKey(contextKeys.empty, 'loading');
    this.#taskView = this._register(
      vscode.window.createTreeView(viewIds.tasks, { treeDataProvider: this.#tasks, showCollapseAll: true }),
    );
    this._register(vscode.window.createTreeView(viewIds.worktrees, { treeDataProvider: this.#worktrees }));
    this._register(repositories.onDidChange(() => this.#soon()));
    this._register(terminals.onDidChange(() => this.#soon()));
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
  }

  /** Several events of one change are drawn once. */
  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, settleMs);
  }

  #draw(): void {
    const sessions = this.#repositories.all;
    const isHere = (runner: number) => this.#terminals.isHere(runner);
    const shown = this.#repositories.emptiness === 'none' ? sessions : [];
    this.#tasks.show(
      taskNodes(
        shown.map((session) => session.facts(isHere)),
        vscode.l10n.t,
      ),
    );
    this.#worktrees.show(
      worktreeNodes(
        sessions.map((session) => session.worktreeFacts()),
        vscode.l10n.t,
      ),
    );
    const waiting = sessions.flatMap((session) => session.rows).filter(needsHuman).length;
    this.#taskView.badge =
      waiting === 0
        ? undefined
        : {
            value: waiting,
            tooltip: waiting === 1 ? vscode.l10n.t('1 task needs you') : vscode.l10n.t('{0} tasks need you', waiting),
          };
  }

  /**
   * Shows a task's row, without taking the focus from where the user goes. A row that moves in that moment (into or out
   * of the group of what was cleaned up) is not revealed: what was done to the task is done all the same.
   */
  async reveal(repository: string, plan: string, task: string): Promise<void> {
    const element = await this.#tasks.whenShown(`task:${repository}:${plan}/${task}`, lateRowMs);
    if (element === null) return;
    try {
      await this.#taskView.reveal(element, { select: true, focus: false, expand: false });
    } catch (error) {
      // VS Code asks for the row's parents while it draws the tree anew, and then knows the row no more.
      this.#log.debug(`The row of ${plan}/${task} was not revealed: ${String(error)}`);
    }
  }

  /** What the user has selected in the tree of tasks. */
  get selection(): TreeElement | null {
    return this.#taskView.selection[0] ?? null;
  }
}
