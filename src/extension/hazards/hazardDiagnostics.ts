import path from 'node:path';
import * as vscode from 'vscode';
import type { Hazard } from '../../contract/conflicts';
import { type Disposable, DisposableBase } from '../../core/disposable';
import { commandIds } from '../contributions';
import { matrixOf } from '../integration/matrixOf';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine } from '../words';
import { type HazardRef, hazardsOf } from './hazardActions';

/** The matrix changes all the time; problems can wait a little. */
const settleMs = 300;
const source = 'Switchyard';

/** A diagnostic that knows which hazard it tells. */
class HazardDiagnostic extends vscode.Diagnostic {
  constructor(
    range: vscode.Range,
    message: string,
    readonly hazard: HazardRef,
  ) {
    super(range, message, vscode.DiagnosticSeverity.Warning);
    this.source = source;
  }
}

/** Hazards of the worktrees that this window has open, as problems of their files; muted ones are none. */
export class HazardDiagnostics extends DisposableBase implements vscode.CodeActionProvider {
  readonly #repositories: Repositories;
  readonly #collection: vscode.DiagnosticCollection;
  readonly #watched = new Map<RepositorySession, Disposable>();
  #timer: NodeJS.Timeout | null = null;

  constructor(repositories: Repositories) {
    super();
    this.#repositories = repositories;
    this.#collection = this._register(vscode.languages.createDiagnosticCollection('switchyard-hazards'));
    this._register(repositories.onDidChange(() => this.#soon()));
    this._register(
      vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    );
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this._register({ dispose: () => vscode.Disposable.from(...this.#watched.values()).dispose() });
    this.#soon();
  }

  provideCodeActions(
    _document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      if (!(diagnostic instanceof HazardDiagnostic)) return [];
      const action = (title: string, command: string, ...args: unknown[]) => {
        const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        made.command = { title, command, arguments: args };
        made.diagnostics = [diagnostic];
        return made;
      };
      return [
        action(vscode.l10n.t('Mute This Hazard…'), commandIds.muteHazard, diagnostic.hazard),
        action(vscode.l10n.t('Open Conflict Matrix'), commandIds.openIntegration),
      ];
    });
  }

  #soon(): void {
    if (this.disposed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#watch();
      this.#show();
    }, settleMs);
  }

  /** Sessions come and go; each tells when its matrix changes. */
  #watch(): void {
    const sessions = new Set(this.#repositories.all);
    for (const [session, listener] of this.#watched) {
      if (sessions.has(session)) continue;
      listener.dispose();
      this.#watched.delete(session);
    }
    for (const session of sessions) {
      const view = matrixOf(session);
      if (view !== null && !this.#watched.has(session))
        this.#watched.set(
          session,
          view.onDidChange(() => this.#soon()),
        );
    }
  }

  #show(): void {
    const byFile = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    for (const session of this.#repositories.all) {
      for (const [uri, diagnostic] of diagnosticsOf(session)) {
        const known = byFile.get(uri.toString());
        if (known === undefined) byFile.set(uri.toString(), [uri, [diagnostic]]);
        else known[1].push(diagnostic);
      }
    }
    this.#collection.clear();
    this.#collection.set([...byFile.values()]);
  }
}

/** Of the branches that this window's folders have checked out. */
function diagnosticsOf(session: RepositorySession): [vscode.Uri, HazardDiagnostic][] {
  const branches = matrixOf(session)?.state?.json.branches ?? [];
  const own = new Set(session.folders.map(({ worktree }) => worktree));
  const worktrees = new Map(
    branches.flatMap(({ ref, worktree }) => (worktree !== null && own.has(worktree) ? [[ref, worktree] as const] : [])),
  );
  return hazardsOf(session).flatMap((hazard) => {
    if (hazard.muted !== null) return [];
    const place = placeOf(hazard, worktrees);
    if (place === null) return [];
    const range = new vscode.Range(place.line, 0, place.line, Number.MAX_SAFE_INTEGER);
    const words = [hazard.message, hazard.prevention ?? ''].filter((part) => part !== '').map(oneLine);
    const diagnostic = new HazardDiagnostic(range, words.join(' '), { repository: session.id, id: hazard.id });
    diagnostic.code = hazard.kind;
    return [[vscode.Uri.file(path.join(place.worktree, place.file)), diagnostic]];
  });
}

/** Where this window sees it: at its line, or, where that is another's, in the file that is dangerous here. */
function placeOf(
  { branches, at, files, line }: Hazard,
  worktrees: ReadonlyMap<string, string>,
): { worktree: string; file: string; line: number } | null {
  const there = worktrees.get(at);
  const [first, second] = files;
  if (there !== undefined && first !== undefined) return { worktree: there, file: first, line: (line ?? 1) - 1 };
  const here = branches.map((ref) => worktrees.get(ref)).find((worktree) => worktree !== undefined);
  const file = second ?? first;
  return here === undefined || file === undefined ? null : { worktree: here, file, line: 0 };
}
