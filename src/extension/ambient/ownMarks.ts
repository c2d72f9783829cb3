import * as vscode from 'vscode';
import type { MatrixState } from '../../core/conflicts/parts';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { settingId } from '../contributions';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { readFileMarks } from '../settings';
import { changedMarks, type FileMark, fileMarks } from './fileMarks';
import { type OwnPlace, pathIn, placesOf } from './ownPlaces';

/** Several events of one change are one. */
const settleMs = 50;
/** More files than these are told as "many": VS Code takes a sample of longer lists, and some would keep their badges. */
const mostUris = 200;
/** Computing marks takes at most this part of the time, however large the matrix and however often it changes. */
const share = 10;

/** A file of one of this window's worktrees. */
export interface OwnFile {
  readonly place: OwnPlace;
  /** Relative to the worktree, with `/`. */
  readonly path: string;
}

interface Marked {
  readonly state: MatrixState;
  readonly marks: ReadonlyMap<string, FileMark>;
}

/** The files of this window's worktrees that another side changes too, as the matrix has it now. */
export class OwnMarks extends DisposableBase {
  readonly #repositories: Repositories;
  readonly #log: Log;
  readonly #onDidChange = this._register(new vscode.EventEmitter<readonly vscode.Uri[] | 'many'>());
  /** Files whose marks changed. Also fires with none: the matrix is another one. */
  readonly onDidChange = this.#onDidChange.event;
  readonly #heard = new WeakSet<RepositorySession>();
  #places: readonly OwnPlace[] = [];
  /** By worktree. */
  #marked: ReadonlyMap<string, Marked> = new Map();
  #timer: NodeJS.Timeout | null = null;
  #notBefore = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(repositories: Repositories, log: Log) {
    super();
    this.#repositories = repositories;
    this.#log = log;
    // Also when a session is over: its marks go with it.
    this._register(repositories.onDidChange(() => this.#soon()));
    this._register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settingId('fileMarks'))) this.#soon();
      }),
    );
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this.#soon();
  }

  /** null: no file of a worktree of this window. */
  find(uri: vscode.Uri): OwnFile | null {
    for (const place of this.#places) {
      const path = pathIn(place, uri);
      if (path !== null) return { place, path };
    }
    return null;
  }

  markOf({ place, path }: OwnFile): FileMark | null {
    return this.#marked.get(place.worktree)?.marks.get(path) ?? null;
  }

  #soon(): void {
    if (this.disposed) return;
    this.#listen();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        this.#turn = this.#turn.then(() => this.#update()).catch((error: unknown) => this.#log.error(String(error)));
      },
      Math.max(settleMs, this.#notBefore - performance.now()),
    );
  }

  #listen(): void {
    for (const session of this.#repositories.all) {
      if (this.#heard.has(session)) continue;
      this.#heard.add(session);
      session.keep(session.matrix.onDidChange(() => this.#soon()));
      session.keep(session.onDidChangeFolders(() => this.#soon()));
    }
  }

  async #update(): Promise<void> {
    const all = (await Promise.all(this.#repositories.all.map(placesOf))).flat();
    if (this.disposed) return;
    const began = performance.now();
    // The innermost first: a worktree may lie in a folder of another one.
    const places = all
      .filter(({ folder }) => readFileMarks(folder.uri))
      .sort((x, y) => y.folder.uri.path.length - x.folder.uri.path.length);
    const marked = new Map<string, Marked>();
    for (const { session, worktree } of places) {
      const { state } = session.matrix;
      if (state === null || marked.has(worktree)) continue;
      const known = this.#marked.get(worktree);
      marked.set(worktree, known?.state === state ? known : { state, marks: fileMarks(state, worktree) });
    }
    const changed = [...take(this.#changed(this.#places, places, this.#marked, marked), mostUris + 1)];
    this.#places = places;
    this.#marked = marked;
    this.#notBefore = performance.now() + (performance.now() - began) * share;
    this.#onDidChange.fire(changed.length > mostUris ? 'many' : changed);
  }

  /** Files whose marks changed, each by the name under which this window shows it. */
  *#changed(
    before: readonly OwnPlace[],
    after: readonly OwnPlace[],
    was: ReadonlyMap<string, Marked>,
    is: ReadonlyMap<string, Marked>,
  ): Iterable<vscode.Uri> {
    const none: ReadonlyMap<string, FileMark> = new Map();
    const keyOf = ({ folder, worktree }: OwnPlace) => `${worktree}\0${folder.uri.toString()}`;
    const all = new Map([...before, ...after].map((place) => [keyOf(place), place]));
    const [old, now] = [before, after].map((places) => new Set(places.map(keyOf)));
    for (const [key, { worktree, prefix, folder }] of all) {
      const had = old?.has(key) === true ? (was.get(worktree)?.marks ?? none) : none;
      const has = now?.has(key) === true ? (is.get(worktree)?.marks ?? none) : none;
      if (had === has) continue;
      for (const path of changedMarks(had, has)) {
        if (path.startsWith(prefix)) yield vscode.Uri.joinPath(folder.uri, path.slice(prefix.length));
      }
    }
  }
}

function* take<T>(items: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}
