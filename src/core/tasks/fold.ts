import * as z from 'zod/mini';
import {
  type ArchiveRecord,
  type CommandResult,
  type LaunchMode,
  type LeftOut,
  launchModes,
  type TaskEvent,
} from '../../contract/events';
import { type PermissionMode, permissionModes } from '../../contract/plan';
import { type Condition, conditionKinds, type TaskState, taskStates } from '../../contract/states';
import { archiveSchema, commandResultSchema, leftOutSchema, type Schema } from '../store/schemas';
import { budgetConditions, into, withCondition, without } from './foldParts';
import { worktreeSteps } from './foldWorktree';

/** The decision to start a task, with what was frozen at that moment. */
export interface DispatchRecord {
  readonly at: string;
  readonly agent: string;
  readonly model: string | null;
  readonly permissions: PermissionMode;
  /** sha256 of brief and task text in the store. */
  readonly brief: string;
  readonly text: string | null;
  readonly base: string;
  readonly baseHead: string;
  readonly branch: string;
  readonly rivals: string | null;
  /** Only a worktree was asked for: no work in progress until an agent is. */
  readonly spawned: boolean;
  /** Branch or worktree were made elsewhere. */
  readonly adopted: boolean;
}

/** The plan's app, as it was last started in this worktree. */
export interface AppRecord {
  readonly pid: number;
  readonly pidStarted: string | null;
  readonly port: number;
  readonly url: string;
  readonly log: string;
}

/** What is kept of a worktree that was cleaned, until it is restored or deleted for good. */
export interface KeptArchive extends ArchiveRecord {
  readonly at: string;
}

/** The last time an agent ran. */
export interface RunRecord {
  readonly agent: string;
  readonly model: string | null;
  readonly pid: number;
  readonly pidStarted: string | null;
  readonly runner: number;
  readonly session: string | null;
  readonly resumed: boolean;
  readonly window: string | null;
  readonly startedAt: string;
  /** The launch that asked for it, if one did. */
  readonly launch: string | null;
  /** null while no end is on record: it runs, or its runner died. */
  readonly exited: { readonly at: string; readonly exit: number | null; readonly signal: string | null } | null;
}

/** A task as its events tell it; what the task's file says is not in here. */
export interface TaskRecord {
  readonly title: string | null;
  /** null: never dispatched, the file decides between draft and ready. */
  readonly state: TaskState | null;
  readonly since: string | null;
  readonly conditions: readonly Condition[];
  /** sha256 of the last text that was seen. */
  readonly text: string | null;
  readonly dispatch: DispatchRecord | null;
  readonly worktree: { readonly path: string; readonly branch: string; readonly head: string } | null;
  readonly run: RunRecord | null;
  readonly launch: {
    readonly id: string;
    readonly mode: LaunchMode;
    readonly status: 'requested' | 'claimed' | 'lapsed';
  } | null;
  readonly held: string | null;
  /** What was brought along into the worktree; null: that has not ended yet. */
  readonly ready: { readonly copied: readonly string[]; readonly leftOut: readonly LeftOut[] } | null;
  /** The first of its ten ports. */
  readonly port: number | null;
  readonly setup: {
    readonly exit: number | null;
    readonly skipped: boolean;
    readonly commands: readonly CommandResult[];
  } | null;
  /** null: it was never started, or was stopped. */
  readonly app: AppRecord | null;
  /** The latest last. */
  readonly archives: readonly KeptArchive[];
  /** The state before it was cleaned, to which a restore goes back. */
  readonly cleanedFrom: TaskState | null;
  /** Commit of the base that the branch was last brought onto; null: it stands where it was cut. */
  readonly syncedOnto: string | null;
  /** Numbers of migrations that were given to it, whatever became of the dispatch; null: none were given out. */
  readonly reserved: readonly string[] | null;
}

const blank: TaskRecord = {
  title: null,
  state: null,
  since: null,
  conditions: [],
  text: null,
  dispatch: null,
  worktree: null,
  run: null,
  launch: null,
  held: null,
  ready: null,
  port: null,
  setup: null,
  app: null,
  archives: [],
  cleanedFrom: null,
  syncedOnto: null,
  reserved: null,
};

