import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Problem } from '../../contract/plan';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { type PlanFile, planFileOf } from './planFile';

/** Long enough for a pause between two words, short enough to feel live. */
const debounceMs = 250;

export interface PlanDiagnosticsDeps {
  readonly plansDirs: () => readonly string[];
  readonly onDidChangePlans: vscode.Event<void>;
  readonly customAgents?: (() => readonly string[]) | undefined;
  readonly log: Log;
}

/** Shows what is wrong in all plans on disk, with the text of open editors in place of what is on disk. */
export class PlanDiagnostics extends DisposableBase {
  readonly #deps: PlanDiagnosticsDeps;
  readonly #collection: vscode.DiagnosticCollection;
  readonly #problems = new Map<string, { readonly version: number | null; readonly problems: readonly Problem[] }>();
  #timer: NodeJS.Timeout | null = null;
  #running = false;
  #again = false;

  constructor(deps: PlanDiagnosticsDeps) {
    super();
    this.#deps = deps;
    this.#collection = this._register(vscode.languages.createDiagnosticCollection('switchyard'));
    const ofPlans = (document: vscode.TextDocument) => {
      if (planFileOf(document.uri) !== null) this.#schedule();
    };
    this._register(vscode.workspace.onDidOpenTextDocument(ofPlans));
    this._register(vscode.workspace.onDidCloseTextDocument(ofPlans));
    this._register(vscode.workspace.onDidSaveTextDocument(ofPlans));
    this._register(vscode.workspace.onDidChangeTextDocument((event) => ofPlans(event.document)));
    this._register(deps.onDidChangePlans(() => this.#schedule()));
    this._register({ dispose: () => clearTimeout(this.#timer ?? undefined) });
    this.#schedule();
  }

  /** The problems last shown for a document; null when it was changed since. */
  problemsOf(document: vscode.TextDocument): readonly Problem[] | null {
    const known = this.#problems.get(document.uri.toString());
    return known === undefined || known.version !== document.version ? null : known.problems;
  }

  #schedule(): void {
    if (this.disposed) return;
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => void this.#refresh(), debounceMs);
  }

  async #refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      this.#show(await this.#read());
    } catch (error) {
      this.#deps.log.error(`The plans could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.#schedule();
      }
    }
  }

  /** Problems by file, of every plan on disk and every plan file in an editor. */
  async #read(): Promise<Found[]> {
    // Loaded at the first use: activation does not wait for schemas and parsers.
    const [{ readPlans }, { checkPlan }, { parsePlanText, parseTaskText }, { hasFrontMatter }] = await Promise.all([
      import('../../core/plan/readPlans'),
      import('../../core/plan/checkPlan'),
      import('../../core/plan/parse'),
      import('../../core/plan/frontMatter'),
    ]);
    const open = await openTexts();
    const found = new Map<string, Found>();
    const entryOf = (uri: vscode.Uri, version: number | null): Found => {
      const entry = found.get(uri.toString()) ?? { uri, version, problems: [] };
      found.set(uri.toString(), entry);
      return entry;
    };
    const customAgents = this.#deps.customAgents?.();
    const covered = new Set<string>();
    for (const plansDir of new Set(this.#deps.plansDirs())) {
      const real = await realPath(plansDir);
      covered.add(sameCase(real));
      const editorOf = (file: string) => open.get(sameCase(path.join(real, path.relative(plansDir, file))));
      const { plans, problems } = await readPlans(plansDir, { textOf: (file) => editorOf(file)?.text });
      for (const problem of [...problems, ...plans.flatMap((plan) => checkPlan(plan, { customAgents }))]) {
        const editor = editorOf(problem.file);
        entryOf(editor?.uri ?? vscode.Uri.file(problem.file), editor?.version ?? null).problems.push(problem);
      }
    }
    for (const { uri, version, text, at, plansDir } of open.values()) {
      const entry = entryOf(uri, version);
      if (covered.has(plansDir)) continue;
      // Of no repository of this window (yet): what its own text tells is told all the same.
      if (at.kind === 'plan') entry.problems.push(...parsePlanText(text, at.file).problems);
      else if (hasFrontMatter(text)) {
        entry.problems.push(...parseTaskText(text, at.file, { plan: at.plan, task: at.name }).problems);
      }
    }
    return [...found.values()];
  }

  #show(found: readonly Found[]): void {
    if (this.disposed) return;
    this.#problems.clear();
    for (const { uri, version, problems } of found) this.#problems.set(uri.toString(), { version, problems });
    // One call with everything: files that are right now lose theirs, and nothing flickers.
    this.#collection.clear();
    this.#collection.set(found.map(({ uri, problems }) => [uri, problems.map(toDiagnostic)]));
  }
}

interface Found {
  readonly uri: vscode.Uri;
  readonly version: number | null;
  readonly problems: Problem[];
}

interface OpenText {
  readonly uri: vscode.Uri;
  readonly version: number;
  readonly text: string;
  readonly at: PlanFile;
  /** The real path of the folder of plans, in one case. */
  readonly plansDir: string;
}

/** Texts of plan files in editors, by real path: a folder may be open under a link's name or a drive's other letter. */
async function openTexts(): Promise<Map<string, OpenText>> {
  const texts = new Map<string, OpenText>();
  for (const document of vscode.workspace.textDocuments) {
    const at = planFileOf(document.uri);
    if (at === null || document.isClosed) continue;
    const real = await realPath(at.plansDir);
    const file = path.join(real, path.relative(at.plansDir, at.file));
    const { uri, version } = document;
    texts.set(sameCase(file), { uri, version, text: document.getText(), at, plansDir: sameCase(real) });
  }
  return texts;
}

const sameCase = (file: string) => (process.platform === 'win32' ? file.toLowerCase() : file);

/** A folder that is not there (an unsaved plan) is taken as it is named. */
const realPath = (folder: string) => realpath(folder).catch(() => folder);

/** The range of a problem; without an end it reaches to the end of the line. */
export function rangeOf(problem: Problem): vscode.Range {
  const line = problem.line - 1;
  const endLine = problem.endLine === undefined ? line : problem.endLine - 1;
  const endColumn = problem.endColumn === undefined ? Number.MAX_SAFE_INTEGER : problem.endColumn - 1;
  return new vscode.Range(line, problem.column - 1, endLine, endColumn);
}

export function toDiagnostic(problem: Problem): vscode.Diagnostic {
  const severity = vscode.DiagnosticSeverity[problem.severity === 'error' ? 'Error' : 'Warning'];
  const diagnostic = new vscode.Diagnostic(rangeOf(problem), problem.message, severity);
  diagnostic.source = 'Switchyard';
  diagnostic.code = problem.code;
  return diagnostic;
}
