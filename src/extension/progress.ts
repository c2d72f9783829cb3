import * as vscode from 'vscode';
import { viewIds } from './contributions';

/** Shows that the tree is about to change, while `work` lasts. */
export function withViewProgress<T>(work: () => Promise<T>): Promise<T> {
  return Promise.resolve(vscode.window.withProgress({ location: { viewId: viewIds.tasks } }, work));
}
