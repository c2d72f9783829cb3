import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { Prepared } from '../../core/tasks/dispatch';
import type { HeldTask } from '../../core/tasks/prepareAll';
import { orTold, tell } from '../messages';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { readDispatchPlace } from '../settings';
import { refOf, targetOf } from '../target';
import { isReady, isStartable } from '../views/taskFlags';
import { nameOf, oneLine } from '../words';
import { setBudgetRemedy, withBudgetConsent } from './budgetConsent';
import { heldWords } from './heldWords';
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
  const ref = refOf(row);
  const scope = session.folders[0]?.folder.uri;
  try {
    const prepared = await withBudgetConsent(
      () => [nameOf(row)],
      (consented) => session.repository.tasks.prepare(ref, { override: override || consented }),
    );
    await services.launcher.start(session, prepared, readDispatchPlace(scope));
  } catch (error) {
    const { TaskError } = await import('../core');
    if (override || !TaskError.is(error) || error.hold === null) throw error;
    tell('warning', vscode.l10n.t('{0} is held: {1}.', nameOf(row), oneLine(error.hold.reason)), {
      label: vscode.l10n.t('Dispatch Anyway'),
      run: () => orTold(services.log, () => withViewProgress(() => dispatchOne(services, session, row, true))),
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
  await withViewProgress(() => dispatchMany(services, session, rows.map(refOf)));
}

async function dispatchMany(services: Services, session: RepositorySession, refs: readonly TaskRef[]): Promise<void> {
  const { free, held } = await prepareFree(session, refs);
  await startAll(services, session, free);
  const place = readDispatchPlace(session.folders[0]?.folder.uri);
  if (held.length > 0) tellHeld(services, session, free.length, held);
  else if (place === 'newWindow') tellWindows(free.length);
}

/** Makes the worktrees of those that nothing holds; places and budgets go to those that come first in the plan. */
async function prepareFree(
  session: RepositorySession,
  refs: readonly TaskRef[],
): Promise<{ free: readonly Prepared[]; held: readonly HeldTask[] }> {
  const { TaskError } = await import('../core');
  const { tasks } = session.repository;
  // What changes between the look and the work is looked at again; it cannot change for ever.
  for (let tries = refs.length; ; tries -= 1) {
    const { free, held } = await tasks.chooseStartable(refs);
    if (free.length === 0) return { free: [], held };
    try {
      return { free: await tasks.prepareAll(free), held };
    } catch (error) {
      if (tries <= 0 || !TaskError.is(error) || error.hold === null) throw error;
    }
  }
}

async function startAll(services: Services, session: RepositorySession, prepared: readonly Prepared[]): Promise<void> {
  const place = readDispatchPlace(session.folders[0]?.folder.uri);
  for (const [index, each] of prepared.entries()) {
    await services.launcher.start(session, each, place, { group: index === 0 ? 'first' : 'next' });
  }
}

/** The click says so: what holds them stands in the message, and each start is put on record with it. */
async function dispatchHeld(services: Services, session: RepositorySession, held: readonly HeldTask[]): Promise<void> {
  const refs = held.map(({ ref }) => ref);
  await startAll(services, session, await session.repository.tasks.prepareAll(refs, { override: true }));
}

function tellHeld(services: Services, session: RepositorySession, dispatched: number, held: readonly HeldTask[]): void {
  const start = {
    label: held.length === 1 ? vscode.l10n.t('Dispatch It Anyway') : vscode.l10n.t('Dispatch Them Anyway'),
    run: () => orTold(services.log, () => withViewProgress(() => dispatchHeld(services, session, held))),
  };
  const named = held.map(({ ref, hold }) => {
    const row = session.row(ref);
    return { name: row === null ? ref.task : nameOf(row), reason: hold.reason };
  });
  const byBudget = held.find(({ hold }) => hold.kind === 'budget');
  tell(
    byBudget === undefined ? 'info' : 'warning',
    vscode.l10n.t('{0} dispatched, {1} held. {2}.', dispatched, held.length, heldWords(vscode.l10n.t, named)),
    byBudget === undefined ? start : [start, setBudgetRemedy(byBudget.hold)],
  );
}

function tellWindows(dispatched: number): void {
  tell(
    'info',
    vscode.l10n.t('{0} worktrees are ready; open the window of each task to start its agent.', dispatched),
    null,
  );
}
