import * as vscode from 'vscode';
import type { TaskRef } from '../../contract/plan';
import type { HeldBy } from '../../core/tasks/taskError';
import { commandIds } from '../contributions';
import type { Remedy } from '../messages';
import { oneLine } from '../words';

/**
 * Does what a budget may hold. When one does, the human is asked, and only their consent, which is put on record, lets it
 * go.
 * @param about whose start it is, asked for when it is held
 * @param action `override`: the human consented
 * @throws CancellationError when they do not, and what `action` throws
 */
export async function withBudgetConsent<T>(
  about: () => readonly TaskRef[],
  action: (override: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await action(false);
  } catch (error) {
    const { TaskError } = await import('../core');
    if (!TaskError.is(error) || error.hold?.kind !== 'budget') throw error;
    if (await consents(about(), error.hold)) return action(true);
    throw new vscode.CancellationError();
  }
}

async function consents(refs: readonly TaskRef[], hold: HeldBy): Promise<boolean> {
  const start = vscode.l10n.t('Start Anyway');
  const budget = setBudgetRemedy(hold);
  const names = refs.map(({ plan, task }) => oneLine(`${plan}/${task}`)).join(', ');
  const chosen = await vscode.window.showWarningMessage(
    refs.length === 1
      ? vscode.l10n.t('{0} is held: {1}.', names, oneLine(hold.reason))
      : vscode.l10n.t('{0} are held: {1}.', names, oneLine(hold.reason)),
    {
      modal: true,
      detail:
        refs.length === 1
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
