import type * as vscode from 'vscode';
import type { Log } from '../core/ports';

/** The core's log on VS Code's channel. */
export function logOn(channel: vscode.LogOutputChannel): Log {
  return {
    debug: (message) => channel.debug(message),
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message) => channel.error(message),
  };
}
