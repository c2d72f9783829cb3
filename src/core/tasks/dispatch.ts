import { stat } from 'node:fs/promises';
import type { PermissionMode, TaskRef } from '../../contract/plan';
import type { Agent } from '../agents/agent';
import { findProgram } from '../agents/program';
import { agentByName } from '../agents/registry';
import { resolveBase } from '../git/base';
import { readRefs } from '../git/refs';
import { placeOf } from '../git/repository';
import { checkPlan } from '../plan/checkPlan';
import type { Plan, TaskFile } from '../plan/plan';
import { type BegunWorktree, beginWorktree, type MadeWorktree, type MakePhase } from '../worktrees/make/makeWorktree';
import { chooseNames, type WorktreeNames } from '../worktrees/names';
import { resolveWorktreeRoot } from '../worktrees/root';
import { findTask, readRecord, readRecords, type TaskContext, textHash, withTaskLock, worktreesDeps } from './context';
import type { TaskRecord } from './fold';
import { freezeBrief } from './freezeBrief';
import { refuseHeld, refuseOverBudget, unmetDependencies } from './holds';
import { lastAgent } from './lastAgent';
import { refName } from './refs';
import { TaskError } from './taskError';
import { budgetsAtStart } from './usage/budgetsAtStart';

export interface PrepareOptions {
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  /** Branch, tag or commit to cut from, instead of what task and plan say. */
  readonly base?: string | undefined;
  /** Start although something holds the task. */
  readonly override?: boolean | undefined;
  /**
   * `dispatch`: an agent will follow, so dependencies and the limit of work in progress hold it.
   * `spawn`: only a worktree is wanted; dependencies are warned about.
   */
  readonly purpose?: 'dispatch' | 'spawn' | undefined;
  readonly rivals?: string | undefined;
  readonly onProgress?: ((phase: MakePhase) => void) | undefined;
  /** Told when branch and folder stand and only the files are missing: the next task can begin. */
  readonly onBegun?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A task that has its branch and worktree. */
export interface Prepared {
  readonly ref: TaskRef;
  readonly title: string;
  readonly agent: string;
  readonly model: string | null;
  readonly branch: string;
  readonly worktree: string;
  readonly base: string;
  readonly head: string;
  /** False: it was there before. */
  readonly made: boolean;
  readonly warnings: readonly string[];
}

/**
 * Dispatches a task: decides agent, base and branch, freezes its brief, makes its worktree. Idempotent: a worktree
 * that the task has is returned as it is.
 * @throws TaskError `no-task`, `bad-task`, `held`, `vanished`, `worktree-failed`; AgentError `unknown-agent`, `missing-program`
 */
export async function prepare(context: TaskContext, ref: TaskRef, o: PrepareOptions = {}): Promise<Prepared> {
  const before = await readRecord(context, ref);
  if (before?.worktree != null && before.dispatch !== null) {
    await checkHolds(context, ref, before, o);
    return existing(ref, before);
  }
  const { plan, task } = await findTask(context, ref);
  refuseProblems(plan, task);
  const agent = await chooseAgent(context, task, o);
  return withTaskLock(context, ref, async () => {
    const record = await readRecord(context, ref);
    if (record?.worktree != null && record.dispatch !== null) {
      await checkHolds(context, ref, record, o);
      return existing(ref, record);
    }
    refuseCleaned(ref, record);
    return dispatch(context, plan, task, agent, o);
  });
}

/** Beginning anew beside work that waits in the trash is rarely meant, and never by accident. */
function refuseCleaned(ref: TaskRef, record: TaskRecord | null): void {
  if (record?.state !== 'cleaned' || record.archives.length === 0) return;
  const name = refName(ref);
  throw new TaskError(
    'held',
    `${name} was cleaned: bring it back with "switchyard restore ${name}", or forget it with "switchyard forget ${name}" to begin anew.`,
  );
}

/**
 * A worktree made by `spawn` becomes work in progress now: what holds a dispatch holds this too. One that was begun goes
 * on, unless a budget is used up.
 */
async function checkHolds(context: TaskContext, ref: TaskRef, record: TaskRecord, o: PrepareOptions): Promise<void> {
  if (o.purpose === 'spawn') return;
  const begun = record.run !== null || record.launch !== null || record.dispatch?.spawned === false;
  const { agent, model } = startOf(record, o);
  const budgets = await budgetsAtStart(context, ref, { begun: record.run !== null, agent, model });
  const override = o.override ?? false;
  if (begun) return refuseOverBudget(context, ref, { override, budgets });
  const plan = await context.plan(ref.plan);
  const task = plan?.tasks.find((t) => t.ref.task === ref.task);
  // Without its file nothing says what it depends on; its brief is frozen, so it can start.
  if (plan === null || task === undefined) return refuseOverBudget(context, ref, { override, budgets });
  await refuseHeld(context, plan, task, { override, budgets });
}

/** Agent and model of a task that was dispatched: the caller's, else those that were put on record then. */
function startOf(
  { dispatch }: TaskRecord,
  o: PrepareOptions,
): Pick<PrepareOptions, 'agent'> & { model?: string | null } {
  const agent = o.agent ?? dispatch?.agent;
  if (o.model !== undefined) return { agent, model: modelOf(o.model) };
  return { agent, model: agent === dispatch?.agent ? (dispatch?.model ?? null) : null };
}

async function existing(ref: TaskRef, record: TaskRecord): Promise<Prepared> {
  const { worktree, dispatch } = record;
  if (worktree === null || dispatch === null)
    throw new TaskError('no-worktree', `${refName(ref)} has no worktree yet.`);
  if (!(await isFolder(worktree.path))) {
    throw new TaskError(
      'vanished',
      `The worktree of ${refName(ref)} is gone (${worktree.path}): its branch ${worktree.branch} still has the commits; put the folder back or run "git worktree prune" and forget the task.`,
    );
  }
  return {
    ref,
    title: record.title ?? ref.task,
    agent: dispatch.agent,
    model: dispatch.model,
    branch: worktree.branch,
    worktree: worktree.path,
    base: dispatch.base,
    head: worktree.head,
    made: false,
    warnings: [],
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Not there, or not readable: no folder that an agent could work in.
    return false;
  }
}

/** @throws TaskError `bad-task` for a file with errors or without instructions. */
export function refuseProblems(plan: Plan, task: TaskFile): void {
  const found = checkPlan(plan, {}).find(({ file, severity }) => file === task.file && severity === 'error');
  if (found !== undefined) {
    throw new TaskError('bad-task', `${found.file}:${found.line}:${found.column}: ${found.message}`);
  }
  if (task.instructions.trim() === '') {
    throw new TaskError('bad-task', `${task.file} says nothing to do: write the instructions below its front matter.`);
  }
}

/**
 * The agent of a task: the caller's, the task's, the last one used, the setting. Where it will start, its program must
 * be there before anything is made.
 * @throws AgentError `unknown-agent`, `missing-program`
 */
async function chooseAgent(context: TaskContext, task: TaskFile, o: PrepareOptions): Promise<Agent> {
  const name = o.agent ?? task.fields.agent ?? (await lastAgent(context)).agent;
  const settings = context.host.settings();
  const agent = agentByName(name, settings);
  if (o.purpose !== 'spawn') await findProgram(agent, settings, context.host.env);
  return agent;
}

async function dispatch(
  context: TaskContext,
  plan: Plan,
  task: TaskFile,
  agent: Agent,
  o: PrepareOptions,
): Promise<Prepared> {
  const { ref } = task;
  const spawned = o.purpose === 'spawn';
  await refuseRenamed(context, plan, task, o.override ?? false);
  const tip = await existingTip(context, task, o);
  const from = tip === null ? task.fields.from : undefined;
  const base = await resolveBase(context.git, context.layout, o.base ?? from ?? plan.fields.base ?? null, {
    fetch: context.host.settings().fetchBase,
    signal: o.signal,
  });
  const model = modelOf(o.model ?? task.fields.model ?? context.host.settings().defaultModel ?? undefined);
  // Agents' records are read before others have to wait for us.
  const budgets = spawned ? null : await budgetsAtStart(context, ref, { begun: false, agent: agent.name, model });
  // One dispatch of the repository at a time: places of work in progress and free names are counted and taken in one
  // step, and branches and folders are made one after another in any case. Files are checked out after it.
  const begun = await context.store.locks.withLock(
    'dispatch',
    async () => {
      if (!spawned) await refuseHeld(context, plan, task, { override: o.override ?? false, budgets });
      const names = await namesOf(context, task, tip !== null);
      const frozen = await freezeBrief(context, { plan, task, base, ...names });
      await context.store.events.appendTask(ref, {
        kind: 'dispatched',
        agent: agent.name,
        model,
        permissions: permissionsOf(context, task),
        ...frozen,
        base: base.name,
        baseHead: base.commit,
        branch: names.branch,
        rivals: o.rivals ?? null,
        title: titleOf(task),
        ...(spawned ? { spawned } : {}),
        ...(tip === null ? {} : { adopted: true }),
      });
      await context.store.events.appendTask(ref, { kind: 'state', to: 'setup', reason: 'worktree' });
      const { branch, worktree, note } = names;
      const make = { ref, branch, worktree, base: tip ?? base.commit, existingBranch: tip !== null };
      const { onProgress, signal } = o;
      const deps = worktreesDeps(context);
      return {
        note,
        making: await orFailed(context, ref, () => beginWorktree(deps, { ...make, onProgress, signal })),
      };
    },
    { waitMs: 600_000 },
  );
  o.onBegun?.();
  const made = await finish(context, ref, begun.making);
  return {
    ref,
    title: titleOf(task),
    agent: agent.name,
    model,
    branch: made.branch,
    worktree: made.worktree,
    base: base.name,
    head: made.head,
    made: true,
    warnings: await warningsOf(context, task, [base.note, begun.note], spawned),
  };
}

async function finish(context: TaskContext, ref: TaskRef, begun: BegunWorktree): Promise<MadeWorktree> {
  const { worktree, branch, head } = await orFailed(context, ref, () => begun.finish());
  await context.store.events.appendTask(ref, { kind: 'worktree-made', worktree, branch, head });
  return { worktree, branch, head };
}

/** Puts on record why there is no worktree. */
async function orFailed<T>(context: TaskContext, ref: TaskRef, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await context.store.events.appendTask(ref, { kind: 'worktree-failed', reason });
    throw error;
  }
}

