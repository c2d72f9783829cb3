import type { AnsweredCommit, AnswerVerdict, ChecklistItemId } from './checklist';
import type { PermissionMode } from './plan';
import type { ConditionKind, TaskState } from './states';
import type { BudgetUse } from './usage';

/** Who appended an event. */
export const actors = ['human', 'cli', 'window', 'runner', 'hook', 'agent', 'scan'] as const;
export type Actor = (typeof actors)[number];

export interface EventBy {
  readonly actor: Actor;
  readonly pid: number;
}

interface EventBase {
  readonly v: 1;
  /** ISO 8601 with milliseconds, UTC. */
  readonly at: string;
  readonly by: EventBy;
}

/** How an agent is brought up. */
export const launchModes = ['newWindow', 'terminal', 'background'] as const;
export type LaunchMode = (typeof launchModes)[number];

/** Something that was not brought along, and why. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
}

export interface CommandResult {
  readonly command: string;
  /** null: ended by a signal. */
  readonly exit: number | null;
  readonly ms: number;
}

/** How a branch is brought onto a moved base. */
export const syncMethods = ['rebase', 'merge'] as const;
export type SyncMethod = (typeof syncMethods)[number];

/** Long operations that a journal carries over a crash. */
export const operations = ['make', 'clean', 'restore', 'sync'] as const;
export type Operation = (typeof operations)[number];
export const recoveryOutcomes = ['finished', 'undone', 'kept'] as const;
export type RecoveryOutcome = (typeof recoveryOutcomes)[number];

/** A worktree that was cleaned: where its two layers lie, and what `restore` needs to know besides. */
export interface ArchiveRecord {
  readonly id: string;
  /** `refs/switchyard/archive/…`: the commit that keeps everything git knows and everything untracked. */
  readonly ref: string;
  readonly commit: string;
  /** Absolute folder in the trash; holds `worktree` and `admin` (or says where that lies). */
  readonly trash: string;
  /** Path of the worktree before. */
  readonly worktree: string;
  /** null: HEAD was detached. */
  readonly branch: string | null;
  readonly branchTip: string | null;
  readonly branchDeleted: boolean;
  readonly head: string | null;
  /** Size of the trash; null: not measured. */
  readonly bytes: number | null;
}

