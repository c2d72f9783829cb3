import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { Host, Log } from '../../core/ports';
import { setContextKey } from '../contextKeys';
import { contextKeys, type Emptiness } from '../contributions';
import { localFolders } from '../folders';
import { affectsSettings } from '../settings';
import type { RepositorySession } from './repositorySession';

/**
 * The repositories of this window: one session per common directory, however many of its folders and worktrees the
 * window has. Nothing is opened before the window is trusted.
 */
export class Repositories extends DisposableBase {
  readonly #sessions = new Map<string, RepositorySession>();
  readonly #host: (folder: vscode.WorkspaceFolder) => Host;
  readonly #log: Log;
  readonly #onDidChange = this._register(new vscode.EventEmitter<void>());
  /** Sessions, rows or plans changed. */
  readonly onDidChange = this.#onDidChange.event;
  readonly #onDidOpen = this._register(new vscode.EventEmitter<RepositorySession>());
  /** A session has its folders and its first rows. */
  readonly onDidOpen = this.#onDidOpen.event;
  readonly #onDidChangePlans = this._register(new vscode.EventEmitter<void>());
  readonly onDidChangePlans = this.#onDidChangePlans.event;
  #problem: Emptiness = 'loading';
  #opening: Promise<void> = Promise.resolve();

  constructor(host: (folder: vscode.WorkspaceFolder) => Host, log: Log) {
    super();
    this.#host = host;
    this.#log = log;
    this._register({ dispose: () => this.#closeAll() });
    this._register(vscode.workspace.onDidChangeWorkspaceFolders(() => void this.open()));
    this._register(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.open()));
    this._register(vscode.workspace.onDidChangeConfiguration((event) => this.#settingsChanged(event)));
    this._register(
      vscode.window.onDidChangeWindowState((state) => {
        for (const session of this.all) session.focusChanged(state.focused);
      }),
    );
  }

  get all(): readonly RepositorySession[] {
    return [...this.#sessions.values()];
  }

  get(id: string): RepositorySession | null {
    return this.#sessions.get(id) ?? null;
  }

  /** Resolves when the folders that the window has now were looked at. */
  whenOpened(): Promise<void> {
    return this.#opening;
  }

  get emptiness(): Emptiness {
    if (this.#sessions.size === 0) return this.#problem;
    if (this.all.some((session) => !session.empty)) return 'none';
    return this.all.some((session) => session.damaged) ? 'damaged' : 'noTask';
  }

  /** Looks at the window's folders; sessions of repositories that are still there stay. */
  open(): Promise<void> {
    this.#opening = this.#opening.then(() => this.#openFolders());
    return this.#opening;
  }

  async #openFolders(): Promise<void> {
    if (this.disposed) return;
    const folders = localFolders();
    if (!vscode.workspace.isTrusted) this.#problem = 'untrusted';
    else if (folders.length === 0) this.#problem = 'noFolder';
    else await this.#openTrusted(folders);
    if (folders.length === 0 || !vscode.workspace.isTrusted) this.#closeAll();
    this.#changed();
  }

  async #openTrusted(folders: readonly vscode.WorkspaceFolder[]): Promise<void> {
    const core = await import('../core');
    const byRepository = new Map<RepositorySession, { folder: vscode.WorkspaceFolder; worktree: string | null }[]>();
    const fresh: RepositorySession[] = [];
    for (const folder of folders) {
      try {
        const repository = await core.openCore(folder.uri.fsPath, this.#host(folder));
        let session = this.#sessions.get(repository.layout.commonDir);
        if (session === undefined) {
          session = core.startSession(repository);
          this.#add(session);
          fresh.push(session);
        } else if (session.repository !== repository) repository.dispose();
        const own = byRepository.get(session) ?? [];
        own.push({ folder, worktree: await core.worktreeOf(session.repository, folder.uri.fsPath) });
        byRepository.set(session, own);
      } catch (error) {
        this.#problem = core.reasonOf(error);
        this.#log.warn(`${folder.uri.fsPath}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    for (const session of this.all) {
      const own = byRepository.get(session);
      if (own === undefined) this.#remove(session);
      else session.setFolders(own);
    }
    this.#tellInWorktree();
    await Promise.all(fresh.map((session) => this.#start(session)));
  }

  async #start(session: RepositorySession): Promise<void> {
    try {
      await session.mirrorSettings();
      await session.start();
    } catch (error) {
      // The session stays: what can be read is shown, and the next look may succeed.
      this.#log.error(`${session.repository.layout.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#onDidOpen.fire(session);
  }

  #add(session: RepositorySession): void {
    this.#sessions.set(session.id, session);
    session.onDidChange(() => this.#changed());
    session.onDidChangePlans(() => this.#onDidChangePlans.fire());
  }

  #remove(session: RepositorySession): void {
    this.#sessions.delete(session.id);
    session.dispose();
  }

  #closeAll(): void {
    for (const session of this.all) this.#remove(session);
  }

  #changed(): void {
    if (this.disposed) return;
    setContextKey(contextKeys.empty, this.emptiness);
    this.#onDidChange.fire();
  }

  #tellInWorktree(): void {
    const linked = this.all.some((session) =>
      session.folders.some(({ worktree }) => worktree !== null && worktree !== session.repository.layout.mainWorktree),
    );
    setContextKey(contextKeys.inWorktree, linked);
  }

  #settingsChanged(event: vscode.ConfigurationChangeEvent): void {
    if (!affectsSettings(event) || !vscode.workspace.isTrusted) return;
    // A repository keeps the git it was opened with; whoever was told that git is missing has just named one.
    if (event.affectsConfiguration('git.path')) {
      this.#opening = this.#opening.then(() => this.#closeAll());
      void this.open();
    }
    for (const session of this.all) {
      session.costs.settingsChanged();
      session
        .mirrorSettings()
        .catch((error: unknown) => this.#log.warn(`Settings were not mirrored: ${String(error)}`));
    }
  }
}
