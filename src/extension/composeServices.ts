import path from 'node:path';
import * as vscode from 'vscode';
import { type Launcher, launcherPlaces } from '../core/launcher';
import { type Host, type Log, nodeVariables } from '../core/ports';
import { ChangesFileSystem } from './changes/changesFileSystem';
import { TargetChooser } from './commands/chooseTarget';
import type { Services } from './commands/services';
import { Cells } from './conflicts/cells';
import { ConflictFileSystem } from './conflicts/conflictFileSystem';
import { sweepProofs } from './conflicts/conflictRooms';
import { CostsPanels } from './costs/costsPanels';
import { windowIdentity } from './folders';
import { HazardActions } from './hazards/hazardActions';
import { IntegrationPanels } from './integration/integrationPanels';
import { AgentLauncher } from './launching/agentLauncher';
import { ShownWorktrees } from './launching/shownWorktrees';
import { WorktreeLaunches } from './launching/worktreeLaunches';
import { FileHints } from './sessions/fileHints';
import { Repositories } from './sessions/repositories';
import type { RepositorySession } from './sessions/repositorySession';
import { readSettings } from './settings';
import { AttentionItem } from './status/attentionItem';
import { Notifications } from './status/notifications';
import { UntrustedWorktree } from './status/untrustedWorktree';
import { AgentTerminals } from './terminals/agentTerminals';
import { Views } from './views/views';

/** Builds the services in the order in which they need each other; all of them end with the extension. */
export function composeServices(
  context: vscode.ExtensionContext,
  channel: vscode.LogOutputChannel,
  log: Log,
): Services {
  const keep = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const version = String((context.extension.packageJSON as { version: unknown }).version);
  const launcher = once(() => install(context, version, () => repositories.all));
  const repositories: Repositories = keep(new Repositories(hostOf(context, version, log), log));
  const terminals = keep(new AgentTerminals(launcher, context.workspaceState, log));
  const views = keep(new Views(repositories, terminals, log));
  const agentLauncher = new AgentLauncher(terminals, log);
  keep(new AttentionItem(repositories));
  keep(new UntrustedWorktree(log));
  keep(new Notifications(repositories, log));
  keep(new ChangesFileSystem(repositories));
  const documents = keep(new ConflictFileSystem(repositories));
  const cells = new Cells({ repositories, documents, log });
  const hazards = new HazardActions(repositories);
  const startedTrusted = vscode.workspace.isTrusted;
  keep(
    repositories.onDidOpen((session) => {
      session.keep(new WorktreeLaunches(session, agentLauncher, log, !startedTrusted));
      session.keep(new ShownWorktrees(session, log));
      session.keep(new FileHints(session));
      void sweepProofs(session);
      void offerOnPath(context, launcher, log);
    }),
  );
  void helpWithPlanFiles(repositories, log).then(keep, (error: unknown) => log.error(String(error)));
  void markWhatOthersChange(repositories, log).then(keep, (error: unknown) => log.error(String(error)));
  void showHazards(repositories).then(keep, (error: unknown) => log.error(String(error)));
  void showCost(repositories).then(keep, (error: unknown) => log.error(String(error)));
  const choose = new TargetChooser(repositories);
  const integration = keep(
    new IntegrationPanels({ extension: context.extensionUri, repositories, actions: cells, hazards, log }),
  );
  const costs = keep(new CostsPanels({ extension: context.extensionUri, repositories, log }));
  return {
    log,
    channel,
    repositories,
    terminals,
    launcher: agentLauncher,
    views,
    choose,
    cells,
    hazards,
    integration,
    costs,
    memory: context.workspaceState,
  };
}

/** What the core needs from this window, for the repository of one of its folders. */
function hostOf(context: vscode.ExtensionContext, version: string, log: Log): (folder: vscode.WorkspaceFolder) => Host {
  const { binDir, cli } = launcherPlaces(context.globalStorageUri.fsPath, version);
  return (folder) => ({
    log,
    settings: () => readSettings(folder.uri),
    env: process.env,
    actor: 'window',
    window: windowIdentity(),
    version,
    cli: { command: process.execPath, args: [cli], env: nodeVariables(process.versions) },
    launcherDir: binDir,
  });
}

async function install(
  context: vscode.ExtensionContext,
  version: string,
  sessions: () => readonly RepositorySession[],
): Promise<Launcher> {
  const { installLauncher } = await import('./core');
  return installLauncher({
    globalStorage: context.globalStorageUri.fsPath,
    distDir: path.join(context.extensionPath, 'dist'),
    version,
    node: { execPath: process.execPath, electron: 'electron' in process.versions },
    leases: () => versionsInUse(sessions()),
  });
}

async function versionsInUse(sessions: readonly RepositorySession[]): Promise<readonly string[]> {
  const lists = await Promise.all(sessions.map((session) => session.repository.store.leases.list()));
  return lists.flat().flatMap(({ file, alive }) => (alive ? [file.version] : []));
}

/** Problems, completion and hovers in plan and task files; not before the window has what it shows. */
async function helpWithPlanFiles(repositories: Repositories, log: Log): Promise<vscode.Disposable> {
  const { registerPlanFiles } = await import('./core');
  return registerPlanFiles({
    plansDirs: () => repositories.all.map((session) => session.repository.layout.plansDir),
    onDidChangePlans: repositories.onDidChangePlans,
    customAgents: () => Object.keys(readSettings().customAgents),
    log,
  });
}

/** Problems of files in which something is dangerous; not before the window has what it shows. */
async function showHazards(repositories: Repositories): Promise<vscode.Disposable> {
  const { HazardDiagnostics } = await import('./core');
  return new HazardDiagnostics(repositories);
}

/** What agents have used, in the status bar; not before the window has what it shows. */
async function showCost(repositories: Repositories): Promise<vscode.Disposable> {
  const { CostItem } = await import('./core');
  return new CostItem(repositories);
}

/** Badges on files and marks in editors; not before the window has what it shows. */
async function markWhatOthersChange(repositories: Repositories, log: Log): Promise<vscode.Disposable> {
  const { registerAmbient } = await import('./core');
  return registerAmbient(repositories, log);
}

/** `switchyard` works in every terminal of this window. */
async function offerOnPath(
  context: vscode.ExtensionContext,
  launcher: () => Promise<Launcher>,
  log: Log,
): Promise<void> {
  try {
    const { binDir } = await launcher();
    const collection = context.environmentVariableCollection;
    collection.description = vscode.l10n.t('Adds the switchyard command.');
    collection.prepend('PATH', `${binDir}${path.delimiter}`);
  } catch (error) {
    log.error(
      `The switchyard command could not be installed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      // What failed for a passing reason (a full disk) is tried again at the next use.
      made = null;
      throw error;
    });
    return made;
  };
}
