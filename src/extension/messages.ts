import * as vscode from 'vscode';
import type { Log } from '../core/ports';
import { commandIds, settingId } from './contributions';

/** The one thing that a message offers. */
export interface Remedy {
  readonly label: string;
  readonly run: () => unknown;
}

export function showLogRemedy(): Remedy {
  return { label: vscode.l10n.t('Show Log'), run: () => vscode.commands.executeCommand(commandIds.showLog) };
}

export function manageTrustRemedy(): Remedy {
  return {
    label: vscode.l10n.t('Manage Trust'),
    run: () => vscode.commands.executeCommand('workbench.trust.manage'),
  };
}

export function openSettingRemedy(key: string): Remedy {
  return {
    label: vscode.l10n.t('Open Settings'),
    run: () => openSettings(key),
  };
}

/**
 * Opens the settings on one of them. Programs are set per machine: in a remote window such a setting stands among the
 * remote's settings alone, and the user's own would show that none was found.
 */
export async function openSettings(key: string): Promise<void> {
  const remote = vscode.env.remoteName !== undefined;
  await vscode.commands.executeCommand(
    remote ? 'workbench.action.openRemoteSettings' : 'workbench.action.openSettings',
    {
      query: key,
    },
  );
}

/** One sentence and one action, or two where people differ in what they want. Does not wait for the answer. */
export function tell(
  kind: 'info' | 'warning' | 'error',
  sentence: string,
  remedy: Remedy | readonly [Remedy, Remedy] | null,
): void {
  const show = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[kind];
  const remedies = remedy === null ? [] : 'label' in remedy ? [remedy] : remedy;
  void show(sentence, ...remedies.map(({ label }) => label)).then((chosen) =>
    remedies.find(({ label }) => label === chosen)?.run(),
  );
}

function hasReason(error: unknown): error is Error & { readonly reason: string } {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string';
}

/** An action that mends what a typed error of the core names; nobody reads its text. */
function remedyFor(reason: string | null): Remedy {
  switch (reason) {
    case 'missing-program':
      return openSettingRemedy(settingId('agentPaths'));
    case 'unknown-agent':
      return openSettingRemedy(settingId('customAgents'));
    case 'root-refused':
      return openSettingRemedy(settingId('worktreeRoot'));
    case 'no-git':
    case 'too-old':
      return openSettingRemedy('git.path');
    case 'dubious-ownership':
      return {
        label: vscode.l10n.t('Manage Unsafe Repositories'),
        run: () => vscode.commands.executeCommand('git.manageUnsafeRepositories'),
      };
    default:
      return showLogRemedy();
  }
}

/** Says what went wrong. The core's messages are one sentence: what is wrong and what to do. */
export function showError(error: unknown, log: Log): void {
  if (error instanceof vscode.CancellationError) return;
  const message = error instanceof Error ? error.message : String(error);
  const reason = hasReason(error) ? error.reason : null;
  if (reason === 'cancelled') return;
  log.error(error instanceof Error ? (error.stack ?? message) : message);
  tell('error', message, remedyFor(reason));
}

/** Does what a message offered: what goes wrong is told, as with commands. */
export async function orTold(log: Log, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    showError(error, log);
  }
}
