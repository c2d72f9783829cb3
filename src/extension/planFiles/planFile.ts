import path from 'node:path';
import type * as vscode from 'vscode';

/** Where plans lie in a worktree and in a bare repository: for providers, which VS Code asks by file name. */
export const planFileSelector: vscode.DocumentSelector = [
  { language: 'markdown', scheme: 'file', pattern: '**/.switchyard/*/*.md' },
  { language: 'markdown', scheme: 'file', pattern: '**/switchyard/plans/*/*.md' },
];

/** What a document is for the plan that it belongs to. */
export interface PlanFile {
  readonly file: string;
  readonly plansDir: string;
  readonly plan: string;
  readonly kind: 'plan' | 'task';
  /** The file's name without `.md`. */
  readonly name: string;
}

/** Takes a file's path apart; null when it lies at no place for plans. */
export function planFileOf(uri: vscode.Uri): PlanFile | null {
  if (uri.scheme !== 'file' || !/\.md$/i.test(uri.path)) return null;
  const file = uri.fsPath;
  const folder = path.dirname(file);
  const plansDir = path.dirname(folder);
  const top = path.basename(plansDir);
  const bare = top === 'plans' && path.basename(path.dirname(plansDir)) === 'switchyard';
  if (top !== '.switchyard' && !bare) return null;
  const name = path.basename(file).slice(0, -3);
  if (name.toLowerCase() === 'readme') return null;
  return { file, plansDir, plan: path.basename(folder), kind: name === 'plan' ? 'plan' : 'task', name };
}

/** All lines of a document, as the core's helpers take them. */
export function linesOf(document: vscode.TextDocument): string[] {
  return Array.from({ length: document.lineCount }, (_, line) => document.lineAt(line).text);
}
