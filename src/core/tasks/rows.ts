import type { TaskRow, WorktreeRow } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { Condition, TaskState } from '../../contract/states';
import type { WorktreeStatus } from '../git/status';
import type { GitWorktree } from '../git/worktreeList';
import { checkPlan } from '../plan/checkPlan';
import { mergeOrder } from '../plan/mergeOrder';
import type { Plan, TaskFile } from '../plan/plan';
import type { SeenHolder } from '../store/leases';
import { textHash } from './context';
import { countsAsWip, isRunOpen, type TaskRecord } from './fold';
import { restingState, without } from './foldParts';
import { type Hold, holdOf, unmetDependencies } from './holds';
import { refName } from './refs';
import { nextStep, sortConditions, stateTable } from './stateTable';
import { type BudgetMark, withShared } from './usage/budgetMarks';
import type { TaskCost } from './usage/costsByTask';

/** How long an archive is kept before its deletion is offered. */
export const trashKeptMs = 30 * 24 * 60 * 60_000;

/** Everything a task's row is made from; rows are a pure function of it. */
export interface RowParts {
  readonly ref: TaskRef;
  readonly plan: Plan | null;
  /** null: the file is gone. */
  readonly task: TaskFile | null;
  readonly record: TaskRecord | null;
  /** The task's lease; null when nobody holds it. */
  readonly lease: SeenHolder | null;
  /** Paths of the worktrees that git lists and that are there; null: not asked yet. */
  readonly present: ReadonlySet<string> | null;
  readonly status: WorktreeStatus | null;
  /** The agent that a task without one would get. */
  readonly lastAgent: string;
  readonly records: ReadonlyMap<string, { readonly ref: TaskRef; readonly record: TaskRecord }>;
  readonly wipLimit: number;
  /** The crossed budgets of plans, today and this week that are in force. */
  readonly budgets: readonly BudgetMark[];
  /** The worst of its cells in the conflict matrix; null: not known. */
  readonly worst: TaskRow['worst'];
  /** What it has used; null: nothing that is known. */
  readonly cost: TaskCost | null;
}

/** Whether a task has a row: its file is there, or it was dispatched and not forgotten. */
export function hasRow(task: TaskFile | null, record: TaskRecord | null): boolean {
  return task !== null || (record !== null && (record.dispatch !== null || record.worktree !== null));
}

export function taskRow(p: RowParts): TaskRow {
  const { ref, plan, task, record, lease } = p;
  const state = stateOf(p);
  const conditions = conditionsOf(p);
  const alive = lease?.alive === true ? lease.file : null;
  const fields = task?.fields;
  const hold = holdOfRow(p, state);
  const dispatch = record?.dispatch ?? null;
  const run = record?.run ?? null;
  const open = alive !== null && record !== null && isRunOpen(record);
  return {
    plan: ref.plan,
    task: ref.task,
    title: fields?.title ?? record?.title ?? ref.task,
    state,
    ...meaning(p, state, conditions),
    conditions,
    scope: fields?.scope ?? [],
    dependsOn: fields?.dependsOn ?? [],
    after: fields?.after ?? [],
    agent: {
      name: run?.agent ?? dispatch?.agent ?? fields?.agent ?? p.lastAgent,
      pid: open ? (run?.pid ?? null) : null,
      session: run?.session ?? null,
      model: run?.model ?? dispatch?.model ?? (fields?.model === 'auto' ? null : (fields?.model ?? null)),
      window: open ? (run?.window ?? null) : null,
    },
    // Empty: an adopted worktree whose HEAD is detached.
    branch: (record?.worktree?.branch ?? dispatch?.branch ?? fields?.branch) || null,
    base: dispatch?.base ?? plan?.fields.base ?? null,
    worktree: record?.worktree?.path ?? null,
    head: p.status?.head ?? null,
    ahead: p.status?.ahead ?? null,
    behind: p.status?.behind ?? null,
    changedFiles: p.status?.changedFiles ?? null,
    tokens: p.cost?.tokens ?? null,
    usd: p.cost?.usd ?? null,
    costAtLeast: p.cost?.atLeast ?? false,
    budget: fields?.budget ?? null,
    approved: null,
    verified: null,
    worst: p.worst,
    held: hold?.reason ?? null,
    file: task?.file ?? null,
    changedSinceDispatch: task !== null && dispatch?.text != null && textHash(task.text) !== dispatch.text,
    rivals: dispatch?.rivals ?? null,
    runner: alive?.pid ?? null,
    since: record?.since ?? null,
    ready: record?.ready ?? null,
    port: record?.port ?? null,
    app: appOf(record),
    setup: record?.setup ?? null,
    adopted: dispatch?.adopted ?? false,
    archives: archivesOf(record),
  };
}

