import * as vscode from 'vscode';
import type { ContextKeys } from './contributions';

const known = new Map<keyof ContextKeys, unknown>();

/** Tells VS Code a context key's value; a value it already has is not sent again. */
export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (known.get(key) === value) return;
  known.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}
