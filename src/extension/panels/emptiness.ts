import * as vscode from 'vscode';
import type { Emptiness } from '../contributions';
import { manageTrustRemedy, openSettingRemedy, type Remedy, showLogRemedy } from '../messages';

/** The one thing to do where a panel has no repository to show; null: wait. */
export function emptinessRemedy(reason: Emptiness): Remedy | null {
  switch (reason) {
    case 'loading':
    case 'noRepository':
      return null;
    case 'noFolder':
      return {
        label: vscode.l10n.t('Open Folder'),
        run: () => vscode.commands.executeCommand('workbench.action.files.openFolder'),
      };
    case 'untrusted':
      return manageTrustRemedy();
    case 'noGit':
    case 'oldGit':
      return openSettingRemedy('git.path');
    case 'dubiousOwnership':
      return {
        label: vscode.l10n.t('Manage Unsafe Repositories'),
        run: () => vscode.commands.executeCommand('git.manageUnsafeRepositories'),
      };
    default:
      return showLogRemedy();
  }
}
