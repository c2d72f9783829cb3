import { access } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeftOut } from '../../contract/events';
import type { Problem, TaskRef } from '../../contract/plan';
import type { Plan } from '../plan/plan';
import { copyIgnored } from '../worktrees/copy/copyIgnored';
import { fillSubmodules } from '../worktrees/submodules';
import { afterDecisions, noWorktree, readRecord, type TaskContext, worktreesDeps } from './context';
import { taskEnvironment } from './environment';
import type { TaskRecord } from './fold';
import { restingState } from './foldParts';
import { assignPorts, portsOf } from './ports';
import { refName, streamName } from './refs';
import { runSetup } from './setup';
import { setupProblem } from './setupPlan';
import { TaskError } from './taskError';

export interface ReadyOptions {
  readonly signal?: AbortSignal | undefined;
  /** One line for the person at the terminal. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** Where set-up commands write; `stderr` keeps standard output free for a JSON document. */
  readonly output: 'inherit' | 'stderr';
  /** Set-up commands get no terminal. */
  readonly headless: boolean;
  /** Go on without what fails or was not run yet, which is put on record. */
  readonly skipSetup?: boolean | undefined;
  /** The task's plan, when the caller has just read it. */
  readonly plan?: Plan | null | undefined;
}

/** What a worktree has besides its branch's files. */
export interface Ready {
  readonly copied: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Filled by this call. */
  readonly submodules: readonly string[];
  /** `exit` is null where no command ran to its end. */
  readonly setup: { readonly exit: number | null; readonly skipped: boolean };
  /** Ten, ascending. */
  readonly ports: readonly number[];
}

/** One call of `makeReady`: what it works on, and what is left to do. */
interface Work {
  readonly context: TaskContext;
  readonly ref: TaskRef;
  readonly record: TaskRecord;
  readonly worktree: string;
  readonly plan: Plan | null;
  readonly o: ReadyOptions;
  /** Of the plan, where it matters still. */
  readonly problem: Problem | null;
  readonly copies: boolean;
  readonly submodules: boolean;
  readonly commands: readonly string[];
}

/**
 * Makes a task's worktree ready to work in: ignored files are brought along and submodules filled (once), ten ports are
 * given to it (once), the plan's set-up commands run (until they succeed or a human goes on without them). Idempotent;
 * cut off at any moment, the next call goes on with what is not done. The caller holds the task's lease.
 * @throws TaskError `no-worktree`, `setup-failed`, `cancelled`, `in-use`
 */
export async function makeReady(context: TaskContext, ref: TaskRef, o: ReadyOptions): Promise<Ready> {
  const work = await plannedWork(context, ref, o);
  const { appendTask } = context.store.events;
  // Without anything that takes time the state would only flicker.
  const slow = work.copies || work.submodules || (work.commands.length > 0 && o.skipSetup !== true);
  if (!slow) return inOrder(work);
  await appendTask(ref, { kind: 'state', to: 'setup', reason: 'the worktree is made ready' });
  try {
    return await inOrder(work);
  } finally {
    await appendTask(ref, { kind: 'state', to: restingState(work.record), reason: 'the set-up has ended' });
  }
}

/**
 * The same for a caller without the task's lease, which is taken for the time. Someone who makes the worktree ready
 * already is waited for; one in which an agent runs is left to its runner, and this tells what is on record.
 */
export async function makeReadyAlone(context: TaskContext, ref: TaskRef, o: ReadyOptions): Promise<Ready> {
  const { window, version } = context.host;
  for (;;) {
    const lease = await context.store.leases.acquire(streamName(ref), { window, version });
    if (!('held' in lease)) {
      return afterDecisions(context, ref)
        .then(() => makeReady(context, ref, o))
        .finally(() => lease.release());
    }
    const { pid, agentPid } = lease.held;
    if (agentPid !== null) {
      o.onNote?.(`${refName(ref)} is in use (process ${pid}); its worktree is left as it is.`);
      return readyOnRecord(await readRecord(context, ref));
    }
    if (o.signal?.aborted) throw cancelled(ref);
    await sleep(lookMs);
  }
}

const lookMs = 50;

async function plannedWork(context: TaskContext, ref: TaskRef, o: ReadyOptions): Promise<Work> {
  const record = await readRecord(context, ref);
  if (record?.worktree == null) throw noWorktree(ref);
  const worktree = record.worktree.path;
  const plan = o.plan === undefined ? await context.plan(ref.plan) : o.plan;
  const { setup } = record;
  const settled = setup !== null && (setup.exit === 0 || setup.skipped);
  const first = record.ready === null;
  return {
    context,
    ref,
    record,
    worktree,
    plan,
    o,
    problem: settled || plan === null ? null : setupProblem(plan),
    copies: first && (await hasCopySources(context, plan)),
    submodules: first && (await isThere(path.join(worktree, '.gitmodules'))),
    commands: settled ? [] : (plan?.fields.setup ?? []),
  };
}

async function inOrder(work: Work): Promise<Ready> {
  const { context, ref, record, worktree, o } = work;
  if (work.problem !== null) await refuseProblem(work, work.problem);
  const brought = record.ready === null ? await bringAlong(work) : { ...record.ready, submodules: [] };
  const port = record.port ?? (await assignPorts(context, ref, worktree));
  const setup = await setUp(work, port);
  if (o.signal?.aborted) throw cancelled(ref);
  return { ...brought, setup, ports: portsOf(port) };
}

