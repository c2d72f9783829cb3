/**
 * Everything that is loaded after the views are there, as one bundle of its own (`dist/core.js`): compiling it takes
 * longer than an activation may. The extension reaches all of this by `import('./core')` only; types may be imported
 * from where they are.
 */
// biome-ignore-start lint/performance/noBarrelFile: this file is the entry of a bundle.
export { sweepProofFolders } from '../core/conflicts/prove/proofFolder';
export { proofAgrees, provePair } from '../core/conflicts/prove/provePair';
export { composeAgentMessage } from '../core/conflicts/sides/agentMessage';
export { findKept, lookInto, readKept } from '../core/conflicts/sides/lookInto';
export { firstMarker, nameMarkers } from '../core/conflicts/sides/markers';
export { resolveBase } from '../core/git/base';
export { resolveCommit } from '../core/git/refs';
export { readLayoutWithoutGit } from '../core/git/repository';
export { changedFiles, readBlob } from '../core/git/status';
export { installLauncher } from '../core/launcher';
export { checkPlan } from '../core/plan/checkPlan';
export { createPlan, createTask, inboxPlan } from '../core/plan/createFiles';
export { mergeOrder } from '../core/plan/mergeOrder';
export { withBudget } from '../core/plan/setBudget';
export { refreshPrices } from '../core/prices/refresh';
export { claimOnce } from '../core/store/duty';
export { findTaskOfWorktree } from '../core/store/findTask';
export { lossesFingerprint } from '../core/tasks/clean';
export { muteHazard, unmuteHazard } from '../core/tasks/conflicts/mutes';
export { stopAgent } from '../core/tasks/stopAgent';
export { TaskError } from '../core/tasks/taskError';
export { budgetFile, setBudget } from '../core/tasks/usage/setBudget';
export { announceWindow, windowsOn } from '../core/tasks/windows';
export { registerAmbient } from './ambient/registerAmbient';
export { CostItem } from './costs/costItem';
export { CostsPanel } from './costs/costsPanel';
export { HazardDiagnostics } from './hazards/hazardDiagnostics';
export { IntegrationPanel } from './integration/integrationPanel';
export { registerPlanFiles } from './planFiles/registerPlanFiles';
export { openCore, reasonOf, startSession, worktreeOf } from './sessions/openSession';
// biome-ignore-end lint/performance/noBarrelFile: see above.
