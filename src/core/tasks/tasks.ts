import type { LaunchMode } from '../../contract/events';
import type { LaunchFile } from '../../contract/files';
import type {
  AdoptJson,
  AppJson,
  CleanAllJson,
  CleanJson,
  RestoreJson,
  TaskRow,
  TrashJson,
  WatchLine,
} from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { type AdoptOptions, adopt } from './adopt';
import { type AppOptions, readApp, type StartedApp, startApp, stopApp } from './app';
import { type BackgroundOptions, type BackgroundRunner, startRunner } from './background';
import { type CleanOptions, clean } from './clean';
import { type CleanIntegratedOptions, cleanIntegrated } from './cleanIntegrated';
import { readRecord, type TaskContext } from './context';
import { type Prepared, type PrepareOptions, prepare } from './dispatch';
import { forget } from './forget';
import { lastAgent } from './lastAgent';
import { chooseStartable, prepareAll, type StartableTasks } from './prepareAll';
import { makeReadyAlone, type Ready, type ReadyOptions, readyOnRecord } from './ready';
import { keepRecords, lapseLaunches, type ReconcileReport, reconcile } from './reconcile';
import { sameRef } from './refs';
import { type RestoreOptions, restore } from './restore';
import { type RunOptions, type RunResult, run } from './run';
import { type Snapshot, takeSnapshot } from './snapshot';
import { type SpinOptions, spin } from './spin';
import { type SyncedTask, type SyncOptions, syncAll, syncTask } from './sync';
import { type SyncBaseOptions, type SyncedBase, syncBase } from './syncBase';
import { deleteArchives, trashList } from './trash';
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
  /** Which of several can start together, in this order, and what holds the others; makes nothing. */
  chooseStartable(refs: readonly TaskRef[]): Promise<StartableTasks>;
  /** Asks for the task's agent to be started or shown by the window of its worktree. */
  requestLaunch(ref: TaskRef, mode: LaunchMode): Promise<LaunchFile>;
  /** True for exactly one of all windows: that one brings up the terminal. */
  claimLaunch(launch: LaunchFile): Promise<boolean>;
  /** Puts launches that nobody took on record as lapsed. */
  lapseLaunches(): Promise<TaskRef[]>;
  run(ref: TaskRef, o: RunOptions): Promise<RunResult>;
  /** Ignored files, submodules, ports and set-up commands, without an agent; idempotent. */
  makeReady(ref: TaskRef, o: ReadyOptions): Promise<Ready>;
  /** What is on record of that. */
  ready(ref: TaskRef): Promise<Ready>;
  /** The plan's `run` in the task's worktree, in the background; one that runs is returned. */
  startApp(ref: TaskRef, o?: AppOptions): Promise<StartedApp>;
  stopApp(ref: TaskRef): Promise<AppJson>;
  /** Whether it runs now, asked of the system. */
  app(ref: TaskRef): Promise<AppJson>;
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
  /** Takes a task off the list for good; its file, branch, worktree and archives stay as they are. */
  forget(ref: TaskRef): Promise<void>;
  /** Puts a task's worktree into the trash, as far as that was consented to; see `CleanOptions`. */
  clean(ref: TaskRef, o?: CleanOptions): Promise<CleanJson>;
  /** The tasks whose work has landed and that would lose nothing: lists them, or cleans them. */
  cleanIntegrated(o?: CleanIntegratedOptions): Promise<CleanAllJson>;
  /** Brings a cleaned worktree back, also of a task that was forgotten since. */
  restore(ref: TaskRef, o?: RestoreOptions): Promise<RestoreJson>;
  /** What is kept of cleaned worktrees, and what of it is offered for deletion. */
  trash(o?: { signal?: AbortSignal | undefined }): Promise<TrashJson>;
  /** For good, and only what a human named. */
  deleteArchives(ids: readonly string[]): Promise<void>;
  /** Makes a task of a worktree (its path), a branch or a pull request (`#12`) that was made elsewhere. */
  adopt(what: string, o?: AdoptOptions): Promise<AdoptJson>;
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
    chooseStartable: (refs) => chooseStartable(context, refs),
    requestLaunch: (ref, mode) => requestLaunch(context, ref, mode),
    claimLaunch: (launch) => claimLaunch(context, launch),
    lapseLaunches: () => lapseLaunches(context),
    run: (ref, o) => run(context, ref, o),
    makeReady: (ref, o) => makeReadyAlone(context, ref, o),
    ready: async (ref) => readyOnRecord(await readRecord(context, ref)),
    startApp: (ref, o) => startApp(context, ref, o),
    stopApp: (ref) => stopApp(context, ref),
    app: (ref) => readApp(context, ref),
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
    clean: (ref, o) => clean(context, ref, o),
    cleanIntegrated: (o) => cleanIntegrated(context, o),
    restore: (ref, o) => restore(context, ref, o),
    trash: (o) => trashList(context, o),
    deleteArchives: (ids) => deleteArchives(context, ids),
    adopt: (what, o) => adopt(context, what, o),
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
