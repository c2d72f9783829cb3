import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { TaskRef } from '../../contract/plan';
import type { Agent, LaunchSpec } from '../agents/agent';
import { findProgram } from '../agents/program';
import { agentByName } from '../agents/registry';
import { prepareUsageFile } from '../agents/usageFiles';
import type { Plan } from '../plan/plan';
import type { Lease } from '../store/leases';
import { processStartTime } from '../store/processes';
import { type AgentEnd, type AgentProcess, startAgent } from './agentProcess';
import { asNode } from './background';
import { noWorktree, type TaskContext } from './context';
import { modelOf } from './dispatch';
import { taskEnvironment } from './environment';
import { resumableSession, type TaskRecord } from './fold';
import { rememberAgent } from './lastAgent';
import { refName } from './refs';
import type { RunOptions, RunResult } from './run';
import { TaskError } from './taskError';
import { watchRun } from './usage/runMeter';

/** What a start is made from; everything is checked before the agent's process exists. */
export interface Start {
  readonly agent: Agent;
  readonly spec: LaunchSpec;
  readonly worktree: string;
  readonly branch: string;
  readonly model: string | null;
  readonly resumed: boolean;
}

/** @throws AgentError `unknown-agent`, `missing-program` */
export async function findAgent(context: TaskContext, name: string): Promise<{ agent: Agent; program: string | null }> {
  const settings = context.host.settings();
  const agent = agentByName(name, settings);
  return { agent, program: await findProgram(agent, settings, context.host.env) };
}

/**
 * Puts together what the agent is started with.
 * @throws TaskError `no-worktree`, `bad-task`; AgentError
 */
export async function planStart(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  plan: Plan | null,
  o: RunOptions,
): Promise<Start> {
  const { worktree, dispatch } = record;
  const env = taskEnvironment(context, ref, record);
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
  const dispatched = agent.name === dispatch.agent ? dispatch.model : null;
  const model = o.model === undefined ? dispatched : modelOf(o.model);
  const task = plan?.tasks.find((t) => t.ref.task === ref.task);
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
  if (made.usageFile !== undefined) {
    await prepareUsageFile(made.usageFile).catch((error: unknown) => {
      context.host.log.warn(`What ${agent.name} uses cannot be recorded: ${String(error)}`);
    });
  }
  // The demo agent is our own command line.
  const spec = made.command === cli.command ? { ...made, env: { ...made.env, ...asNode() } } : made;
  return { agent, spec, worktree: worktree.path, branch: worktree.branch, model, resumed: resume !== null };
}

/**
 * Starts the agent, puts its start and end on record, and waits for that end.
 * @throws TaskError `start-failed`
 */
export async function startAndWait(
  context: TaskContext,
  ref: TaskRef,
  start: Start,
  lease: Lease,
  o: RunOptions,
): Promise<RunResult> {
  if (start.spec.banner !== null) o.onBanner?.(start.spec.banner);
  const running = await begin(context, ref, start, o);
  const forget = passSignals(running, o);
  const unwatch = watchRun(context, ref);
  let unwatched = Promise.resolve();
  let end: AgentEnd;
  try {
    await recordStart(context, ref, start, running.pid, lease);
    o.onStarted?.({ pid: running.pid, session: start.spec.session, resumed: start.resumed });
    end = await running.ended;
  } catch (error) {
    // An agent that nobody knows of must not go on; its start may have come on record all the same.
    running.stop('SIGTERM');
    const ended = await running.ended;
    await context.store.events
      .appendTask(ref, { kind: 'agent-exited', pid: running.pid, ...ended })
      .catch((again: unknown) =>
        context.host.log.warn(`The end of ${refName(ref)} is not on record: ${String(again)}`),
      );
    throw error;
  } finally {
    forget();
    unwatched = unwatch();
  }
  await context.store.events.appendTask(ref, { kind: 'agent-exited', pid: running.pid, ...end });
  await unwatched;
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