/** Whether there is anything to copy; asked of the disk alone, because most repositories have nothing. */
async function hasCopySources(context: TaskContext, plan: Plan | null): Promise<boolean> {
  const { mainWorktree } = context.layout;
  if (mainWorktree === null) return false;
  if ((plan?.fields.copy ?? []).length > 0 || context.host.settings().worktreeIncludeFiles.length > 0) return true;
  return isThere(path.join(mainWorktree, '.worktreeinclude'));
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    // What cannot be looked at cannot be read either.
    () => false,
  );
}

/** A plan that asks for something nobody can read is not guessed at. */
async function refuseProblem({ context, ref, o }: Work, problem: Problem): Promise<void> {
  const where = `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
  if (o.skipSetup === true) o.onNote?.(where);
  else throw await failed(context, ref, where, where);
}

type Brought = Pick<Ready, 'copied' | 'leftOut' | 'submodules'>;

/** Copies and fills, and puts it on record as one step: cut off, both are done again, which finds what is there. */
async function bringAlong(work: Work): Promise<Brought> {
  const { context, ref, o } = work;
  try {
    const brought = await copyAndFill(work);
    await context.store.events.appendTask(ref, { kind: 'worktree-ready', ...brought });
    tellBrought(brought, o);
    return brought;
  } catch (error) {
    if (o.signal?.aborted) throw cancelled(ref, error);
    const why = error instanceof Error ? error.message : String(error);
    if (o.skipSetup !== true) {
      throw await failed(context, ref, why, `The worktree of ${refName(ref)} could not be made ready: ${why}`, error);
    }
    // Not on record, so that it is tried again the next time.
    o.onNote?.(why);
    return { copied: [], leftOut: [], submodules: [] };
  }
}

async function copyAndFill({ context, worktree, plan, o, copies, submodules }: Work): Promise<Brought> {
  const deps = worktreesDeps(context);
  const { signal } = o;
  const globs = plan?.fields.copy ?? [];
  const copy = copies ? await copyIgnored(deps, { worktree, globs, signal }) : { copied: [], leftOut: [] };
  const fill = submodules ? await fillSubmodules(deps, worktree, { signal }) : { filled: [], leftOut: [] };
  return { copied: copy.copied, leftOut: [...copy.leftOut, ...fill.leftOut], submodules: fill.filled };
}

const maxLines = 10;

function tellBrought({ copied, leftOut, submodules }: Brought, o: ReadyOptions): void {
  const list = (items: readonly string[]) =>
    items.length > maxLines
      ? `${items.slice(0, maxLines).join(', ')} and ${items.length - maxLines} more`
      : items.join(', ');
  if (copied.length > 0) o.onNote?.(`brought along: ${list(copied)}`);
  if (submodules.length > 0) o.onNote?.(`submodules filled: ${list(submodules)}`);
  for (const { path: what, why } of leftOut.slice(0, maxLines)) o.onNote?.(`not brought along: ${what}: ${why}`);
  if (leftOut.length > maxLines) o.onNote?.(`not brought along: ${leftOut.length - maxLines} more`);
}

async function setUp(work: Work, port: number): Promise<Ready['setup']> {
  const { context, ref, record, worktree, commands, o } = work;
  const { appendTask } = context.store.events;
  const marked = record.conditions.some(({ kind }) => kind === 'setup-failed');
  if (commands.length === 0 && !marked && work.problem === null) return record.setup ?? { exit: null, skipped: false };
  if (o.skipSetup === true) {
    await appendTask(ref, { kind: 'setup', commands: [], exit: null, skipped: true });
    return { exit: null, skipped: true };
  }
  const env = taskEnvironment(context, ref, { ...record, port });
  const { headless, output, onNote, signal } = o;
  // No commands any more, and what failed before is mended: the same event says so.
  const result = await runSetup(commands, { worktree, env, headless, output, onNote, signal });
  await appendTask(ref, { kind: 'setup', ...result, skipped: false });
  if (signal?.aborted) throw cancelled(ref);
  const last = result.commands.at(-1);
  if (result.exit === 0 || last === undefined) return { exit: result.exit, skipped: false };
  const how = last.exit === null ? 'was ended by a signal' : `ended with exit code ${last.exit}`;
  throw new TaskError(
    'setup-failed',
    `The set-up of ${refName(ref)} failed, so no agent was started: "${last.command}" ${how}. ${remedy(ref)}`,
  );
}

const remedy = (ref: TaskRef) =>
  `Mend it and start again, or start without it: "switchyard run ${refName(ref)} --skip-setup".`;

/** Puts a failure that is no command's on record. */
async function failed(
  context: TaskContext,
  ref: TaskRef,
  reason: string,
  sentence: string,
  cause?: unknown,
): Promise<TaskError> {
  const on = { kind: 'condition', condition: 'setup-failed', on: true, reason, source: 'runner' } as const;
  await context.store.events.appendTask(ref, on);
  return new TaskError('setup-failed', `${sentence} ${remedy(ref)}`, { cause });
}

function cancelled(ref: TaskRef, cause?: unknown): TaskError {
  return new TaskError('cancelled', `The set-up of ${refName(ref)} was interrupted: the next start goes on with it.`, {
    cause,
  });
}

/** What is on record of a worktree's making ready. */
export function readyOnRecord(record: TaskRecord | null): Ready {
  return {
    copied: record?.ready?.copied ?? [],
    leftOut: record?.ready?.leftOut ?? [],
    submodules: [],
    setup: record?.setup ?? { exit: null, skipped: false },
    ports: record?.port == null ? [] : portsOf(record.port),
  };
}
