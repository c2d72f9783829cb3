/**
 * Every id that the manifest and the code share, once. The manifest test holds `package.json` against these maps, so
 * that an id exists on both sides or on none.
 */
export const commandIds = {
  spin: 'switchyard.spin',
  newPlan: 'switchyard.newPlan',
  newTask: 'switchyard.newTask',
  checkPlan: 'switchyard.checkPlan',
  openPlan: 'switchyard.openPlan',
  openTask: 'switchyard.openTask',
  dispatchTask: 'switchyard.dispatchTask',
  dispatchAll: 'switchyard.dispatchAll',
  openWorktreeInNewWindow: 'switchyard.openWorktreeInNewWindow',
  openAgentTerminal: 'switchyard.openAgentTerminal',
  moveAgentHere: 'switchyard.moveAgentHere',
  stopAgent: 'switchyard.stopAgent',
  restartAgent: 'switchyard.restartAgent',
  goToMainWindow: 'switchyard.goToMainWindow',
  nextAttention: 'switchyard.nextAttention',
  openChanges: 'switchyard.openChanges',
  openConflict: 'switchyard.openConflict',
  proveConflict: 'switchyard.proveConflict',
  startWithoutSetup: 'switchyard.startWithoutSetup',
  runApp: 'switchyard.runApp',
  stopApp: 'switchyard.stopApp',
  openApp: 'switchyard.openApp',
  syncTask: 'switchyard.syncTask',
  syncBase: 'switchyard.syncBase',
  cleanTask: 'switchyard.cleanTask',
  cleanIntegrated: 'switchyard.cleanIntegrated',
  restoreTask: 'switchyard.restoreTask',
  forgetTask: 'switchyard.forgetTask',
  adoptWorktree: 'switchyard.adoptWorktree',
  emptyTrash: 'switchyard.emptyTrash',
  setBudget: 'switchyard.setBudget',
  openIntegration: 'switchyard.openIntegration',
  refreshConflicts: 'switchyard.refreshConflicts',
  muteHazard: 'switchyard.muteHazard',
  unmuteHazard: 'switchyard.unmuteHazard',
  showCosts: 'switchyard.showCosts',
  exportCosts: 'switchyard.exportCosts',
  refreshPrices: 'switchyard.refreshPrices',
  openLiveFile: 'switchyard.openLiveFile',
  openGitSettings: 'switchyard.openGitSettings',
  showLog: 'switchyard.showLog',
  refresh: 'switchyard.refresh',
} as const;
export type CommandName = keyof typeof commandIds;

/** Settings below `switchyard.`. */
export const settingKeys = {
  dispatchIn: 'dispatchIn',
  defaultAgent: 'defaultAgent',
  defaultModel: 'defaultModel',
  defaultPermissions: 'defaultPermissions',
  branchTemplate: 'branchTemplate',
  worktreeRoot: 'worktreeRoot',
  wipLimit: 'wipLimit',
  fetchBase: 'fetchBase',
  agentPaths: 'agentPaths',
  customAgents: 'customAgents',
  skipLfs: 'skipLfs',
  syncMethod: 'syncMethod',
  trashLimit: 'trashLimit',
  costLog: 'costLog',
  remoteBranches: 'remoteBranches',
  budgets: 'budgets',
  prices: 'prices',
  priceDiscounts: 'priceDiscounts',
  fileMarks: 'fileMarks',
} as const;
export type SettingKey = keyof typeof settingKeys;
export const settingsSection = 'switchyard';

export function settingId(key: SettingKey): string {
  return `${settingsSection}.${settingKeys[key]}`;
}

/** Why the tree is empty; each value has a welcome view of its own. `none`: it is not empty, or not for a reason. */
export const emptinesses = [
  'loading',
  'noFolder',
  'untrusted',
  'noGit',
  'oldGit',
  'noRepository',
  'dubiousOwnership',
  'damaged',
  'failed',
  'noTask',
  'none',
] as const;
export type Emptiness = (typeof emptinesses)[number];

/** Context keys and the type of each one's value. */
export interface ContextKeys {
  readonly 'switchyard.empty': Emptiness;
  /** This window's folder is a linked worktree, so that there is another window to go to. */
  readonly 'switchyard.inWorktree': boolean;
}
export const contextKeys = {
  empty: 'switchyard.empty',
  inWorktree: 'switchyard.inWorktree',
} as const satisfies Record<string, keyof ContextKeys>;

export const viewIds = { tasks: 'switchyard.tasks', worktrees: 'switchyard.worktrees' } as const;
export const containerId = 'switchyard';
export const panelIds = { integration: 'switchyard.integration', costs: 'switchyard.costs' } as const;
export const statusIds = {
  attention: 'switchyard.attention',
  cost: 'switchyard.cost',
  sharedLines: 'switchyard.sharedLines',
} as const;
/** Scheme of the read-only documents that `openChanges` compares. */
export const changesScheme = 'switchyard';
/** Scheme of the read-only documents that a cell of the matrix opens. */
export const conflictScheme = 'switchyard-conflict';
export const walkthroughId = 'switchyard.start';

/** How an agent is brought up when a task is dispatched. */
export const dispatchPlaces = ['terminal', 'newWindow', 'background'] as const;
export type DispatchPlace = (typeof dispatchPlaces)[number];

/** Flags that a tree item's context value may carry, as the manifest's `when` clauses name them. */
export const itemFlags = {
  plan: ['file', 'ready'],
  task: [
    'app',
    'changes',
    'cleanable',
    'conflict',
    'elsewhere',
    'file',
    'finished',
    'forgettable',
    'opens',
    'ready',
    'restorable',
    'reviewable',
    'running',
    'runs',
    'setupfailed',
    'startable',
    'syncable',
    'worktree',
  ],
  worktree: ['adoptable', 'conflict', 'main', 'openable', 'task'],
  cleaned: ['archives'],
  changes: ['changes'],
  app: [],
  file: [],
  repository: [],
} as const;
