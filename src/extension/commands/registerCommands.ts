import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { openChanges, openLiveFile } from '../changes/openChanges';
import { openConflict, proveConflict } from '../conflicts/chooseCell';
import { type CommandName, commandIds } from '../contributions';
import { manageTrustRemedy, openSettings, showError, tell } from '../messages';
import { withViewProgress } from '../progress';
import { adoptWorktree } from './adopt';
import { moveAgentHere, nextAttention, openAgentTerminal, restartAgent, startWithoutSetup, stopAgent } from './agents';
import { openApp, runApp, stopApp } from './app';
import { cleanTask } from './clean';
import { cleanIntegrated } from './cleanIntegrated';
import { exportCosts, refreshPrices, showCosts } from './costs';
import { dispatchAll, dispatchTask } from './dispatch';
import { muteHazard, unmuteHazard } from './hazards';
import { openIntegration, refreshConflicts } from './integration';
import { checkPlan, newPlan, newTask, openPlan, openTask } from './plans';
import { forgetTask, restoreTask } from './restore';
import type { Services } from './services';
import { setBudget } from './setBudget';
import { spin } from './spin';
import { syncBase, syncTask } from './sync';
import { emptyTrash } from './trash';
import { goToMainWindow, openWorktreeInNewWindow } from './windows';

type Handler = (services: Services, argument: unknown) => Promise<void>;

/** Every command of the extension; the type makes sure that none is missing. */
const handlers: Readonly<Record<CommandName, Handler>> = {
  spin,
  newPlan,
  newTask,
  checkPlan,
  openPlan,
  openTask,
  dispatchTask,
  dispatchAll,
  openWorktreeInNewWindow,
  openAgentTerminal,
  moveAgentHere,
  stopAgent,
  restartAgent,
  goToMainWindow,
  nextAttention,
  openChanges,
  openIntegration,
  refreshConflicts,
  muteHazard,
  unmuteHazard,
  openConflict,
  proveConflict,
  showCosts,
  exportCosts,
  refreshPrices,
  openLiveFile,
  startWithoutSetup,
  runApp,
  stopApp,
  openApp,
  syncTask,
  syncBase,
  cleanTask,
  cleanIntegrated,
  restoreTask,
  forgetTask,
  adoptWorktree,
  emptyTrash,
  setBudget,
  openGitSettings: async () => openSettings('git.path'),
  showLog: async (services) => services.channel.show(true),
  refresh,
};

async function refresh(services: Services): Promise<void> {
  await withViewProgress(async () => {
    await services.repositories.open();
    await Promise.all(services.repositories.all.map((session) => session.refresh()));
  });
}

/** What may be used before the window is trusted. */
const harmless: ReadonlySet<CommandName> = new Set([
  'showLog',
  'refresh',
  'openGitSettings',
  'openIntegration',
  'showCosts',
]);

/** Registers all commands; what one throws is told in one sentence. */
export function registerCommands(services: Services): Disposable {
  const names = Object.keys(commandIds) as CommandName[];
  return vscode.Disposable.from(
    ...names.map((name) =>
      vscode.commands.registerCommand(commandIds[name], async (argument: unknown) => {
        if (!vscode.workspace.isTrusted && !harmless.has(name)) {
          tell('warning', vscode.l10n.t('Trust this folder first: nothing runs in it before.'), manageTrustRemedy());
          return;
        }
        try {
          await handlers[name](services, argument);
        } catch (error) {
          showError(error, services.log);
        }
      }),
    ),
  );
}
