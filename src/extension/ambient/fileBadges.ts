import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import { badgeOf, conflicts, markTooltip } from './markWords';
import type { OwnMarks } from './ownMarks';

/** Badges in the explorer and on tabs: the file is changed elsewhere as well. */
export class FileBadges extends DisposableBase implements vscode.FileDecorationProvider {
  readonly #marks: OwnMarks;
  readonly #onDidChange = this._register(new vscode.EventEmitter<vscode.Uri[] | undefined>());
  readonly onDidChangeFileDecorations = this.#onDidChange.event;

  constructor(marks: OwnMarks) {
    super();
    this.#marks = marks;
    this._register(
      marks.onDidChange((uris) => {
        if (uris === 'many') this.#onDidChange.fire(undefined);
        else if (uris.length > 0) this.#onDidChange.fire([...uris]);
      }),
    );
    this._register(vscode.window.registerFileDecorationProvider(this));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const file = this.#marks.find(uri);
    const mark = file === null ? null : this.#marks.markOf(file);
    if (mark === null) return undefined;
    const isConflict = conflicts(mark);
    // What merges cleanly keeps the colour that git gives it.
    const color = isConflict ? new vscode.ThemeColor('list.errorForeground') : undefined;
    const decoration = new vscode.FileDecoration(badgeOf(mark), markTooltip(mark, vscode.l10n.t), color);
    decoration.propagate = isConflict;
    return decoration;
  }
}