/** What happened to one task. The task's record is the fold of these. */
export type TaskEvent = EventBase &
  (
    | { readonly kind: 'text-seen'; readonly text: string; readonly title: string }
    | {
        /** A human, or a script for one, decided to start the task. The brief is frozen here. */
        readonly kind: 'dispatched';
        readonly agent: string;
        readonly model: string | null;
        readonly permissions: PermissionMode;
        /** sha256 of the frozen brief in `texts/`; the task text it was made from; */
        readonly brief: string;
        readonly text: string | null;
        readonly base: string;
        readonly baseHead: string;
        readonly branch: string;
        /** The rivals on one question share a group. */
        readonly rivals: string | null;
        readonly title: string;
        /** Only a worktree was asked for (`spawn`): it is work in progress once an agent starts in it. */
        readonly spawned?: boolean | undefined;
        /** Branch or worktree were made elsewhere: never cleaned or deleted unless asked for by name. */
        readonly adopted?: boolean | undefined;
        /** Numbers of migrations given to this task alone; absent: its plan gave none out. */
        readonly reserved?: readonly string[] | undefined;
      }
    | { readonly kind: 'worktree-made'; readonly worktree: string; readonly branch: string; readonly head: string }
    | { readonly kind: 'worktree-failed'; readonly reason: string }
    | { readonly kind: 'launch-requested'; readonly launch: string; readonly mode: LaunchMode }
    | { readonly kind: 'launch-claimed'; readonly launch: string }
    | { readonly kind: 'launch-lapsed'; readonly launch: string }
    | {
        readonly kind: 'agent-started';
        readonly agent: string;
        readonly model: string | null;
        /** The agent's own process and the runner that holds the lease (a terminal's process). */
        readonly pid: number;
        readonly pidStarted: string | null;
        readonly runner: number;
        readonly session: string | null;
        readonly resumed: boolean;
        readonly window: string | null;
      }
    | {
        readonly kind: 'agent-exited';
        readonly pid: number;
        readonly exit: number | null;
        readonly signal: string | null;
      }
    | { readonly kind: 'state'; readonly to: TaskState; readonly reason: string }
    | {
        readonly kind: 'condition';
        readonly condition: ConditionKind;
        readonly on: boolean;
        readonly reason: string;
        readonly source: string;
      }
    | {
        readonly kind: 'held';
        readonly reason: string;
        readonly overridden: boolean;
        /** By which budget, with what was used of it at that moment; absent: by something else. */
        readonly budget?: BudgetUse | undefined;
      }
    | {
        /** Ignored files were brought along and submodules filled; happens once a worktree. */
        readonly kind: 'worktree-ready';
        /** Relative paths; a folder that was copied whole is one entry, ending in `/`. */
        readonly copied: readonly string[];
        readonly leftOut: readonly LeftOut[];
        readonly submodules: readonly string[];
      }
    /** The first of the worktree's ten ports. */
    | { readonly kind: 'ports'; readonly first: number }
    | {
        /** The plan's set-up commands ran, up to the first that failed. */
        readonly kind: 'setup';
        readonly commands: readonly CommandResult[];
        /** Of the command that failed, else 0; null: ended by a signal, or never asked to run. */
        readonly exit: number | null;
        /** A human chose to start without it. */
        readonly skipped: boolean;
      }
    | {
        readonly kind: 'app-started';
        readonly pid: number;
        readonly pidStarted: string | null;
        readonly port: number;
        readonly url: string;
        /** File with its output. */
        readonly log: string;
      }
    | { readonly kind: 'app-stopped'; readonly pid: number; readonly exit: number | null }
    | { readonly kind: 'cleaned'; readonly archive: ArchiveRecord }
    | {
        readonly kind: 'restored';
        readonly archive: string;
        readonly worktree: string;
        readonly branch: string | null;
        readonly head: string;
        /** `ref`: the trash was lost, so ignored files are missing. */
        readonly from: 'trash' | 'ref';
      }
    /** The trash folder and the ref of an archive were deleted for good, as a human asked. */
    | { readonly kind: 'archive-deleted'; readonly archive: string }
    /** The worktree is at another path now: moved by hand, or with its repository. */
    | { readonly kind: 'worktree-moved'; readonly from: string; readonly to: string }
    | {
        readonly kind: 'synced';
        readonly method: SyncMethod;
        /** Head before and after. */
        readonly from: string;
        readonly to: string;
        /** Commit of the base that the branch stands on now. */
        readonly base: string;
      }
    | {
        /** A long operation was cut off (kill, full disk, reboot); this start has settled it. */
        readonly kind: 'recovered';
        readonly operation: Operation;
        readonly outcome: RecoveryOutcome;
        readonly reason: string;
      }
    /** A record crossed 85 % or 100 % of the task's budget, or the budget was raised so that it no longer does. */
    | { readonly kind: 'budget'; readonly use: BudgetUse }
    | { readonly kind: 'forgotten' }
  );
export type TaskEventKind = TaskEvent['kind'];

/** What happened to the repository as a whole. */
export type RepositoryEvent = EventBase &
  (
    | { readonly kind: 'damage'; readonly file: string; readonly line: number | null; readonly reason: string }
    | { readonly kind: 'worktree-foreign'; readonly worktree: string; readonly branch: string | null }
    | { readonly kind: 'notified'; readonly key: string }
    | { readonly kind: 'last-agent'; readonly agent: string; readonly model: string | null }
    /** A human put a hazard aside, or took that back. `who` as git knows them. */
    | { readonly kind: 'hazard-muted'; readonly hazard: string; readonly reason: string; readonly who: string | null }
    | { readonly kind: 'hazard-unmuted'; readonly hazard: string; readonly who: string | null }
    | {
        /** A human answered an item of a plan's integration checklist; `ask`: took the answer back. */
        readonly kind: 'checklist-answered';
        readonly plan: string;
        readonly item: ChecklistItemId;
        readonly verdict: AnswerVerdict;
        readonly note: string;
        readonly who: string | null;
        /** Of all branches that the answer is about: it is stale when one of them moves. */
        readonly commits: readonly AnsweredCommit[];
      }
    /** As the event of the same name of a task, for a plan's, a day's or a week's budget. */
    | { readonly kind: 'budget'; readonly use: BudgetUse }
  );
