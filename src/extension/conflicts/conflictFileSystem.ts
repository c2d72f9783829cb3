import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { KeptContents, largestBytes, tooLarge } from '../changes/keptContents';
import { ReadOnlyFileSystem } from '../changes/readOnlyFileSystem';
import { conflictScheme } from '../contributions';
import type { Repositories } from '../sessions/repositories';
import { size } from '../words';
import { roomOf } from './conflictRooms';
import { type ConflictContent, parseConflictUri } from './conflictUri';

const mostTexts = 20;

/** Both sides of a conflict, their base and a merge's result as read-only documents: what only git has, no file. */
export class ConflictFileSystem extends ReadOnlyFileSystem implements vscode.FileSystemProvider {
  readonly #onDidChangeFile = this._register(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.#onDidChangeFile.event;
  readonly #contents = new KeptContents();
  /** By number; the oldest go first. */
  readonly #texts = new Map<number, Buffer>();
  #lastText = 0;

  constructor(private readonly repositories: Repositories) {
    super();
    this._registerAs(conflictScheme, this);
  }

  /** Keeps a text for a document of this window. */
  addText(text: string): ConflictContent {
    this.#lastText += 1;
    this.#texts.set(this.#lastText, Buffer.from(text));
    this.#texts.delete(this.#lastText - mostTexts);
    return { kind: 'text', number: this.#lastText };
  }

  /** Nothing of what is shown changes. */
  watch(): Disposable {
    return { dispose: () => undefined };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: length };
  }

  async readFile(uri: vscode.Uri): Promise<Buffer> {
    const kept = this.#contents.get(uri.query);
    if (kept !== undefined) return kept;
    const content = parseConflictUri(uri);
    if (content === null) throw vscode.FileSystemError.FileNotFound(uri);
    const bytes = await this.#read(uri, content);
    if (content.kind === 'blob' || content.kind === 'result') this.#contents.keep(uri.query, bytes);
    return bytes;
  }

  async #read(uri: vscode.Uri, content: ConflictContent): Promise<Buffer> {
    switch (content.kind) {
      case 'nothing':
        return Buffer.alloc(0);
      case 'submodule':
        // The words of git's own diffs.
        return Buffer.from(`Subproject commit ${content.id}\n`);
      case 'text':
        return this.#texts.get(content.number) ?? Buffer.from(vscode.l10n.t('This was shown before the last reload.'));
      case 'blob':
        return this.#blob(uri, content.repository, content.id);
      case 'result': {
        const { nameMarkers } = await import('../core');
        return nameMarkers(await this.#blob(uri, content.repository, content.id), new Map(content.names));
      }
    }
  }

  /** Only of repositories that this window has open: a link in a document must not name any other. */
  async #blob(uri: vscode.Uri, repository: string, id: string): Promise<Buffer> {
    await this.repositories.whenOpened();
    const session = this.repositories.get(repository);
    if (session === null) throw vscode.FileSystemError.Unavailable(uri);
    const { readKept } = await import('../core');
    const read = await readKept(await roomOf(session), id, largestBytes);
    if (read.kind === 'text') return read.content;
    if (read.kind === 'too-large') return tooLarge(read.bytes);
    return Buffer.from(vscode.l10n.t('This file is binary ({0}); its content is {1}.', size(read.bytes), id));
  }
}
