import * as vscode from 'vscode';
import { tell } from '../messages';

/** Opens a file of records at a line. What no editor opens (a database, gigabytes) is shown where it lies. */
export async function openRecord(file: string, line: number | null): Promise<void> {
  const uri = vscode.Uri.file(file);
  const start = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  try {
    await vscode.window.showTextDocument(uri, { preview: true, selection: new vscode.Range(start, start) });
  } catch {
    tell('warning', vscode.l10n.t('{0} cannot be opened as a text: it is too large, no text or gone.', file), {
      label: vscode.l10n.t('Show Folder'),
      run: () => vscode.commands.executeCommand('revealFileInOS', uri),
    });
  }
}
