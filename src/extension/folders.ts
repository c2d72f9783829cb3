import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';

/** Folders of this window that are on disk. */
export function localFolders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
}

/** The real path, or the path as it is when there is nothing there. */
export async function realpathOr(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // A folder that vanished is still compared by its name.
    return path;
  }
}

/**
 * Identity of this window for leases: what it has open. A reload keeps it, and it is what "go there" opens.
 */
export function windowIdentity(): string {
  const workspace = vscode.workspace.workspaceFile;
  if (workspace?.scheme === 'file') return workspace.fsPath;
  return localFolders()[0]?.uri.fsPath ?? 'no folder';
}

/**
 * Opens a folder in a window of its own; one that has it open already comes to the front.
 * @param file opened there too
 */
export async function openInNewWindow(folder: string, file?: vscode.Uri): Promise<void> {
  const uri = vscode.Uri.file(folder);
  await vscode.commands.executeCommand('vscode.openFolder', uri, {
    forceNewWindow: true,
    ...(file === undefined ? {} : { filesToOpen: [file.toJSON()] }),
  });
}
