import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { RepositorySession } from './repositorySession';

const settleMs = 150;

/**
 * Tells the other windows that files changed in this window's own folder. It is the one place with a recursive
 * watcher: VS Code has one on its own folder anyway, so it costs nothing.
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
    const watcher = this._register(
      vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/*')),
    );
    const git = vscode.Uri.joinPath(folder.uri, '.git');
    let timer: NodeJS.Timeout | null = null;
    const changed = (uri: vscode.Uri) => {
      // git's own files change at every look of anyone; the monitor watches what matters of them.
      if (uri.path === git.path || uri.path.startsWith(`${git.path}/`)) return;
      if (timer !== null) return;
      timer = setTimeout(() => {
        timer = null;
        touch().catch(() => {
          // A hint that is lost costs a few seconds: the slow scan finds the change.
        });
      }, settleMs);
    };
    this._register({ dispose: () => timer !== null && clearTimeout(timer) });
    this._register(watcher.onDidChange(changed));
    this._register(watcher.onDidCreate(changed));
    this._register(watcher.onDidDelete(changed));
  }
}