/** Schema of `tasks/<plan>~<task>.json`, the fold's cache. */
export const taskRecordSchema = z.object({
  title: z.nullable(z.string()),
  state: z.nullable(z.enum(taskStates)),
  since: z.nullable(z.string()),
  conditions: z.array(
    z.object({ kind: z.enum(conditionKinds), reason: z.string(), since: z.string(), source: z.string() }),
  ),
  text: z.nullable(z.string()),
  dispatch: z.nullable(
    z.object({
      at: z.string(),
      agent: z.string(),
      model: z.nullable(z.string()),
      permissions: z.enum(permissionModes),
      brief: z.string(),
      text: z.nullable(z.string()),
      base: z.string(),
      baseHead: z.string(),
      branch: z.string(),
      rivals: z.nullable(z.string()),
      spawned: z.boolean(),
      adopted: z.boolean(),
    }),
  ),
  worktree: z.nullable(z.object({ path: z.string(), branch: z.string(), head: z.string() })),
  run: z.nullable(
    z.object({
      agent: z.string(),
      model: z.nullable(z.string()),
      pid: z.number(),
      pidStarted: z.nullable(z.string()),
      runner: z.number(),
      session: z.nullable(z.string()),
      resumed: z.boolean(),
      window: z.nullable(z.string()),
      startedAt: z.string(),
      launch: z.nullable(z.string()),
      exited: z.nullable(z.object({ at: z.string(), exit: z.nullable(z.number()), signal: z.nullable(z.string()) })),
    }),
  ),
  launch: z.nullable(
    z.object({ id: z.string(), mode: z.enum(launchModes), status: z.enum(['requested', 'claimed', 'lapsed']) }),
  ),
  held: z.nullable(z.string()),
  ready: z.nullable(z.object({ copied: z.array(z.string()), leftOut: z.array(leftOutSchema) })),
  port: z.nullable(z.number()),
  setup: z.nullable(
    z.object({ exit: z.nullable(z.number()), skipped: z.boolean(), commands: z.array(commandResultSchema) }),
  ),
  app: z.nullable(
    z.object({
      pid: z.number(),
      pidStarted: z.nullable(z.string()),
      port: z.number(),
      url: z.string(),
      log: z.string(),
    }),
  ),
  archives: z.array(z.extend(archiveSchema, { at: z.string() })),
  cleanedFrom: z.nullable(z.enum(taskStates)),
  syncedOnto: z.nullable(z.string()),
  reserved: z._default(z.nullable(z.array(z.string())), null),
}) satisfies Schema<TaskRecord>;

/**
 * Folds a task's events, oldest first, into what is true now. Pure, and total: an event that does not fit what came
 * before it (two windows wrote at once) changes what it names and nothing else.
 * @returns null when there is nothing to tell: no events, or the task was forgotten.
 */
export function foldTask(events: readonly TaskEvent[]): TaskRecord | null {
  let record: TaskRecord | null = null;
  for (const event of events) record = foldEvent(record, event);
  return record;
}

/** One step of `foldTask`. */
export function foldEvent(record: TaskRecord | null, event: TaskEvent): TaskRecord | null {
  if (event.kind === 'forgotten') return null;
  // What becomes of the archives of a forgotten task does not bring the task back.
  if (record === null && (event.kind === 'archive-deleted' || event.kind === 'recovered')) return null;
  return steps(record ?? blank, event);
}

function steps(record: TaskRecord, event: Exclude<TaskEvent, { kind: 'forgotten' }>): TaskRecord {
  switch (event.kind) {
    case 'text-seen':
      return { ...record, text: event.text, title: event.title };
    case 'dispatched':
      return dispatched(record, event);
    case 'worktree-made':
      return {
        ...into(record, record.run === null ? 'queued' : (record.state ?? 'queued'), event.at),
        worktree: { path: event.worktree, branch: event.branch, head: event.head },
        conditions: without(record.conditions, 'setup-failed', 'vanished'),
      };
    case 'worktree-failed':
      // The dispatch is undone: its branch is free again, and it is no work in progress.
      return {
        ...into(record, null, event.at),
        dispatch: null,
        conditions: withCondition(record.conditions, 'setup-failed', event.reason, event.at, event.by.actor),
      };
    case 'launch-requested':
      return { ...record, launch: { id: event.launch, mode: event.mode, status: 'requested' } };
    case 'launch-claimed':
      return record.launch?.id === event.launch
        ? { ...record, launch: { ...record.launch, status: 'claimed' } }
        : record;
    case 'launch-lapsed':
      return record.launch?.id === event.launch
        ? { ...record, launch: { ...record.launch, status: 'lapsed' } }
        : record;
    case 'agent-started':
      return agentStarted(record, event);
    case 'agent-exited':
      return agentExited(record, event);
    case 'state':
      return { ...into(record, event.to, event.at), held: null };
    case 'condition':
      return {
        ...record,
        conditions: event.on
          ? withCondition(record.conditions, event.condition, event.reason, event.at, event.source)
          : without(record.conditions, event.condition),
      };
    case 'held':
      return { ...record, held: event.overridden ? null : event.reason };
    case 'budget':
      return { ...record, conditions: budgetConditions(record.conditions, event) };
    default:
      return worktreeSteps(record, event);
  }
}

