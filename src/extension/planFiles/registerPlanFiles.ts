import * as vscode from 'vscode';
import { PlanCodeActions } from './planCodeActions';
import { completionTriggers, PlanCompletion } from './planCompletion';
import { PlanDiagnostics, type PlanDiagnosticsDeps } from './planDiagnostics';
import { planFileSelector } from './planFile';
import { PlanHover } from './planHover';

/**
 * Help with plan and task files in the editor: problems, quick fixes, completion, hovers. It reads files and parses
 * text, starts no process and asks no git, so it may run in an untrusted window too.
 */
export function registerPlanFiles(deps: PlanDiagnosticsDeps): vscode.Disposable {
  const diagnostics = new PlanDiagnostics(deps);
  return vscode.Disposable.from(
    diagnostics,
    vscode.languages.registerCodeActionsProvider(planFileSelector, new PlanCodeActions(diagnostics), {
      providedCodeActionKinds: PlanCodeActions.kinds,
    }),
    vscode.languages.registerCompletionItemProvider(
      planFileSelector,
      new PlanCompletion(deps.customAgents ?? (() => [])),
      ...completionTriggers,
    ),
    vscode.languages.registerHoverProvider(planFileSelector, new PlanHover()),
  );
}
