import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import { showLogRemedy, tell } from '../messages';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { readDispatchPlace } from '../settings';
import { refOf, targetOf } from '../target';
import { isReady, isStartable } from '../views/taskFlags';
import { withBudgetConsent } from './budgetConsent';
import type { Services } from './services';

/** Branch and worktree for one task, and its agent where the setting says. */
export async function dispatchTask(services: Services, argument: unknown): Promise<void> {
  const { session, row } = await services.choose.task(
    targetOf(argument),
    (each) => isReady(each) || (isStartable(each) && each.next === 'open-window'),
    vscode.l10n.t('Dispatch which task?'),
  );
  await withViewProgress(() => dispatchOne(services, session, row, false));
}

async function dispatchOne(
  services: Services,
  session: RepositorySession,
  row: TaskRow,
  override: boolean,
): Promise<void> {
  const scope = session.folders[0]?.folder.uri;
  try {
    const prepared = await withBudgetConsent(refOf(row), (consented) =>
      session.repository.tasks.prepare(refOf(row), { override: override || consented }),
    );
    await services.launcher.start(session, prepared, readDispatchPlace(scope));
  } catch (error) {
    const { TaskError } = await import('../core');
    if (override || !TaskError.is(error) || error.reason !== 'held') throw error;
    tell('warning', error.message, {
      label: vscode.l10n.t('Dispatch Anyway'),
      run: () => withViewProgress(() => dispatchOne(services, session, row, true)),
    });
  }
}

/**
 * Dispatches every ready task of a plan, or of all plans: all worktrees first, and no agent starts when one cannot be
 * made. No window opens and nothing takes the focus. What is held stays, and the user is told once.
 */
export async function dispatchAll(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const session = await services.choose.session(target);
  await session.refresh();
  const plan = target?.kind === 'plan' || target?.kind === 'task' ? target.plan : null;
  const rows = session.rows.filter((row) => isReady(row) && (plan === null || row.plan === plan));
  if (rows.length === 0) {
    tell('info', vscode.l10n.t('No task is ready to be dispatched.'), null);
    return;
  }
  await withViewProgress(() => dispatchMany(services, session, rows));
}

async function dispatchMany(services: Services, session: RepositorySession, rows: readonly TaskRow[]): Promise<void> {
  const { TaskError } = await import('../core');
  const scope = session.folders[0]?.folder.uri;
  const place = readDispatchPlace(scope);
  const refs = rows.map(refOf);
  const held: string[] = [];
  while (refs.length > 0) {
    try {
      const prepared = await session.repository.tasks.prepareAll(refs);
      for (const [index, each] of prepared.entries()) {
        await services.launcher.start(session, each, place, { group: index === 0 ? 'first' : 'next' });
      }
      break;
    } catch (error) {
      if (!TaskError.is(error) || error.reason !== 'held') throw error;
      // There are places for fewer: those that come first in the plan get them.
      held.push(error.message);
      refs.pop();
    }
  }
  report(refs.length, held, place === 'newWindow');
}

function report(dispatched: number, held: readonly string[], windows: boolean): void {
  if (held.length > 0) {
    tell(
      'info',
      vscode.l10n.t('{0} dispatched, {1} held: {2}', dispatched, held.length, held[0] ?? ''),
      showLogRemedy(),
    );
  } else if (windows) {
    tell(
      'info',
      vscode.l10n.t('{0} worktrees are ready; open the window of each task to start its agent.', dispatched),
      null,
    );
  }
}
