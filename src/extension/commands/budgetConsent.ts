import * as vscode from 'vscode';
import type { TaskRef } from '../../contract/plan';
import { commandIds } from '../contributions';
import { oneLine } from '../words';

/**
 * Does what a budget may hold. When one does, the human is asked, and only their consent, which is put on record, lets it
 * go.
 * @param action `override`: the human consented
 * @throws CancellationError when they do not, and what `action` throws
 */
export async function withBudgetConsent<T>(ref: TaskRef, action: (override: boolean) => Promise<T>): Promise<T> {
  try {
    return await action(false);
  } catch (error) {
    const { TaskError } = await import('../core');
    if (!TaskError.is(error) || error.hold?.kind !== 'budget') throw error;
    if (await consents(ref, error.hold.reason)) return action(true);
    throw new vscode.CancellationError();
  }
}

async function consents(ref: TaskRef, reason: string): Promise<boolean> {
  const start = vscode.l10n.t('Start Anyway');
  const other = vscode.l10n.t('Set Budget…');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} is held: {1}.', `${ref.plan}/${ref.task}`, oneLine(reason)),
    {
      modal: true,
      detail: vscode.l10n.t('Start its agent all the same? That is for this start only. Figures are estimates.'),
    },
    start,
    other,
  );
  // Not waited for: whoever asked has ended by then, and starts anew with the new budget.
  if (chosen === other) void vscode.commands.executeCommand(commandIds.setBudget);
  return chosen === start;
}
