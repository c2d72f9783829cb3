import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { RepositorySession } from './repositorySession';

const settleMs = 150;

/**
 * Tells the other windows that files changed in this window's own folder. It is the one place with a recursive
 * watcher: VS Code has one on its own folder anyway, so it costs nothing. What is done in the editor itself is told at
 * once, and without the watcher, which is slower and may lose it.
 */
export class FileHints extends DisposableBase {
  constructor(session: RepositorySession) {
    super();
    const { hints } = session.repository.store;
    for (const { folder, worktree } of session.folders) {
      if (worktree !== null) this.#watch(folder, () => hints.touch(hints.worktreeKey(worktree)));
    }
  }

  #watch(folder: vscode.WorkspaceFolder, touch: () => Promise<void>): void {
    const git = vscode.Uri.joinPath(folder.uri, '.git');
    // git's own files change at every look of anyone; the monitor watches what matters of them.
    const matters = (uri: vscode.Uri) =>
      uri.scheme === folder.uri.scheme && isIn(uri, folder.uri) && uri.path !== git.path && !isIn(uri, git);
    let timer: NodeJS.Timeout | null = null;
    let touched = 0;
    const now = () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      touched = Date.now();
      touch().catch(() => {
        // A hint that is lost costs a few seconds: the slow scan finds the change.
      });
    };
    const soon = () => {
      timer ??= setTimeout(now, settleMs);
    };
    this._register({ dispose: () => timer !== null && clearTimeout(timer) });

    const watcher = this._register(
      vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/*')),
    );
    const changed = (uri: vscode.Uri) => matters(uri) && soon();
    this._register(watcher.onDidChange(changed));
    this._register(watcher.onDidCreate(changed));
    this._register(watcher.onDidDelete(changed));

    // The first of a burst is told at once, the rest together.
    const done = (...uris: readonly vscode.Uri[]) => {
      if (!uris.some(matters)) return;
      if (Date.now() - touched < settleMs) soon();
      else now();
    };
    this._register(vscode.workspace.onDidSaveTextDocument(({ uri }) => done(uri)));
    this._register(vscode.workspace.onDidCreateFiles(({ files }) => done(...files)));
    this._register(vscode.workspace.onDidDeleteFiles(({ files }) => done(...files)));
    this._register(
      vscode.workspace.onDidRenameFiles(({ files }) =>
        done(...files.flatMap(({ oldUri, newUri }) => [oldUri, newUri])),
      ),
    );
  }
}

function isIn(uri: vscode.Uri, folder: vscode.Uri): boolean {
  return uri.path.startsWith(folder.path.endsWith('/') ? folder.path : `${folder.path}/`);
}
