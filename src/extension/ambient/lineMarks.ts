import * as vscode from 'vscode';
import { type SharedLine, SharedLines } from '../../core/conflicts/lines/sharedLines';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { roomOf } from '../conflicts/conflictRooms';
import type { RepositorySession } from '../sessions/repositorySession';
import { linesHover, type MarkedLines, markedLines, type OtherState } from './lineWords';
import type { OwnFile, OwnMarks } from './ownMarks';
import { SharedLinesItem } from './sharedLinesItem';
import { answer, type LinesQuestion, questionOf } from './sharedPlaces';

const settleMs = 50;
/** Whoever types is not disturbed; what is marked moves with the text meanwhile. */
const typingMs = 300;

/** What is marked in an editor. */
export interface ShownLines {
  readonly file: OwnFile;
  readonly sides: ReadonlyMap<string, OtherState>;
  readonly marked: readonly MarkedLines[];
}

interface Answered {
  readonly key: string;
  readonly found: readonly SharedLine[];
}

/** Marks lines in visible editors that another side changes too; hovering over them tells who and what. */
export class LineMarks extends DisposableBase implements vscode.HoverProvider {
  readonly #marks: OwnMarks;
  readonly #log: Log;
  readonly #conflicting = this._register(vscode.window.createTextEditorDecorationType(look('editorError', 'solid')));
  readonly #other = this._register(vscode.window.createTextEditorDecorationType(look('editorInfo', 'dotted')));
  readonly #item = this._register(new SharedLinesItem());
  readonly #rooms = new WeakMap<RepositorySession, Promise<SharedLines>>();
  readonly #changedAt = new WeakMap<vscode.TextDocument, number>();
  readonly #answers = new WeakMap<vscode.TextDocument, Answered>();
  readonly #shown = new WeakMap<vscode.TextDocument, ShownLines>();
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(marks: OwnMarks, log: Log) {
    super();
    this.#marks = marks;
    this.#log = log;
    this._register(marks.onDidChange(() => this.#soon(settleMs)));
    this._register(vscode.window.onDidChangeVisibleTextEditors(() => this.#soon(settleMs)));
    this._register(vscode.window.onDidChangeActiveTextEditor(() => this.#tell()));
    this._register(vscode.workspace.onDidSaveTextDocument(() => this.#soon(settleMs)));
    this._register(vscode.workspace.onDidChangeTextDocument((event) => this.#edited(event)));
    this._register(vscode.languages.registerHoverProvider({ scheme: 'file' }, this));
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this.#soon(settleMs);
  }

  provideHover(document: vscode.TextDocument, { line }: vscode.Position): vscode.Hover | null {
    const shown = this.#shown.get(document);
    const here = shown?.marked.filter(({ first, last }) => first <= line && line <= last) ?? [];
    const [one] = here;
    if (shown === undefined || one === undefined) return null;
    const shared = here.flatMap((each) => each.shared);
    const text = linesHover({ shared }, shown.sides, { now: new Date(), t: vscode.l10n.t });
    return new vscode.Hover(new vscode.MarkdownString(text), new vscode.Range(one.first, 0, one.last, 0));
  }

  #edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return;
    this.#changedAt.set(document, Date.now());
    const file = this.#marks.find(document.uri);
    if (file !== null && this.#marks.markOf(file) !== null) this.#soon(typingMs);
  }

  #soon(ms: number): void {
    if (this.disposed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#turn = this.#turn.then(() => this.#update()).catch((error: unknown) => this.#log.error(String(error)));
    }, ms);
  }

  async #update(): Promise<void> {
    const documents = new Set(vscode.window.visibleTextEditors.map(({ document }) => document));
    for (const document of documents) {
      if (this.disposed) return;
      await this.#mark(document);
    }
    this.#tell();
  }

  async #mark(document: vscode.TextDocument): Promise<void> {
    const file = this.#marks.find(document.uri);
    const mark = file === null ? null : this.#marks.markOf(file);
    const question =
      file === null
        ? null
        : questionOf(document, file, mark, this.#changedAt.get(document) ?? Number.NEGATIVE_INFINITY);
    if (file === null || question === null) {
      this.#show(document, null);
      return;
    }
    const { version } = document;
    const known = this.#answers.get(document);
    const found = known?.key === question.key ? known.found : await this.#ask(file.place.session, question, document);
    // Somebody typed meanwhile: these lines are others by now, and the next look is on its way.
    if (document.version !== version || this.disposed) return;
    if (found === null) this.#answers.delete(document);
    else this.#answers.set(document, { key: question.key, found });
    if (found === null) this.#show(document, null);
    else this.#show(document, { file, sides: question.sides, marked: markedLines(found, document.lineCount) });
  }

  async #ask(
    session: RepositorySession,
    question: LinesQuestion,
    document: vscode.TextDocument,
  ): Promise<readonly SharedLine[] | null> {
    try {
      return await answer(await this.#linesOf(session), question, document);
    } catch (error) {
      // A state that is not kept any more: the matrix has a newer one soon. Until then nothing is marked.
      this.#log.debug(`The lines of ${document.uri.fsPath}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  #linesOf(session: RepositorySession): Promise<SharedLines> {
    const known = this.#rooms.get(session);
    if (known !== undefined) return known;
    const made = roomOf(session).then((room) => new SharedLines(room));
    this.#rooms.set(session, made);
    made.catch(() => this.#rooms.delete(session));
    return made;
  }

  #show(document: vscode.TextDocument, shown: ShownLines | null): void {
    if (shown === null && !this.#shown.has(document)) return;
    if (shown === null) this.#shown.delete(document);
    else this.#shown.set(document, shown);
    const marked = shown?.marked ?? [];
    const isConflict = ({ shared }: MarkedLines) =>
      shared.some(({ ref }) => shown?.sides.get(ref)?.change.verdict === 'conflict');
    const ranges = (lines: readonly MarkedLines[]) =>
      lines.map(({ first, last }) => new vscode.Range(first, 0, last, 0));
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document) continue;
      editor.setDecorations(this.#conflicting, ranges(marked.filter(isConflict)));
      editor.setDecorations(this.#other, ranges(marked.filter((each) => !isConflict(each))));
    }
  }

  /** The status bar says of the active editor what its colours say. */
  #tell(): void {
    const document = vscode.window.activeTextEditor?.document;
    this.#item.show(document === undefined ? null : (this.#shown.get(document) ?? null));
  }
}

/** The form of the line below tells a conflict from the rest where colours do not; at the left it would cover text. */
function look(color: 'editorError' | 'editorInfo', style: 'solid' | 'dotted'): vscode.DecorationRenderOptions {
  return {
    isWholeLine: true,
    borderColor: new vscode.ThemeColor(`${color}.foreground`),
    borderStyle: style,
    borderWidth: '0 0 1px 0',
    backgroundColor: new vscode.ThemeColor('merge.incomingContentBackground'),
    overviewRulerColor: new vscode.ThemeColor(`${color}.foreground`),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  };
}
