import { lstat, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import type { StoreChange } from '../../core/store/watcher';
import { changesScheme } from '../contributions';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { type ChangesSide, parseChangesUri } from './changesUri';
import { KeptContents, largestBytes, tooLarge } from './keptContents';
import { ReadOnlyFileSystem } from './readOnlyFileSystem';

/**
 * Both sides of a comparison as read-only documents of ours. With `file:` documents VS Code's git would open the other
 * worktree as a repository of this window.
 */
export class ChangesFileSystem extends ReadOnlyFileSystem implements vscode.FileSystemProvider {
  readonly #onDidChangeFile = this._register(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.#onDidChangeFile.event;
  readonly #repositories: Repositories;
  readonly #blobs = new KeptContents();
  /** Open documents that show a live file, and the time of the content they show. */
  readonly #live = new Map<string, { readonly uri: vscode.Uri; readonly side: ChangesSide; mtime: number }>();

  constructor(repositories: Repositories) {
    super();
    this.#repositories = repositories;
    this._register(repositories.onDidOpen((session) => this.#follow(session)));
    this._registerAs(changesScheme, this);
  }

  #follow(session: RepositorySession): void {
    const { store } = session.repository;
    this._register(
      store.onDidChange((change: StoreChange) => {
        if (change.area !== 'hints' && change.area !== 'status') return;
        for (const entry of this.#live.values()) {
          if (change.name === null || store.hints.worktreeKey(entry.side.worktree) === change.name)
            void this.#check(entry);
        }
      }),
    );
  }

  async #check(entry: { readonly uri: vscode.Uri; readonly side: ChangesSide; mtime: number }): Promise<void> {
    const { mtimeMs } = await lstat(fileOf(entry.side)).catch(() => ({ mtimeMs: 0 })); // gone is a change too
    if (mtimeMs === entry.mtime) return;
    entry.mtime = mtimeMs;
    const type = mtimeMs === 0 ? vscode.FileChangeType.Deleted : vscode.FileChangeType.Changed;
    this.#onDidChangeFile.fire([{ type, uri: entry.uri }]);
  }

  watch(uri: vscode.Uri): Disposable {
    const side = parseChangesUri(uri);
    if (side === null || side.commit !== null) return { dispose: () => undefined };
    const key = uri.toString();
    const entry = { uri, side, mtime: 0 };
    this.#live.set(key, entry);
    void lstat(fileOf(side)).then(
      ({ mtimeMs }) => {
        entry.mtime = mtimeMs;
      },
      () => undefined, // not there: the next look compares with nothing
    );
    return { dispose: () => this.#live.delete(key) };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { session, side } = await this.#find(uri);
    if (side.commit !== null) {
      const { length } = await this.#blob(session, side, side.commit);
      return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: length };
    }
    const facts = await lstat(fileOf(side)).catch(() => null); // absent is told below
    if (facts === null) throw vscode.FileSystemError.FileNotFound(uri);
    return {
      type: vscode.FileType.File,
      ctime: facts.ctimeMs,
      mtime: facts.mtimeMs,
      size: Math.min(facts.size, largestBytes),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { session, side } = await this.#find(uri);
    return side.commit === null ? readLive(uri, side) : this.#blob(session, side, side.commit);
  }

  /** Only worktrees of repositories that this window has open: a link in a document must not name any file. */
  async #find(uri: vscode.Uri): Promise<{ session: RepositorySession; side: ChangesSide }> {
    const side = parseChangesUri(uri);
    if (side === null) throw vscode.FileSystemError.FileNotFound(uri);
    await this.#repositories.whenOpened();
    const session = this.#repositories.all.find(({ worktrees }) =>
      worktrees.some((worktree) => worktree.path === side.worktree),
    );
    if (session === undefined) throw vscode.FileSystemError.Unavailable(uri);
    return { session, side };
  }

  async #blob(session: RepositorySession, side: ChangesSide, commit: string): Promise<Buffer> {
    const key = `${commit}:${side.path}`;
    const kept = this.#blobs.get(key);
    if (kept !== undefined) return kept;
    const { readBlob } = await import('../core');
    const { git } = session.repository;
    const size = await blobSize(session, side.worktree, key);
    if (size === null) throw vscode.FileSystemError.FileNotFound(side.path);
    const content = size > largestBytes ? tooLarge(size) : await readBlob(git, side.worktree, commit, side.path);
    if (content === null) throw vscode.FileSystemError.FileNotFound(side.path);
    this.#blobs.keep(key, content);
    return content;
  }
}

function fileOf(side: ChangesSide): string {
  return path.join(side.worktree, ...side.path.split('/'));
}

/** A link is shown as git keeps it, by what it says: following it could lead out of the worktree. */
async function readLive(uri: vscode.Uri, side: ChangesSide): Promise<Uint8Array> {
  const file = fileOf(side);
  const facts = await lstat(file).catch(() => null); // absent is told below
  if (facts === null) throw vscode.FileSystemError.FileNotFound(uri);
  if (facts.isSymbolicLink()) return Buffer.from(await readlink(file));
  if (!facts.isFile()) return Buffer.from(vscode.l10n.t('This is a folder with a repository of its own.'));
  return facts.size > largestBytes ? tooLarge(facts.size) : readFile(file);
}

async function blobSize(session: RepositorySession, cwd: string, name: string): Promise<number | null> {
  const result = await session.repository.git.run(['cat-file', '-s', name], { cwd, okExitCodes: [0, 128] });
  const size = Number.parseInt(result.stdout, 10);
  return result.exitCode === 0 && Number.isFinite(size) ? size : null;
}