function dispatched(record: TaskRecord, event: Extract<TaskEvent, { kind: 'dispatched' }>): TaskRecord {
  return {
    ...into(record, 'queued', event.at),
    title: event.title,
    held: null,
    worktree: null,
    run: null,
    launch: null,
    ready: null,
    port: null,
    setup: null,
    app: null,
    cleanedFrom: null,
    syncedOnto: null,
    reserved: event.reserved ?? record.reserved,
    conditions: without(record.conditions, 'setup-failed', 'failed', 'unknown', 'vanished', 'behind', 'conflicting'),
    dispatch: {
      at: event.at,
      agent: event.agent,
      model: event.model,
      permissions: event.permissions,
      brief: event.brief,
      text: event.text,
      base: event.base,
      baseHead: event.baseHead,
      branch: event.branch,
      rivals: event.rivals,
      spawned: event.spawned ?? false,
      adopted: event.adopted ?? false,
    },
  };
}

function agentStarted(record: TaskRecord, event: Extract<TaskEvent, { kind: 'agent-started' }>): TaskRecord {
  return {
    ...into(record, 'working', event.at),
    held: null,
    conditions: without(record.conditions, 'failed', 'unknown', 'paused', 'stuck', 'waiting'),
    run: {
      agent: event.agent,
      model: event.model,
      pid: event.pid,
      pidStarted: event.pidStarted,
      runner: event.runner,
      session: event.session,
      resumed: event.resumed,
      window: event.window,
      startedAt: event.at,
      launch: record.launch?.id ?? null,
      exited: null,
    },
  };
}

function agentExited(record: TaskRecord, event: Extract<TaskEvent, { kind: 'agent-exited' }>): TaskRecord {
  const run = record.run;
  // The end of an agent that another one has replaced says nothing about the task.
  if (run === null || run.pid !== event.pid) return record;
  const ended = { ...run, exited: { at: event.at, exit: event.exit, signal: event.signal } };
  const calm = without(record.conditions, 'failed', 'unknown', 'waiting', 'stuck');
  if (event.exit === 0) return { ...into(record, 'review', event.at), run: ended, conditions: calm };
  const reason = event.exit === null ? 'stopped' : `exited with ${event.exit}`;
  return { ...record, run: ended, conditions: withCondition(calm, 'failed', reason, event.at, 'runner') };
}

/** The agent's end is not on record: it runs, or its runner was killed. */
export function isRunOpen(record: TaskRecord): boolean {
  return record.run !== null && record.run.exited === null;
}

/** Takes one of the places of work in progress; `spawned` ones only once an agent was asked for. */
export function countsAsWip(record: TaskRecord, wip: (state: TaskState) => boolean): boolean {
  if (record.dispatch === null || record.state === null || !wip(record.state)) return false;
  return !record.dispatch.spawned || record.run !== null || record.launch !== null;
}

/** An agent that ends so soon with an error has made no session worth going back to. */
const stillbornMs = 5000;

/**
 * The session to go on with, or null to start afresh: a run that ended well is over, and one that failed at once
 * (not logged in, a session that never came to be) must not be resumed for ever.
 */
export function resumableSession(record: TaskRecord): string | null {
  const run = record.run;
  if (run === null || run.session === null || run.exited?.exit === 0) return null;
  const failedAtOnce =
    run.exited !== null &&
    run.exited.exit !== null &&
    Date.parse(run.exited.at) - Date.parse(run.startedAt) < stillbornMs;
  return failedAtOnce ? null : run.session;
}