/** A set-up whose process died sets nothing up any more. */
function stateOf({ plan, task, record, lease }: RowParts): TaskState {
  if (record === null || record.state === null) return fileState(plan, task);
  return isSetupLost(record, lease) ? restingState(record) : record.state;
}

/** What the events say; whether its process still lives is asked where it matters (`readApp`). */
function appOf(record: TaskRecord | null): TaskRow['app'] {
  if (record?.app == null) return null;
  const { pid, port, url, log } = record.app;
  return { pid, port, url, log };
}

function archivesOf(record: TaskRecord | null): TaskRow['archives'] {
  return [...(record?.archives ?? [])].reverse().map(({ id, at, trash, ref, branch, bytes }) => ({
    id,
    at,
    expires: new Date(Date.parse(at) + trashKeptMs).toISOString(),
    trash,
    ref,
    branch,
    bytes,
  }));
}

function meaning(p: RowParts, state: TaskState, conditions: readonly Condition[]): Pick<TaskRow, 'phase' | 'next'> {
  const waits = p.task !== null && unmetDependencies(p.task, p.records).length > 0;
  const launch = p.record?.launch ?? null;
  // A request for the window of the worktree waits for that window, which a human has to open.
  const launching = launch?.status === 'claimed' || (launch?.status === 'requested' && launch.mode !== 'newWindow');
  return { phase: stateTable[state].phase, next: nextStep(state, conditions, { waits, launching }) };
}

/** A task that was never dispatched is ready when its file says what to do and has no errors. */
function fileState(plan: Plan | null, task: TaskFile | null): TaskState {
  if (task === null || task.instructions.trim() === '') return 'draft';
  const problems = plan === null ? task.problems : problemsOf(plan).filter(({ file }) => file === task.file);
  return problems.some(({ severity }) => severity === 'error') ? 'draft' : 'ready';
}

/** A plan of fifty tasks is checked once for its fifty rows; plans are read anew when they change. */
const checked = new WeakMap<Plan, ReturnType<typeof checkPlan>>();
function problemsOf(plan: Plan): ReturnType<typeof checkPlan> {
  const known = checked.get(plan) ?? checkPlan(plan, {});
  checked.set(plan, known);
  return known;
}

/** What the events say, and what can only be seen now: a runner that died, a worktree that is gone. */
function conditionsOf(p: RowParts): readonly Condition[] {
  const { record } = p;
  if (record === null) return [];
  const found = record.conditions.filter(({ kind }) => kind !== 'vanished');
  if (isSetupLost(record, p.lease) && !found.some(({ kind }) => kind === 'setup-failed')) {
    found.push({ kind: 'setup-failed', reason: setupLost, since: record.since ?? '', source: 'lease' });
  }
  if (isRunnerLost(record, p.lease) && !found.some(({ kind }) => kind === 'unknown')) {
    found.push({ kind: 'unknown', reason: runnerLost, since: record.run?.startedAt ?? '', source: 'lease' });
  }
  const vanished = vanishedCondition(p, record);
  if (vanished !== null) found.push(vanished);
  return sortConditions(withBudgets(p, record, found));
}

