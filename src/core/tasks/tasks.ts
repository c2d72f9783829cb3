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
import type { AdoptOptions } from './adopt';
import type { AppOptions, StartedApp } from './app';
import type { BackgroundOptions, BackgroundRunner } from './background';
import type { CleanOptions } from './clean';
import type { CleanIntegratedOptions } from './cleanIntegrated';
import type { TaskContext } from './context';
import type { Prepared, PrepareOptions } from './dispatch';
import { lastAgent } from './lastAgent';
import type { StartableTasks } from './prepareAll';
import type { Ready, ReadyOptions } from './ready';
import { keepRecords, lapseLaunches, type ReconcileReport, reconcile } from './reconcile';
import { sameRef } from './refs';
import type { RestoreOptions } from './restore';
import type { RunOptions, RunResult } from './run';
import { type Snapshot, takeSnapshot } from './snapshot';
import type { SpinOptions } from './spin';
import type { SyncedTask, SyncOptions } from './sync';
import type { SyncBaseOptions, SyncedBase } from './syncBase';
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

/** What changes tasks is loaded when it is first used: most processes only look, or do one thing, and end. */
export function createTasks(context: TaskContext): Tasks {
  const rows = async () => (await takeSnapshot(context)).tasks;
  const row = async (ref: TaskRef) => (await rows()).find((each) => sameRef(each, ref)) ?? null;
  const launching = async () => (await import('./launching')).createLaunching(context);
  const upkeep = async () => (await import('./upkeep')).createUpkeep(context);
  return {
    snapshot: () => takeSnapshot(context),
    rows,
    row,
    prepare: async (ref, o) => (await launching()).prepare(ref, o),
    prepareAll: async (refs, o) => (await launching()).prepareAll(refs, o),
    chooseStartable: async (refs) => (await launching()).chooseStartable(refs),
    requestLaunch: async (ref, mode) => (await launching()).requestLaunch(ref, mode),
    claimLaunch: (launch) => claimLaunch(context, launch),
    lapseLaunches: () => lapseLaunches(context),
    run: async (ref, o) => (await launching()).run(ref, o),
    makeReady: async (ref, o) => (await launching()).makeReady(ref, o),
    ready: async (ref) => (await launching()).ready(ref),
    startApp: async (ref, o) => (await launching()).startApp(ref, o),
    stopApp: async (ref) => (await launching()).stopApp(ref),
    app: async (ref) => (await launching()).app(ref),
    startRunner: async (ref, o) => (await launching()).startRunner(ref, o),
    async startBackground(ref, o) {
      const runner = await this.startRunner(ref, o);
      return { ...(await runner.go()), logFile: runner.logFile };
    },
    spin: async (prompt, o) => (await launching()).spin(prompt, o),
    lastAgent: () => lastAgent(context),
    async reconcile() {
      const report = await reconcile(context);
      await keepRecords(context);
      return report;
    },
    sync: async (ref, o) => (await upkeep()).sync(ref, o),
    syncAll: async (o) => (await upkeep()).syncAll(o),
    syncBase: async (o) => (await upkeep()).syncBase(o),
    watch: (signal) => watchTasks(context, signal),
    wait: (ref, wanted, timeoutMs, signal) => waitFor(context, ref, wanted, { timeoutMs, signal, row: () => row(ref) }),
    forget: async (ref) => (await upkeep()).forget(ref),
    clean: async (ref, o) => (await upkeep()).clean(ref, o),
    cleanIntegrated: async (o) => (await upkeep()).cleanIntegrated(o),
    restore: async (ref, o) => (await upkeep()).restore(ref, o),
    trash: async (o) => (await upkeep()).trash(o),
    deleteArchives: async (ids) => (await upkeep()).deleteArchives(ids),
    adopt: async (what, o) => (await upkeep()).adopt(what, o),
  };
}

async function claimLaunch(context: TaskContext, launch: LaunchFile): Promise<boolean> {
  if (!(await context.store.launches.claim(launch.id))) return false;
  const ref = { plan: launch.plan, task: launch.task };
  await context.store.events.appendTask(ref, { kind: 'launch-claimed', launch: launch.id });
  return true;
}
