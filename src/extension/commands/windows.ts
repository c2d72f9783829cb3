import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import { openInNewWindow } from '../folders';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { refOf, targetOf } from '../target';
import { isReady } from '../views/taskFlags';
import { nameOf } from '../words';
import { withBudgetConsent } from './budgetConsent';
import type { Services } from './services';

/**
 * Opens a worktree in a window of its own. A task that was never started, or whose runner died, is asked to start
 * there; one that runs or has ended is only shown.
 */
export async function openWorktreeInNewWindow(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  if (target?.kind === 'worktree') {
    const session = services.repositories.get(target.repository);
    const row = session?.rowOfWorktree(target.path) ?? null;
    if (session === null || row === null) return openInNewWindow(target.path);
  }
  const { session, row } = await services.choose.task(
    target,
    (each) => each.worktree !== null || isReady(each),
    vscode.l10n.t('Open whose worktree?'),
    'others',
  );
  await withViewProgress(() => open(services, session, row));
}

async function open(services: Services, session: RepositorySession, row: TaskRow): Promise<void> {
  const starts = isReady(row) || row.next === 'open-window' || row.next === 'resume';
  if (row.runner !== null || !starts) {
    if (row.worktree === null) throw new Error(vscode.l10n.t('{0} has no worktree yet.', row.title));
    return openInNewWindow(row.worktree);
  }
  const prepared = await withBudgetConsent(
    () => [nameOf(row)],
    (override) => session.repository.tasks.prepare(refOf(row), { override }),
  );
  await services.launcher.start(session, prepared, 'newWindow');
}

export async function goToMainWindow(services: Services): Promise<void> {
  const session = await services.choose.session(null);
  const { mainWorktree, name } = session.repository.layout;
  if (mainWorktree === null) throw new Error(vscode.l10n.t('{0} is a bare repository: it has no main window.', name));
  await openInNewWindow(mainWorktree);
}
