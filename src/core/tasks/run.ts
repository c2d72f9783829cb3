import type { RunJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { Lease } from '../store/leases';
import { verifyWorktree } from '../worktrees/verify';
import { findAgent, planStart, type Start, startAndWait } from './agentRun';
import { afterDecisions, noWorktree, readRecord, type TaskContext } from './context';
import { type PrepareOptions, prepare } from './dispatch';
import { taskEnvironment } from './environment';
import type { TaskRecord } from './fold';
import { endOrphan } from './orphan';
import { makeReady } from './ready';
import { refName, streamName } from './refs';
import { openShell } from './shell';
import { TaskError } from './taskError';
import { settleRun } from './usage/runMeter';

export interface RunOptions {
  readonly headless: boolean;
  readonly override?: boolean | undefined;
  /** Start although the set-up fails, or was not run. */
  readonly skipSetup?: boolean | undefined;
  /** The launch that this terminal answers; when its agent has ended the terminal gets a shell, not a second agent. */
  readonly launch?: string | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  /** Where a headless agent's standard output goes. */
  readonly output?: 'inherit' | 'stderr' | undefined;
  /** Leave a shell in the worktree behind the agent. */
  readonly shellAfter?: boolean | undefined;
  readonly onStarted?: ((started: { pid: number; session: string | null; resumed: boolean }) => void) | undefined;
  /** One line for the person at the terminal. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** The brief, for agents that cannot be given it otherwise. */
  readonly onBanner?: ((text: string) => void) | undefined;
  readonly onProgress?: PrepareOptions['onProgress'];
  /** Ends the agent, and says so on record. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunResult extends RunJson {
  /** False: the launch was over already, and only a shell was opened. */
  readonly started: boolean;
}

/**
 * Starts a task's agent in its worktree, which is made when the task has none, and waits for its end. The lease makes
 * sure that there is one agent per task, whoever else tries at the same time.
 * @throws TaskError `running` when the task's lease is alive, `held`, `no-task`, `bad-task`, `vanished`, `setup-failed`,
 * `start-failed`, `cancelled`; AgentError; WorktreeError `not-the-worktree`
 */
export async function run(context: TaskContext, ref: TaskRef, o: RunOptions): Promise<RunResult> {
  // Ctrl-C is for what runs in the terminal: set-up, agent or shell. Between them it must not end us, or the agent's end
  // would not come on record; people press it more than once.
  const stay = () => undefined;
  process.on('SIGINT', stay);
  try {
    return await runAndRecord(context, ref, o);
  } finally {
    process.off('SIGINT', stay);
  }
}

async function runAndRecord(context: TaskContext, ref: TaskRef, o: RunOptions): Promise<RunResult> {
  const before = await readRecord(context, ref);
  if (before?.worktree != null && isLaunchOver(before, o.launch)) return overAlready(context, ref, before, o);
  // Before anything is made or decided: without the agent's program there is nothing to dispatch.
  if (before?.dispatch != null) await findAgent(context, o.agent ?? before.run?.agent ?? before.dispatch.agent);

  const lease = await acquire(context, ref, o);
  if (lease === null) return overAlready(context, ref, before, o);
  // A terminal that was closed meanwhile needs neither agent nor shell.
  const hungUp = new AbortController();
  const hangUp = () => hungUp.abort();
  process.on('SIGHUP', hangUp);
  let result: RunResult | null;
  try {
    result = await startUnderLease(context, ref, lease, o, hungUp.signal);
  } catch (error) {
    // Others may start the task while someone looks at what failed.
    await lease.release();
    if (o.shellAfter === true && !hungUp.signal.aborted) await shellForFailure(context, ref, error, o);
    throw error;
  } finally {
    process.off('SIGHUP', hangUp);
    await lease.release();
  }
  if (result !== null) await settleRun(context, ref);
  const record = await readRecord(context, ref);
  if (result === null) return overAlready(context, ref, record, o);
  if (o.shellAfter === true && record !== null && !hungUp.signal.aborted) {
    await openShell(result.worktree, taskEnvironment(context, ref, record));
  }
  return result;
}

/** A set-up that failed or was stopped is mended best where it ran. */
async function shellForFailure(context: TaskContext, ref: TaskRef, error: unknown, o: RunOptions): Promise<void> {
  if (!TaskError.is(error) || (error.reason !== 'setup-failed' && error.reason !== 'cancelled')) return;
  const record = await readRecord(context, ref);
  if (record?.worktree == null) return;
  o.onNote?.(`${error.message} This is a shell in its worktree.`);
  await openShell(record.worktree.path, taskEnvironment(context, ref, record));
}

/** @returns null when the launch turned out to be over */
async function startUnderLease(
  context: TaskContext,
  ref: TaskRef,
  lease: Lease,
  o: RunOptions,
  hungUp: AbortSignal,
): Promise<RunResult | null> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  // Until the agent runs, Ctrl-C and a request to end stop what is on the way to it.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let start: Start | null;
  try {
    start = await readyToStart(
      context,
      ref,
      o,
      AbortSignal.any([hungUp, stopped.signal, ...(o.signal ? [o.signal] : [])]),
    );
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  return start === null ? null : startAndWait(context, ref, start, lease, o);
}

/** Worktree, set-up and everything else that must be right before the agent's process exists. */
async function readyToStart(
  context: TaskContext,
  ref: TaskRef,
  o: RunOptions,
  signal: AbortSignal,
): Promise<Start | null> {
  const { agent, model, override, onProgress, onNote, skipSetup, headless } = o;
  await refuseCleaned(context, ref);
  const prepared = await prepare(context, ref, { agent, model, override, onProgress, signal });
  for (const warning of prepared.warnings) onNote?.(warning);
  const made = await readRecord(context, ref);
  if (made?.worktree == null) throw noWorktree(ref);
  if (isLaunchOver(made, o.launch)) return null;
  await endOrphan(context, ref, made, onNote);
  await verifyWorktree(context.git, made.worktree.path, context.layout.commonDir);
  const plan = await context.plan(ref.plan);
  await makeReady(context, ref, { signal, onNote, headless, skipSetup, output: o.output ?? 'inherit', plan });
  const record = await readRecord(context, ref);
  if (record === null) throw noWorktree(ref);
  const start = await planStart(context, ref, record, plan, o);
  if (signal.aborted) throw new TaskError('cancelled', `${refName(ref)} was not started: it was stopped before.`);
  return start;
}

/** A clean-up that goes on is waited for; the worktree it took was asked for, not a new one. */
async function refuseCleaned(context: TaskContext, ref: TaskRef): Promise<void> {
  const before = await readRecord(context, ref);
  if (before?.worktree == null) return;
  await afterDecisions(context, ref);
  const now = await readRecord(context, ref);
  if (now?.worktree != null) return;
  throw new TaskError(
    'vanished',
    `${refName(ref)} was cleaned just now: bring it back with "switchyard restore ${refName(ref)}", or start it anew.`,
  );
}

/** VS Code runs a terminal's program again after a restart: an agent that ended by itself is not started anew. */
export function isLaunchOver(record: TaskRecord, launch: string | undefined): boolean {
  const run = record.run;
  if (launch === undefined || run === null || run.exited === null || run.exited.exit === null) return false;
  return run.launch === launch || record.launch?.id !== launch;
}

async function overAlready(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord | null,
  o: RunOptions,
): Promise<RunResult> {
  if (record?.worktree == null || record.dispatch === null) throw noWorktree(ref);
  if (o.shellAfter !== true && o.headless) {
    throw new TaskError(
      'ended',
      `The agent of ${refName(ref)} that this launch started has ended: start it anew with "switchyard run ${refName(ref)}".`,
    );
  }
  const { worktree, run } = record;
  o.onNote?.(
    run?.exited == null
      ? `The agent of ${refName(ref)} runs already; this is a shell in its worktree.`
      : `The agent of ${refName(ref)} has ended; this is a shell in its worktree.`,
  );
  if (o.shellAfter === true) await openShell(worktree.path, taskEnvironment(context, ref, record));
  return {
    started: false,
    plan: ref.plan,
    task: ref.task,
    branch: worktree.branch,
    worktree: worktree.path,
    agent: run?.agent ?? record.dispatch.agent,
    pid: null,
    session: run?.session ?? null,
    exit: run?.exited?.exit ?? null,
    signal: run?.exited?.signal ?? null,
  };
}

/** @returns null when another runner has the task and this is a window's terminal, which gets a shell */
async function acquire(context: TaskContext, ref: TaskRef, o: RunOptions): Promise<Lease | null> {
  const got = await context.store.leases.acquire(streamName(ref), {
    window: context.host.window,
    version: context.host.version,
  });
  if (!('held' in got)) return got;
  if (o.launch !== undefined && o.shellAfter === true) return null;
  const { held } = got;
  const where = held.window === null ? '' : ', started from another window';
  throw new TaskError(
    'running',
    `${refName(ref)} runs already (${held.agent ?? 'its runner'}, process ${held.agentPid ?? held.pid}${where}): go there, or stop that one first.`,
  );
}
