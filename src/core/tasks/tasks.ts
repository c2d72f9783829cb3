import type { LaunchMode } from '../../contract/events';
import type { LaunchFile } from '../../contract/files';
import type { TaskRow, WatchLine } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { type BackgroundOptions, type BackgroundRunner, startRunner } from './background';
import { refName, sameRef, type TaskContext, withTaskLock } from './context';
import { type Prepared, type PrepareOptions, prepare } from './dispatch';
import { lastAgent } from './lastAgent';
import { keepRecords, lapseLaunches, type ReconcileReport, reconcile } from './reconcile';
import { type RunOptions, type RunResult, run } from './run';
import { type Snapshot, takeSnapshot } from './snapshot';
import { prepareAll, type SpinOptions, spin } from './spin';
import { type SyncedTask, type SyncOptions, syncAll, syncTask } from './sync';
import { type SyncBaseOptions, type SyncedBase, syncBase } from './syncBase';
import { TaskError } from './taskError';
import { type Awaitable, waitFor, watchTasks } from './watch';

/** What a host can do with the tasks of one repository. Errors are `TaskError`, or those of the rooms below. */
export interface Tasks {
  /** All rows and worktrees, read anew; costs git processes per worktree. Windows use the `Monitor`. */
  snapshot(): Promise<Snapshot>;
  rows(): Promise<readonly TaskRow[]>;
  row(ref: TaskRef): Promise<TaskRow | null>;
  /** Dispatch decision and worktree; idempotent. Held by dependencies and work in progress unless overridden. */
  prepare(ref: TaskRef, o?: PrepareOptions): Promise<Prepared>;
  /** Several at once: all worktrees first, and when one fails no agent may start. */
  prepareAll(refs: readonly TaskRef[], o?: PrepareOptions): Promise<Prepared[]>;
  /** Asks for the task's agent to be started or shown by the window of its worktree. */
  requestLaunch(ref: TaskRef, mode: LaunchMode): Promise<LaunchFile>;
  /** True for exactly one of all windows: that one brings up the terminal. */
  claimLaunch(launch: LaunchFile): Promise<boolean>;
  /** Puts launches that nobody took on record as lapsed. */
  lapseLaunches(): Promise<TaskRef[]>;
  run(ref: TaskRef, o: RunOptions): Promise<RunResult>;
  /** A headless runner in the background, loaded and waiting; `go` starts the agent. */
  startRunner(ref: TaskRef, o?: BackgroundOptions): Promise<BackgroundRunner>;
  /** Starts the agent in the background; resolves when its process runs. */
  startBackground(ref: TaskRef, o?: BackgroundOptions): Promise<{ pid: number; logFile: string }>;
  spin(prompt: string, o?: SpinOptions): Promise<Prepared[]>;
  /** What `spin` would use. */
  lastAgent(): Promise<{ agent: string; model: string | null }>;
  reconcile(): Promise<ReconcileReport>;
  /** Brings a task onto its moved base, uncommitted work included; or leaves everything as it was. */
  sync(ref: TaskRef, o?: SyncOptions): Promise<SyncedTask>;
  syncAll(o?: SyncOptions): Promise<SyncedTask[]>;
  /** Fast-forwards the local base to its remote without touching the user's changes. */
  syncBase(o?: SyncBaseOptions): Promise<SyncedBase>;
  watch(signal: AbortSignal): AsyncIterable<WatchLine>;
  /** @param timeoutMs null: for ever */
  wait(ref: TaskRef, wanted: Awaitable, timeoutMs: number | null, signal: AbortSignal): Promise<TaskRow>;
  /** Takes a task off the list for good; its file, branch and worktree stay as they are. */
  forget(ref: TaskRef): Promise<void>;
}

export function createTasks(context: TaskContext): Tasks {
  const rows = async () => (await takeSnapshot(context)).tasks;
  const row = async (ref: TaskRef) => (await rows()).find((each) => sameRef(each, ref)) ?? null;
  return {
    snapshot: () => takeSnapshot(context),
    rows,
    row,
    prepare: (ref, o) => prepare(context, ref, o),
    prepareAll: (refs, o) => prepareAll(context, refs, o),
    requestLaunch: (ref, mode) => requestLaunch(context, ref, mode),
    claimLaunch: (launch) => claimLaunch(context, launch),
    lapseLaunches: () => lapseLaunches(context),
    run: (ref, o) => run(context, ref, o),
    startRunner: (ref, o) => startRunner(context, ref, o),
    async startBackground(ref, o) {
      const runner = await startRunner(context, ref, o);
      return { ...(await runner.go()), logFile: runner.logFile };
    },
    spin: (prompt, o) => spin(context, prompt, o),
    lastAgent: () => lastAgent(context),
    async reconcile() {
      const report = await reconcile(context);
      await keepRecords(context);
      return report;
    },
    sync: (ref, o) => syncTask(context, ref, o),
    syncAll: (o) => syncAll(context, o),
    syncBase: (o) => syncBase(context, o),
    watch: (signal) => watchTasks(context, signal),
    wait: (ref, wanted, timeoutMs, signal) => waitFor(context, ref, wanted, { timeoutMs, signal, row: () => row(ref) }),
    forget: (ref) => forget(context, ref),
  };
}

/** @throws TaskError `no-worktree`, `running` when its agent lives already */
async function requestLaunch(context: TaskContext, ref: TaskRef, mode: LaunchMode): Promise<LaunchFile> {
  const prepared = await prepare(context, ref);
  const launch = await context.store.launches.request({ ...ref, worktree: prepared.worktree, mode });
  await context.store.events.appendTask(ref, { kind: 'launch-requested', launch: launch.id, mode });
  return launch;
}

async function claimLaunch(context: TaskContext, launch: LaunchFile): Promise<boolean> {
  if (!(await context.store.launches.claim(launch.id))) return false;
  const ref = { plan: launch.plan, task: launch.task };
  await context.store.events.appendTask(ref, { kind: 'launch-claimed', launch: launch.id });
  return true;
}

async function forget(context: TaskContext, ref: TaskRef): Promise<void> {
  await withTaskLock(context, ref, async () => {
    const lease = await context.store.leases.read(`${ref.plan}~${ref.task}`);
    if (lease?.alive === true) {
      throw new TaskError('running', `${refName(ref)} runs: stop its agent before the task is forgotten.`);
    }
    await context.store.events.appendTask(ref, { kind: 'forgotten' });
    await context.store.documents.remove('tasks', `${ref.plan}~${ref.task}`);
  });
}
