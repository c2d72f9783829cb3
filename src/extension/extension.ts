import * as vscode from 'vscode';

/** Composes the extension; grows room by room. */
export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.window.createOutputChannel('Switchyard', { log: true }));
}
