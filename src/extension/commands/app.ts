import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import { tell } from '../messages';
import { withViewProgress } from '../progress';
import { refOf, targetOf } from '../target';
import { hasWorktree } from '../views/taskFlags';
import { nameOf } from '../words';
import type { Services } from './services';

const hasApp = ({ app }: TaskRow) => app !== null;

/** Starts the plan's app in a task's worktree, on a port of its own, and offers to open it. */
export async function runApp(services: Services, argument: unknown): Promise<void> {
  const { session, row } = await services.choose.task(
    targetOf(argument),
    hasWorktree,
    vscode.l10n.t('Run the app of which task?'),
  );
  const { url } = await withViewProgress(() => session.repository.tasks.startApp(refOf(row)));
  if (url === null) return;
  tell('info', vscode.l10n.t('The app of {0} runs at {1}.', nameOf(row), url), {
    label: vscode.l10n.t('Open App'),
    run: () => open(url),
  });
}

export async function stopApp(services: Services, argument: unknown): Promise<void> {
  const { session, row } = await services.choose.task(
    targetOf(argument),
    hasApp,
    vscode.l10n.t('Stop the app of which task?'),
  );
  await withViewProgress(() => session.repository.tasks.stopApp(refOf(row)));
}

export async function openApp(services: Services, argument: unknown): Promise<void> {
  const { row } = await services.choose.task(targetOf(argument), hasApp, vscode.l10n.t('Open the app of which task?'));
  if (row.app === null) throw new Error(vscode.l10n.t('The app of {0} does not run: run it first.', nameOf(row)));
  await open(row.app.url);
}

/** In a remote window the port is forwarded to where the user sits. */
async function open(url: string): Promise<void> {
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(url)));
}
