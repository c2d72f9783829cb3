import * as vscode from 'vscode';
import type { PanelEmpty } from '../../protocol/panel';
import { commandIds, type Emptiness } from '../contributions';
import type { Remedy } from '../messages';
import { emptinessRemedy } from '../panels/emptiness';
import { whyNoRepository } from '../sessions/whyNoRepository';

/** Why the panel has no matrix to show. */
export type PanelReason = Emptiness | 'not computed' | 'fewer than two';

/** What the panel says instead of a matrix. */
export function emptyPanel(reason: PanelReason): PanelEmpty {
  const remedy = remedyOf(reason)?.label ?? null;
  switch (reason) {
    case 'loading':
      return {
        title: vscode.l10n.t('Opening the repository…'),
        text: '',
        remedy,
        waiting: true,
      };
    case 'not computed':
      return {
        title: vscode.l10n.t('Comparing every pair of branches…'),
        text: vscode.l10n.t('The first look takes a few seconds in a large repository.'),
        remedy,
        waiting: true,
      };
    case 'fewer than two':
      return {
        title: vscode.l10n.t('There is nothing to compare yet'),
        text: vscode.l10n.t('As soon as two branches or worktrees are there, this shows which of them conflict.'),
        remedy,
        waiting: false,
      };
    default:
      return {
        title: vscode.l10n.t('There is no repository to compare in'),
        text: whyNoRepository(reason),
        remedy,
        waiting: false,
      };
  }
}

/** The one thing to do about it; null: wait. */
export function remedyOf(reason: PanelReason): Remedy | null {
  switch (reason) {
    case 'not computed':
      return null;
    case 'fewer than two':
      return {
        label: vscode.l10n.t('Spin an Agent'),
        run: () => vscode.commands.executeCommand(commandIds.spin),
      };
    default:
      return emptinessRemedy(reason);
  }
}
