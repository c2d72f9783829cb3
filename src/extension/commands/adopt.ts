import path from 'node:path';
import * as vscode from 'vscode';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { targetOf } from '../target';
import { isAdoptable } from '../views/worktreeNodes';
import { oneLine, plainLabel } from '../words';
import { pick } from './chooseTarget';
import type { Services } from './services';

/** Makes a task of a worktree, a branch or a pull request that was made elsewhere. Nothing of it is changed. */
export async function adoptWorktree(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const session = await services.choose.session(target);
  const what = target?.kind === 'worktree' ? target.path : await askWhat(session);
  const plan = target?.kind === 'plan' ? { plan: target.plan } : {};
  const done = await withViewProgress(() => session.repository.tasks.adopt(what, plan));
  await session.refresh();
  await services.views.reveal(session.id, done.plan, done.task);
}

/** @throws CancellationError when the user leaves */
async function askWhat(session: RepositorySession): Promise<string> {
  const worktrees = session.worktrees.filter(isAdoptable).map((row) => ({
    label: plainLabel(oneLine(path.basename(row.path))),
    description: row.branch === null ? vscode.l10n.t('detached') : oneLine(row.branch),
    detail: row.path,
    iconPath: new vscode.ThemeIcon('folder'),
    value: row.path as string | null,
  }));
  if (worktrees.length === 0) return askName();
  const other = {
    label: vscode.l10n.t('A branch or a pull request…'),
    iconPath: new vscode.ThemeIcon('git-branch'),
    value: null,
  };
  return (await pick([...worktrees, other], vscode.l10n.t('Make a task of what?'))) ?? askName();
}

async function askName(): Promise<string> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Adopt a Branch or a Pull Request'),
    prompt: vscode.l10n.t('Name of a branch, or # and the number of a pull request. It gets a worktree and a task.'),
    placeHolder: vscode.l10n.t('feature/search or #12'),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Name a branch or a pull request.') : null),
  });
  if (name === undefined) throw new vscode.CancellationError();
  return name.trim();
}
