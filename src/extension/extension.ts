import * as vscode from 'vscode';
import { startedAt } from './clock';
import { registerCommands } from './commands/registerCommands';
import { composeServices } from './composeServices';
import { logOn } from './log';
import { showError } from './messages';

/** What tests and other extensions get. */
export interface SwitchyardApi {
  /** Our own part of the activation in milliseconds: evaluating our modules, and `activate`. */
  readonly activationMs: number;
  /** Resolves when the window's folders were looked at for the first time. */
  readonly ready: Promise<void>;
}

/** VS Code does other things between loading us and calling `activate`; they are not ours. */
const loadMs = performance.now() - startedAt;

/** Composes the extension and opens what the window has; nothing of the core is loaded before the views are there. */
export function activate(context: vscode.ExtensionContext): SwitchyardApi {
  const begin = performance.now();
  const channel = vscode.window.createOutputChannel('Switchyard', { log: true });
  context.subscriptions.push(channel);
  const log = logOn(channel);
  try {
    const services = composeServices(context, channel, log);
    context.subscriptions.push(registerCommands(services));
    const activationMs = loadMs + performance.now() - begin;
    log.info(`Activated in ${activationMs.toFixed(1)} ms.`);
    return { activationMs, ready: services.repositories.open() };
  } catch (error) {
    showError(error, log);
    throw error;
  }
}
