import * as vscode from 'vscode';
import { type Disposable, DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { windowIdentity } from '../folders';
import { tell } from '../messages';
import type { RepositorySession } from '../sessions/repositorySession';

/**
 * Lets everyone know which worktrees this window shows, and lets go of one when it is to be cleaned: whoever asks has
 * the word of a human. Unsaved files keep the window open.
 */
export class ShownWorktrees extends DisposableBase {
  readonly #session: RepositorySession;
  readonly #log: Log;
  readonly #announced = new Map<string, Disposable>();

  constructor(session: RepositorySession, log: Log) {
    super();
    this.#session = session;
    this.#log = log;
    this._register({ dispose: () => this.#announced.forEach((item) => void item.dispose()) });
    this._register(session.onDidChangeFolders(() => this.#followFolders()));
    this.#followFolders();
  }

  #followFolders(): void {
    this.#follow().catch((error: unknown) => this.#log.warn(`This window is not announced: ${String(error)}`));
  }

  async #follow(): Promise<void> {
    const { announceWindow } = await import('../core');
    if (this.disposed) return;
    const { store, host, layout } = this.#session.repository;
    const shown = new Set(this.#session.folders.flatMap(({ worktree }) => worktree ?? []));
    // The main worktree is never cleaned.
    if (layout.mainWorktree !== null) shown.delete(layout.mainWorktree);
    for (const [worktree, item] of this.#announced) {
      if (shown.has(worktree)) continue;
      item.dispose();
      this.#announced.delete(worktree);
    }
    for (const worktree of shown) {
      if (this.#announced.has(worktree)) continue;
      const close = () => this.#letGo(worktree);
      const { version } = host;
      this.#announced.set(worktree, announceWindow({ store }, { worktree, window: windowIdentity(), version, close }));
    }
  }

  async #letGo(worktree: string): Promise<void> {
    const own = this.#session.folders.filter((each) => each.worktree === worktree).map(({ folder }) => folder);
    const all = vscode.workspace.workspaceFolders ?? [];
    const whole = own.length === all.length;
    const unsaved = vscode.workspace.textDocuments.filter(
      ({ isDirty, uri }) => isDirty && (whole || own.some(({ index }) => index === folderOf(uri)?.index)),
    );
    if (unsaved.length > 0) {
      tell('warning', vscode.l10n.t('This worktree is to be cleaned up: save or revert its open files first.'), {
        label: vscode.l10n.t('Save All'),
        run: () => vscode.commands.executeCommand('workbench.action.files.saveAll'),
      });
      return;
    }
    this.#log.info(`${worktree} is to be cleaned up: this window lets go of it.`);
    if (whole) await closeThisWindow();
    else await removeFolders(own);
  }
}

function folderOf(uri: vscode.Uri): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.getWorkspaceFolder(uri);
}

/** A page cannot close itself: in a browser the window stays, without a folder. */
async function closeThisWindow(): Promise<void> {
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  await vscode.commands.executeCommand(web ? 'workbench.action.closeFolder' : 'workbench.action.closeWindow');
}

/** One after the other: VS Code takes the next change only when it has told of the one before. */
async function removeFolders(folders: readonly vscode.WorkspaceFolder[]): Promise<void> {
  for (const { uri } of folders) {
    const index = vscode.workspace.getWorkspaceFolder(uri)?.index;
    if (index === undefined) continue;
    const changed = new Promise<void>((resolve) => {
      const listener = vscode.workspace.onDidChangeWorkspaceFolders(() => {
        listener.dispose();
        resolve();
      });
    });
    if (!vscode.workspace.updateWorkspaceFolders(index, 1)) return;
    await changed;
  }
}
