import * as vscode from 'vscode';
import type { CostState } from '../../core/tasks/usage/parts';
import type { PanelEmpty } from '../../protocol/panel';
import { commandIds, type Emptiness } from '../contributions';
import { type Remedy, showLogRemedy } from '../messages';
import { emptinessRemedy } from '../panels/emptiness';
import { whyNoRepository } from '../sessions/whyNoRepository';

/** Why the panel has no figures to show. */
export type CostsReason =
  | { readonly kind: 'no repository'; readonly emptiness: Emptiness }
  | { readonly kind: 'not read' }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'nothing' };

/** null: there are figures, or something is known that figures lack. */
export function costsReason(state: CostState | null): CostsReason | null {
  if (state === null) return { kind: 'not read' };
  const { buckets, skipped, quotas } = state.usage;
  if (buckets.length > 0 || skipped.length > 0 || quotas.length > 0 || state.budgets.length > 0) return null;
  return state.failure === undefined ? { kind: 'nothing' } : { kind: 'failed', problem: state.failure };
}

/** What the panel says instead of figures. */
export function emptyCosts(reason: CostsReason): PanelEmpty {
  const remedy = costsRemedy(reason)?.label ?? null;
  switch (reason.kind) {
    case 'not read':
      return {
        title: vscode.l10n.t('Reading what agents have used…'),
        text: vscode.l10n.t('The first look at months of records takes a few seconds.'),
        remedy,
        waiting: true,
      };
    case 'failed':
      return {
        title: vscode.l10n.t('What agents have used could not be read'),
        text: reason.problem,
        remedy,
        waiting: false,
      };
    case 'nothing':
      return {
        title: vscode.l10n.t('Nothing was spent yet'),
        text: vscode.l10n.t(
          'As soon as an agent works in this repository, this shows what it uses: by task, type, model and day.',
        ),
        remedy,
        waiting: false,
      };
    case 'no repository': {
      if (reason.emptiness === 'loading')
        return { title: vscode.l10n.t('Opening the repository…'), text: '', remedy, waiting: true };
      const text = whyNoRepository(reason.emptiness);
      return { title: vscode.l10n.t('There is no repository to count for'), text, remedy, waiting: false };
    }
  }
}

/** The one thing to do about it; null: wait. */
export function costsRemedy(reason: CostsReason): Remedy | null {
  switch (reason.kind) {
    case 'not read':
      return null;
    case 'failed':
      return showLogRemedy();
    case 'nothing':
      return {
        label: vscode.l10n.t('Spin an Agent'),
        run: () => vscode.commands.executeCommand(commandIds.spin),
      };
    case 'no repository':
      return emptinessRemedy(reason.emptiness);
  }
}
