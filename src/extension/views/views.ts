import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
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

  constructor(repositories: Repositories, terminals: AgentTerminals) {
    super();
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

  /** Shows a task's row, without taking the focus from where the user goes. */
  async reveal(repository: string, plan: string, task: string): Promise<void> {
    const element = await this.#tasks.whenShown(`task:${repository}:${plan}/${task}`, lateRowMs);
    if (element !== null) await this.#taskView.reveal(element, { select: true, focus: false, expand: false });
  }

  /** What the user has selected in the tree of tasks. */
  get selection(): TreeElement | null {
    return this.#taskView.selection[0] ?? null;
  }
}
