import * as vscode from 'vscode';
import type { Emptiness } from '../contributions';

/** Why nothing can be done here, as a sentence. */
export function whyNoRepository(emptiness: Emptiness): string {
  switch (emptiness) {
    case 'noFolder':
      return vscode.l10n.t('Open a folder with a git repository first.');
    case 'untrusted':
      return vscode.l10n.t('Trust this folder first: nothing runs in it before.');
    case 'noGit':
      return vscode.l10n.t('git was not found: install git 2.39 or newer, or set its path.');
    case 'oldGit':
      return vscode.l10n.t('This git is too old: install git 2.39 or newer.');
    case 'noRepository':
      return vscode.l10n.t('This folder is in no git repository: initialize one first.');
    case 'dubiousOwnership':
      return vscode.l10n.t('Another user owns this repository: tell git first that it is safe.');
    default:
      return vscode.l10n.t('The repository could not be opened: the log says why.');
  }
}