/**
 * A task whose `branch` and `from` are the same local branch goes on with that one instead of cutting a new one from
 * it. @returns its tip
 */
async function existingTip(context: TaskContext, task: TaskFile, o: PrepareOptions): Promise<string | null> {
  const { branch, from } = task.fields;
  if (branch === undefined || branch !== from || o.base !== undefined) return null;
  const name = `refs/heads/${branch}`;
  const refs = await readRefs(context.git, placeOf(context.layout), [name]);
  return refs.find((each) => each.name === name)?.commit ?? null;
}

/** `note`: about the place, said once: before it is made. */
async function namesOf(
  context: TaskContext,
  task: TaskFile,
  existingBranch: boolean,
): Promise<WorktreeNames & { note: string | null }> {
  const settings = context.host.settings();
  const { root, note } = await resolveWorktreeRoot(context.layout, settings);
  const isNew = note !== null && !(await isFolder(root));
  const names = await chooseNames(context.git, context.layout, task.ref, {
    template: settings.branchTemplate,
    wanted: task.fields.branch ?? null,
    existingBranch,
    root,
  });
  return { ...names, note: isNew ? note : null };
}

/**
 * A renamed file is the same task: with the text of a dispatched task whose own file is gone it must not be
 * dispatched a second time.
 */
async function refuseRenamed(context: TaskContext, plan: Plan, task: TaskFile, override: boolean): Promise<void> {
  if (override) return;
  const text = textHash(task.text);
  for (const { ref, record } of (await readRecords(context)).values()) {
    if (record.dispatch?.text !== text || ref.plan !== plan.id || ref.task === task.ref.task) continue;
    if (plan.tasks.some((t) => t.ref.task === ref.task)) continue;
    throw new TaskError(
      'bad-task',
      `${refName(task.ref)} has the text of ${refName(ref)}, which was dispatched and whose file is gone: rename the file back to ${ref.task}.md, or dispatch it as a new task with --override.`,
    );
  }
}

async function warningsOf(
  context: TaskContext,
  task: TaskFile,
  notes: readonly (string | null)[],
  spawned: boolean,
): Promise<string[]> {
  const warnings = notes.filter((note) => note !== null);
  if (spawned) {
    const unmet = unmetDependencies(task, await readRecords(context));
    if (unmet.length > 0) warnings.push(`${refName(task.ref)} depends on ${unmet.join(', ')}, not integrated yet`);
  }
  return warnings;
}

export function titleOf(task: TaskFile): string {
  return task.fields.title ?? task.ref.task;
}

/** `auto` asks for the model by the rules; until there are rules, the agent's own default. */
export function modelOf(model: string | undefined): string | null {
  return model === undefined || model === 'auto' ? null : model;
}

function permissionsOf(context: TaskContext, task: TaskFile): PermissionMode {
  return task.fields.permissions ?? context.host.settings().defaultPermissions;
}
