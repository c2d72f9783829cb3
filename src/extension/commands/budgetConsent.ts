import * as vscode from 'vscode';
import type { HeldBy } from '../../core/tasks/taskError';
import { commandIds } from '../contributions';
import type { Remedy } from '../messages';
import { oneLine } from '../words';

/**
 * Does what a budget may hold. When one does, the human is asked, and only their consent, which is put on record, lets it
 * go.
 * @param names of the tasks that start, as people know them; asked for when they are held
 * @param action `override`: the human consented
 * @throws CancellationError when they do not, and what `action` throws
 */
export async function withBudgetConsent<T>(
  names: () => readonly string[],
  action: (override: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await action(false);
  } catch (error) {
    const { TaskError } = await import('../core');
    if (!TaskError.is(error) || error.hold?.kind !== 'budget') throw error;
    if (await consents(names(), error.hold)) return action(true);
    throw new vscode.CancellationError();
  }
}

async function consents(names: readonly string[], hold: HeldBy): Promise<boolean> {
  const start = vscode.l10n.t('Start Anyway');
  const budget = setBudgetRemedy(hold);
  const one = names.length === 1;
  const all = names.join(', ');
  const chosen = await vscode.window.showWarningMessage(
    one
      ? vscode.l10n.t('{0} is held: {1}.', all, oneLine(hold.reason))
      : vscode.l10n.t('{0} are held: {1}.', all, oneLine(hold.reason)),
    {
      modal: true,
      detail: one
        ? vscode.l10n.t('Start its agent all the same? That is for this start only. Figures are estimates.')
        : vscode.l10n.t('Start their agents all the same? That is for this start only. Figures are estimates.'),
    },
    start,
    budget.label,
  );
  // Not waited for: whoever asked has ended by then, and starts anew with the new budget.
  if (chosen === budget.label) void budget.run();
  return chosen === start;
}

/** Sets the budget that holds a start; which one is asked where that is not known. */
export function setBudgetRemedy({ budget }: Pick<HeldBy, 'budget'>): Remedy {
  return {
    label: vscode.l10n.t('Set Budget…'),
    run: () => vscode.commands.executeCommand(commandIds.setBudget, budget === undefined ? undefined : placeOf(budget)),
  };
}

function placeOf({ scope, plan, task }: NonNullable<HeldBy['budget']>) {
  return scope === 'day' || scope === 'week' ? { period: scope } : { plan, task };
}