/** A budget that was taken out of the file limits nothing any more; one that is shared holds all that is in progress. */
function withBudgets(p: RowParts, record: TaskRecord, found: readonly Condition[]): readonly Condition[] {
  const limited = p.task === null || p.task.fields.budget !== undefined;
  const own = limited ? found : without(found, 'near-budget', 'over-budget');
  return countsAsWip(record, (state) => stateTable[state].wip) ? withShared(own, p.budgets, p.ref) : own;
}

export const runnerLost = 'agent process gone';
export const setupLost = 'the set-up was interrupted';
export const worktreeGone = 'the worktree is gone';

/** The agent should be running, and nobody holds its lease any more. */
export function isRunnerLost(record: TaskRecord, lease: SeenHolder | null): boolean {
  return isRunOpen(record) && lease?.alive !== true;
}

/** The set-up commands should be running, and nobody holds the lease any more; the next start runs them again. */
export function isSetupLost(record: TaskRecord, lease: SeenHolder | null): boolean {
  return record.state === 'setup' && record.worktree !== null && lease?.alive !== true;
}

function vanishedCondition(p: RowParts, record: TaskRecord): Condition | null {
  const recorded = record.conditions.find(({ kind }) => kind === 'vanished') ?? null;
  if (p.present === null || record.worktree === null || record.state === 'cleaned') return recorded;
  if (p.present.has(record.worktree.path)) return null;
  return recorded ?? { kind: 'vanished', reason: worktreeGone, since: record.since ?? '', source: 'git' };
}

function holdOfRow(p: RowParts, state: TaskState): Hold | null {
  if (p.plan === null || p.task === null) return null;
  if (state !== 'ready' && !(state === 'queued' && p.record?.run === null)) return null;
  // Dispatched already: its place is its own; only what it depends on can still hold it.
  const hold = holdOf(p.plan, p.task, p.records, {
    wipLimit: p.wipLimit,
    budgets: p.budgets.map(({ use }) => use),
  });
  return state === 'queued' && hold?.kind === 'wip' && p.record?.dispatch?.spawned !== true ? null : hold;
}

/** The rows of `worktrees`: everything git lists, ours or not. */
export function worktreeRows(
  worktrees: readonly GitWorktree[],
  tasks: readonly Pick<TaskRow, 'plan' | 'task' | 'worktree'>[],
  dirty: ReadonlyMap<string, boolean>,
): WorktreeRow[] {
  const owners = new Map(tasks.flatMap((task) => (task.worktree === null ? [] : [[task.worktree, task] as const])));
  return worktrees.map((worktree) => {
    const owner = owners.get(worktree.path);
    return {
      path: worktree.path,
      branch: worktree.branch,
      head: worktree.head,
      main: worktree.main,
      bare: worktree.bare,
      locked: worktree.locked,
      prunable: worktree.prunable,
      dirty: dirty.get(worktree.path) ?? null,
      plan: owner?.plan ?? null,
      task: owner?.task ?? null,
    };
  });
}

/** Plans by name, their tasks in merge order, then the dispatched ones whose file is gone. */
export function rowRefs(
  plans: readonly Plan[],
  records: ReadonlyMap<string, { readonly ref: TaskRef; readonly record: TaskRecord }>,
): { ref: TaskRef; plan: Plan | null; task: TaskFile | null; record: TaskRecord | null }[] {
  const rows = plans.flatMap((plan) =>
    inMergeOrder(plan).map((task) => {
      const record = records.get(refName(task.ref))?.record ?? null;
      return { ref: task.ref, plan, task, record };
    }),
  );
  const seen = new Set(rows.map(({ ref }) => refName(ref)));
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const gone = [...records.values()].filter(({ ref, record }) => !seen.has(refName(ref)) && hasRow(null, record));
  return [...rows, ...gone.map(({ ref, record }) => ({ ref, plan: byId.get(ref.plan) ?? null, task: null, record }))];
}

/** A plan's tasks as they will land: the order in which a person thinks of them. */
function inMergeOrder(plan: Plan): TaskFile[] {
  const place = new Map(mergeOrder(plan).order.map((id, index) => [id, index]));
  return [...plan.tasks].sort((a, b) => (place.get(a.ref.task) ?? 0) - (place.get(b.ref.task) ?? 0));
}
