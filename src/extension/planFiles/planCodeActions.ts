import path from 'node:path';
import * as vscode from 'vscode';
import type { Problem, ProblemFix } from '../../contract/plan';
import { type PlanDiagnostics, rangeOf, toDiagnostic } from './planDiagnostics';
import { type PlanFile, planFileOf } from './planFile';

/** Offers the mend that a problem carries. */
export class PlanCodeActions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix];
  readonly #diagnostics: PlanDiagnostics;

  constructor(diagnostics: PlanDiagnostics) {
    this.#diagnostics = diagnostics;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const at = planFileOf(document.uri);
    if (at === null || (context.only !== undefined && !context.only.contains(vscode.CodeActionKind.QuickFix)))
      return [];
    const { parsePlanText, parseTaskText } = await import('../../core/plan/parse');
    const text = document.getText();
    const parsed =
      at.kind === 'plan'
        ? parsePlanText(text, at.file)
        : parseTaskText(text, at.file, { plan: at.plan, task: at.name });
    // Positions of an older text would mend the wrong words; then the text's own problems must do.
    const problems = this.#diagnostics.problemsOf(document) ?? parsed.problems;
    const actions: vscode.CodeAction[] = [];
    for (const problem of problems) {
      if (problem.fix === undefined || rangeOf(problem).intersection(range) === undefined) continue;
      const edit = await toEdit(problem, problem.fix, document, at, parsed);
      if (edit === null) continue;
      const action = new vscode.CodeAction(titleOf(problem.fix), vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      action.diagnostics = [toDiagnostic(problem)];
      action.isPreferred = problem.fix.kind === 'replace';
      actions.push(action);
    }
    return actions;
  }
}

function titleOf(fix: ProblemFix): string {
  switch (fix.kind) {
    case 'replace':
      return fix.text.trim() === ''
        ? vscode.l10n.t('Replace with Spaces')
        : vscode.l10n.t('Replace with {0}', fix.text);
    case 'remove-key':
      return vscode.l10n.t('Remove "{0}"', fix.key);
    case 'rename-file':
      return vscode.l10n.t('Rename the File to {0}', fix.to);
    case 'rename-folder':
      return vscode.l10n.t('Rename the Folder to {0}', fix.to);
  }
}

type Parsed = Parameters<typeof import('../../core/plan/removeKey').spanOfKey>[1];

async function toEdit(
  problem: Problem,
  fix: ProblemFix,
  document: vscode.TextDocument,
  at: PlanFile,
  parsed: { readonly positions: Parsed },
): Promise<vscode.WorkspaceEdit | null> {
  const edit = new vscode.WorkspaceEdit();
  switch (fix.kind) {
    case 'replace':
      edit.replace(document.uri, rangeOf(problem), fix.text);
      return edit;
    case 'remove-key': {
      const { spanOfKey } = await import('../../core/plan/removeKey');
      const span = spanOfKey(document.getText(), parsed.positions, fix.key);
      if (span === null) return null;
      edit.delete(document.uri, new vscode.Range(span.line - 1, span.column - 1, span.endLine - 1, span.endColumn - 1));
      return edit;
    }
    case 'rename-file':
      edit.renameFile(document.uri, vscode.Uri.file(path.join(path.dirname(at.file), fix.to)), { overwrite: false });
      return edit;
    case 'rename-folder': {
      const folder = path.dirname(at.file);
      const to = path.join(path.dirname(folder), fix.to);
      edit.renameFile(vscode.Uri.file(folder), vscode.Uri.file(to), { overwrite: false });
      return edit;
    }
  }
}
