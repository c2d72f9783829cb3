import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { RunJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { Agent, LaunchSpec } from '../agents/agent';
import { agentEnvironment } from '../agents/environment';
import { findProgram } from '../agents/program';
import { agentByName } from '../agents/registry';
import { childEnvironment } from '../git/environment';
import type { Lease } from '../store/leases';
import { processStartTime } from '../store/processes';
import { verifyWorktree } from '../worktrees/verify';
import { type AgentEnd, type AgentProcess, startAgent } from './agentProcess';
import { asNode } from './background';
import { readRecord, refName, streamName, type TaskContext } from './context';
import { type PrepareOptions, prepare } from './dispatch';
import { resumableSession, type TaskRecord } from './fold';
import { rememberAgent } from './lastAgent';
import { endOrphan } from './orphan';
import { openShell } from './shell';
import { TaskError } from './taskError';

export interface RunOptions {
  readonly headless: boolean;
  readonly override?: boolean | undefined;
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

/** What a start is made from; everything is checked before the agent's process exists. */
interface Start {
  readonly agent: Agent;
  readonly spec: LaunchSpec;
  readonly worktree: string;
  readonly branch: string;
  readonly model: string | null;
  readonly resumed: boolean;
}

/**
 * Starts a task's agent in its worktree, which is made when the task has none, and waits for its end. The lease makes
 * sure that there is one agent per task, whoever else tries at the same time.
 * @throws TaskError `running` when the task's lease is alive, `held`, `no-task`, `bad-task`, `vanished`, `start-failed`;
 * AgentError; WorktreeError `not-the-worktree`
 */
export async function run(context: TaskContext, ref: TaskRef, o: RunOptions): Promise<RunResult> {
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
  } finally {
    process.off('SIGHUP', hangUp);
    await lease.release();
  }
  const record = await readRecord(context, ref);
  if (result === null) return overAlready(context, ref, record, o);
  if (o.shellAfter === true && record !== null && !hungUp.signal.aborted) {
    await openShell(result.worktree, environmentOf(context, ref, record));
  }
  return result;
}

/** @returns null when the launch turned out to be over */
async function startUnderLease(
  context: TaskContext,
  ref: TaskRef,
  lease: Lease,
  o: RunOptions,
  hungUp: AbortSignal,
): Promise<RunResult | null> {
  const signal = o.signal === undefined ? hungUp : AbortSignal.any([hungUp, o.signal]);
  const { agent, model, override, onProgress } = o;
  const prepared = await prepare(context, ref, { agent, model, override, onProgress, signal });
  for (const warning of prepared.warnings) o.onNote?.(warning);
  const record = await readRecord(context, ref);
  if (record?.worktree == null) throw noWorktree(ref);
  if (isLaunchOver(record, o.launch)) return null;
  await endOrphan(context, ref, record, o.onNote);
  await verifyWorktree(context.git, record.worktree.path, context.layout.commonDir);
  const start = await planStart(context, ref, record, environmentOf(context, ref, record), o);
  if (signal.aborted) throw new TaskError('cancelled', `${refName(ref)} was not started: its terminal was closed.`);
  return startAndWait(context, ref, start, lease, o);
}

function noWorktree(ref: TaskRef): TaskError {
  return new TaskError(
    'no-worktree',
    `${refName(ref)} has no worktree yet: make it with "switchyard spawn ${refName(ref)}".`,
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
  if (o.shellAfter === true) await openShell(worktree.path, environmentOf(context, ref, record));
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

async function findAgent(context: TaskContext, name: string): Promise<{ agent: Agent; program: string | null }> {
  const settings = context.host.settings();
  const agent = agentByName(name, settings);
  return { agent, program: await findProgram(agent, settings, context.host.env) };
}

function environmentOf(context: TaskContext, ref: TaskRef, record: TaskRecord): Record<string, string> {
  const { worktree, dispatch } = record;
  return agentEnvironment(childEnvironment(context.host.env), {
    ref,
    worktree: worktree?.path ?? '',
    branch: worktree?.branch ?? '',
    base: dispatch?.base ?? '',
    storeDir: context.store.dir,
    launcherDir: context.host.launcherDir ?? null,
  });
}

async function planStart(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  env: Record<string, string>,
  o: RunOptions,
): Promise<Start> {
  const { worktree, dispatch } = record;
  if (worktree === null || dispatch === null) throw noWorktree(ref);
  const last = record.run?.agent ?? dispatch.agent;
  const { agent, program } = await findAgent(context, o.agent ?? last);
  const brief = await context.store.texts.get(dispatch.brief);
  if (brief === null) {
    throw new TaskError(
      'bad-task',
      `The brief of ${refName(ref)} is missing from the store (${dispatch.brief}): dispatch the task anew.`,
    );
  }
  // A session belongs to the program that made it.
  const resume = agent.name === last && agent.capabilities.resume ? resumableSession(record) : null;
  const model = o.model ?? (agent.name === dispatch.agent ? dispatch.model : null);
  const task = (await context.plan(ref.plan))?.tasks.find((t) => t.ref.task === ref.task);
  const cli = context.host.cli ?? { command: process.execPath, args: [] };
  const made = agent.launch({
    worktree: worktree.path,
    brief,
    briefFile: path.join(context.store.dir, 'texts', dispatch.brief),
    ref,
    model,
    permissions: dispatch.permissions,
    session: randomUUID(),
    resume,
    headless: o.headless,
    env,
    settings: context.host.settings(),
    scope: task?.fields.scope ?? [],
    program,
    cli,
    commonDir: context.layout.commonDir,
  });
  // The demo agent is our own command line.
  const spec = made.command === cli.command ? { ...made, env: { ...made.env, ...asNode() } } : made;
  return { agent, spec, worktree: worktree.path, branch: worktree.branch, model, resumed: resume !== null };
}

async function startAndWait(
  context: TaskContext,
  ref: TaskRef,
  start: Start,
  lease: Lease,
  o: RunOptions,
): Promise<RunResult> {
  if (start.spec.banner !== null) o.onBanner?.(start.spec.banner);
  const running = await begin(context, ref, start, o);
  const forget = passSignals(running, o);
  let end: AgentEnd;
  try {
    await recordStart(context, ref, start, running.pid, lease);
    o.onStarted?.({ pid: running.pid, session: start.spec.session, resumed: start.resumed });
    end = await running.ended;
  } catch (error) {
    // An agent that nobody knows of must not go on.
    running.stop('SIGTERM');
    await running.ended;
    throw error;
  } finally {
    forget();
  }
  await context.store.events.appendTask(ref, { kind: 'agent-exited', pid: running.pid, ...end });
  return {
    started: true,
    plan: ref.plan,
    task: ref.task,
    branch: start.branch,
    worktree: start.worktree,
    agent: start.agent.name,
    pid: running.pid,
    session: start.spec.session,
    exit: end.exit,
    signal: end.signal,
  };
}

async function begin(context: TaskContext, ref: TaskRef, start: Start, o: RunOptions): Promise<AgentProcess> {
  try {
    return await startAgent(start.spec, { cwd: start.worktree, headless: o.headless, output: o.output ?? 'inherit' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await context.store.events.appendTask(ref, {
      kind: 'condition',
      condition: 'failed',
      on: true,
      reason: why,
      source: 'runner',
    });
    throw new TaskError('start-failed', `${start.agent.title} could not be started for ${refName(ref)}: ${why}`, {
      cause: error,
    });
  }
}

async function recordStart(context: TaskContext, ref: TaskRef, start: Start, pid: number, lease: Lease): Promise<void> {
  const { session } = start.spec;
  const pidStarted = await processStartTime(pid);
  await Promise.all([
    lease.update({ session, agent: start.agent.name, agentPid: pid }),
    context.store.events.appendTask(ref, {
      kind: 'agent-started',
      agent: start.agent.name,
      model: start.model,
      pid,
      pidStarted,
      runner: process.pid,
      session,
      resumed: start.resumed,
      window: context.host.window,
    }),
    rememberAgent(context, start.agent.name, start.model),
  ]);
}

/**
 * The runner outlives Ctrl-C, which in a terminal reaches the agent by itself; a hang-up or a request to end becomes
 * the agent's end, so that no agent is left without a runner.
 */
function passSignals(agent: AgentProcess, o: RunOptions): () => void {
  const interrupt = () => {
    if (o.headless) agent.stop('SIGINT');
  };
  const end = () => agent.stop('SIGTERM');
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
  o.signal?.addEventListener('abort', end);
  if (o.signal?.aborted) end();
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', end);
    process.off('SIGHUP', end);
    o.signal?.removeEventListener('abort', end);
  };
}
