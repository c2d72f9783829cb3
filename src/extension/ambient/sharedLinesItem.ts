import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import { commandIds, statusIds } from '../contributions';
import { statusText } from '../status/attentionItem';
import type { ShownLines } from './lineMarks';
import { placesLabel } from './lineWords';

/** Says of the active editor what the marks in it say: for whoever does not see them. */
export class SharedLinesItem extends DisposableBase {
  #made: vscode.StatusBarItem | null = null;

  get #item(): vscode.StatusBarItem {
    if (this.#made !== null) return this.#made;
    const item = vscode.window.createStatusBarItem(statusIds.sharedLines, vscode.StatusBarAlignment.Right, 90);
    item.name = vscode.l10n.t('Switchyard: Lines Changed Elsewhere');
    this.#made = this._register(item);
    return item;
  }

  show(shown: ShownLines | null): void {
    if (shown === null || shown.marked.length === 0) {
      this.#made?.hide();
      return;
    }
    const { who, label } = placesLabel(shown.marked, shown.sides, vscode.l10n.t);
    this.#item.text = `$(arrow-swap) ${statusText(who)}`;
    this.#item.tooltip = label;
    this.#item.accessibilityInformation = { label };
    this.#item.command = conflictCommand(shown);
    this.#item.show();
  }
}

/** Opens the file's conflict where there is just one; else asks which. Nothing where none is known. */
function conflictCommand({ file: { place, path }, sides }: ShownLines): vscode.Command | undefined {
  const conflicting = [...sides.values()].filter(({ change }) => change.verdict === 'conflict');
  const [only] = conflicting;
  if (only === undefined) return undefined;
  const title = vscode.l10n.t('Open Conflict');
  const own = place.session.matrix.state?.json.branches.find(({ worktree }) => worktree === place.worktree);
  if (conflicting.length > 1 || own === undefined) return { command: commandIds.openConflict, title };
  const argument = { repository: place.session.id, a: own.ref, b: only.change.ref, file: { path } };
  return { command: commandIds.openConflict, title, arguments: [argument] };
}
