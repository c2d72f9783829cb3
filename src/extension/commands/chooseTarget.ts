import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import type { Plan } from '../../core/plan/plan';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { whyNoRepository } from '../sessions/whyNoRepository';
import { ownTask } from '../status/attentionItem';
import type { Target } from '../target';
import { taskIcon } from '../views/stateWords';
import { taskDescription } from '../views/taskNodes';
import { themeIcon } from '../views/treeProvider';
import { nameOf, oneLine, plainLabel } from '../words';

export interface TaskChoice {
  readonly session: RepositorySession;
  readonly row: TaskRow;
}

/** Finds what a command is to act on: what its argument names, else the only one there is, else what the user picks. */
export class TargetChooser {
  readonly #repositories: Repositories;

  constructor(repositories: Repositories) {
    this.#repositories = repositories;
  }

  /** @throws when there is no repository here, saying why; CancellationError when the user picks none */
  async session(target: Target | null): Promise<RepositorySession> {
    await this.#repositories.whenOpened();
    const { all } = this.#repositories;
    const named = target?.repository == null ? null : this.#repositories.get(target.repository);
    if (named !== null) return named;
    const [first] = all;
    if (first === undefined) throw new Error(whyNoRepository(this.#repositories.emptiness));
    if (all.length === 1) return first;
    return pick(
      all.map((session) => ({
        label: oneLine(session.repository.layout.name),
        description: session.repository.layout.mainWorktree ?? session.id,
        value: session,
      })),
      vscode.l10n.t('In which repository?'),
    );
  }

  /**
   * In the window of a worktree a command without an argument is about its own task.
   * @param fits tasks that the command can act on; asked only of those that are offered
   * @param others the window's own task is what the command is not about
   */
  async task(
    target: Target | null,
    fits: (row: TaskRow) => boolean,
    question: string,
    others: 'others' | null = null,
  ): Promise<TaskChoice> {
    await this.#repositories.whenOpened();
    const named = this.#named(target) ?? (target === null && others === null ? this.#own(fits) : null);
    if (named !== null) return named;
    const choices = this.#repositories.all.flatMap((session) =>
      session.rows.filter(fits).map((row) => ({ session, row })),
    );
    if (choices.length === 0) {
      if (this.#repositories.all.length === 0) throw new Error(whyNoRepository(this.#repositories.emptiness));
      throw new Error(vscode.l10n.t('There is no task for that now.'));
    }
    return pick(
      choices.map((choice) => ({
        label: plainLabel(nameOf(choice.row)),
        iconPath: themeIcon(taskIcon(choice.row)),
        description: `${choice.row.plan}/${choice.row.task}`,
        detail: taskDescription(choice.row, choice.session.factsOf(choice.row), vscode.l10n.t),
        value: choice,
      })),
      question,
    );
  }

  #own(fits: (row: TaskRow) => boolean): TaskChoice | null {
    const own = ownTask(this.#repositories);
    const session = own === null ? null : this.#repositories.get(own.repository);
    return own === null || session === null || !fits(own.row) ? null : { session, row: own.row };
  }

  #named(target: Target | null): TaskChoice | null {
    if (target === null) return null;
    const sessions = this.#repositories.all.filter(
      (session) => target.repository === null || session.id === target.repository,
    );
    for (const session of sessions) {
      const row =
        target.kind === 'task'
          ? session.row(target)
          : target.kind === 'worktree'
            ? session.rowOfWorktree(target.path)
            : null;
      if (row !== null) return { session, row };
    }
    return null;
  }

  /** The plan that the target names, else the only one besides the inbox, else the one the user picks. */
  async plan(target: Target | null, question: string): Promise<{ session: RepositorySession; plan: Plan } | null> {
    const session = await this.session(target);
    const { plans } = await session.repository.plans();
    if (target?.kind === 'plan' || target?.kind === 'task') {
      const plan = plans.find(({ id }) => id === target.plan);
      if (plan !== undefined) return { session, plan };
    }
    const own = plans.filter(({ id }) => id !== 'inbox');
    const [first] = own;
    if (first === undefined) return null;
    if (own.length === 1) return { session, plan: first };
    const plan = await pick(
      own.map((each) => ({ label: oneLine(each.fields.title ?? each.id), description: each.id, value: each })),
      question,
    );
    return { session, plan };
  }
}

interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** @throws CancellationError when nothing is picked */
export async function pick<T>(choices: readonly Choice<T>[], placeHolder: string): Promise<T> {
  const chosen = await vscode.window.showQuickPick(choices, {
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen === undefined) throw new vscode.CancellationError();
  return chosen.value;
}
