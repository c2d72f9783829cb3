import * as vscode from 'vscode';
import { frontMatterKeys } from '../../core/plan/keys';
import { keysUsed } from '../../core/plan/place';
import { documentation } from './planCompletion';
import { linesOf, planFileOf } from './planFile';

/** Says what a key of the front matter means. */
export class PlanHover implements vscode.HoverProvider {
  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const at = planFileOf(document.uri);
    if (at === null) return undefined;
    for (const [key, line] of keysUsed(linesOf(document))) {
      if (line !== position.line || position.character > key.length) continue;
      const entry = frontMatterKeys[at.kind].find((known) => known.key === key);
      if (entry !== undefined)
        return new vscode.Hover(documentation(entry), new vscode.Range(line, 0, line, key.length));
    }
    return undefined;
  }
}
