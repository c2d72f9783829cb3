import type { CommandResult, LeftOut, SyncMethod } from './events';
import type { Budget, Problem } from './plan';
import type { Condition, NextStep, Phase, TaskState } from './states';

/** A mark bound to a commit: it is stale when the branch's head is another. */
export interface ApprovedMark {
  readonly by: string;
  readonly at: string;
  readonly head: string;
}

export interface VerifiedMark {
  readonly head: string;
  readonly state: 'pass' | 'fail';
  readonly commands: readonly { readonly command: string; readonly exit: number; readonly ms: number }[];
  readonly exit: number;
}

export interface TaskAgent {
  readonly name: string;
  readonly pid: number | null;
  readonly session: string | null;
  readonly model: string | null;
  readonly window: string | null;
}

/** One row of `tasks --json`. What is not known (yet) is null. */
export interface TaskRow {
  readonly plan: string;
  readonly task: string;
  readonly title: string;
  readonly state: TaskState;
  readonly phase: Phase;
  readonly next: NextStep;
  readonly conditions: readonly Condition[];
  readonly scope: readonly string[];
  readonly dependsOn: readonly string[];
  readonly after: readonly string[];
  /** The agent that the task has or would get; `pid` is non-null only while it lives. */
  readonly agent: TaskAgent;
  readonly branch: string | null;
  readonly base: string | null;
  readonly worktree: string | null;
  readonly head: string | null;
  readonly ahead: number | null;
  readonly behind: number | null;
  /** Files that differ from the merge base with the base, uncommitted and untracked ones included. */
  readonly changedFiles: number | null;
  /** What it has used, as budgets count it; null: nothing that is known, or no window is open that reads it. */
  readonly tokens: number | null;
  /** US dollars, an estimate by list prices; null: nothing of it has a price. */
  readonly usd: number | null;
  /** More was used than `tokens` and `usd` say. */
  readonly costAtLeast: boolean;
  readonly budget: Budget | null;
  readonly approved: ApprovedMark | null;
  readonly verified: VerifiedMark | null;
  /** The worst verdict of this task's cells in the matrix. */
  readonly worst: 'clean' | 'conflict' | 'unknown' | null;
  /** Why the next dispatch is held, or null. */
  readonly held: string | null;
  /** The task's file, absolute; null when it is gone. */
  readonly file: string | null;
  /** The text on disk differs from the one frozen at dispatch. */
  readonly changedSinceDispatch: boolean;
  readonly rivals: string | null;
  /** Process id of the runner that holds the lease (a terminal's process), while it lives. */
  readonly runner: number | null;
  readonly since: string | null;
  /** What was brought along into its worktree, and what was not; null: that has not ended yet. */
  readonly ready: TaskReady | null;
  /** The first of its ten ports. */
  readonly port: number | null;
  /** The plan's app, while it runs in this worktree. */
  readonly app: TaskApp | null;
  /** The set-up commands' outcome; null: not run yet, or there are none. */
  readonly setup: TaskSetup | null;
  /** Branch or worktree were made elsewhere. */
  readonly adopted: boolean;
  /** What can be restored, the latest first. */
  readonly archives: readonly TaskArchive[];
}

export interface TaskReady {
  /** Ignored files that were copied; a folder that was copied whole ends in `/`. */
  readonly copied: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

export interface TaskApp {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly log: string;
}

export interface TaskSetup {
  readonly exit: number | null;
  readonly skipped: boolean;
  readonly commands: readonly CommandResult[];
}

export interface TaskArchive {
  readonly id: string;
  readonly at: string;
  /** After this time it is offered for deletion. */
  readonly expires: string;
  readonly trash: string;
  readonly ref: string;
  readonly branch: string | null;
  readonly bytes: number | null;
}

/** One row of `worktrees --json`. */
export interface WorktreeRow {
  readonly path: string;
  readonly branch: string | null;
  readonly head: string | null;
  readonly main: boolean;
  readonly bare: boolean;
  readonly locked: string | null;
  readonly prunable: string | null;
  readonly dirty: boolean | null;
  readonly plan: string | null;
  readonly task: string | null;
}

export interface TasksJson {
  readonly tasks: readonly TaskRow[];
}
export interface WorktreesJson {
  readonly worktrees: readonly WorktreeRow[];
}

export interface SpinJson {
  readonly tasks: readonly {
    readonly plan: string;
    readonly task: string;
    readonly branch: string;
    readonly worktree: string;
    readonly pid: number | null;
  }[];
}

export interface SpawnJson {
  readonly tasks: readonly {
    readonly plan: string;
    readonly task: string;
    readonly branch: string;
    readonly worktree: string;
    readonly copied: readonly string[];
    readonly leftOut: readonly LeftOut[];
    readonly setup: { readonly exit: number | null };
    readonly ports: readonly number[];
  }[];
}

export interface RunJson {
  readonly plan: string;
  readonly task: string;
  readonly branch: string;
  readonly worktree: string;
  readonly agent: string;
  readonly pid: number | null;
  readonly session: string | null;
  readonly exit: number | null;
  readonly signal: string | null;
}

/** One line of `watch`. */
export interface WatchLine {
  readonly at: string;
  readonly kind: string;
  readonly plan: string | null;
  readonly task: string | null;
  readonly from: TaskState | null;
  readonly to: TaskState | null;
  readonly source: string;
}

export interface PlanCheckJson {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** Tasks that may run at the same time, in the order of the waves; empty with a cycle in `dependsOn`. */
  readonly waves: readonly (readonly string[])[];
  readonly mergeOrder: readonly string[];
  readonly maxParallelism: number;
}

/** What a clean-up would take out of the working folder. The trash keeps all of it. */
export const lossKinds = [
  /** Tracked files, staged or not. */
  'changes',
  'untracked',
  /** Ignored files that are the worktree's own: not there in the main worktree, or different. */
  'ignored',
  /** An ignored folder that a command can make again (`node_modules`), named with its size. */
  'rebuildable',
  /** A repository inside the worktree that is no submodule. */
  'repository',
  /** Commits that only a submodule's own repository in this worktree has, or its changes. */
  'submodule',
  /** Commits that only HEAD's reflog or a detached HEAD knows. */
  'unreachable',
  /** A stopped merge, rebase, cherry-pick, revert or bisect. */
  'operation',
  /** Commits that are on no remote. */
  'unpushed',
  /** Commits that are not in the base, by any of the six tests; or it is not known. */
  'unmerged',
] as const;
export type LossKind = (typeof lossKinds)[number];

export interface Loss {
  readonly kind: LossKind;
  /** Relative to the worktree; a commit id or a branch where it is no file. */
  readonly path: string;
  /** One clause for people. */
  readonly why: string;
  readonly bytes?: number | undefined;
}

/** `discard-changes`: without it the worktree stays. `delete-branch`: without it the branch stays. */
export const consents = ['discard-changes', 'delete-branch', 'end-processes'] as const;
export type Consent = (typeof consents)[number];

export interface ArchiveJson {
  readonly id: string;
  readonly trash: string;
  readonly ref: string;
  readonly commit: string;
}

/** `clean <t>`: one task's answer; `clean --integrated` lists several in `tasks`. */
export interface CleanJson {
  readonly plan: string;
  readonly task: string;
  readonly cleaned: boolean;
  readonly archive: ArchiveJson | null;
  readonly wouldLose: readonly Loss[];
  /** What was not consented to and therefore stays. */
  readonly needs: readonly Consent[];
  /** Programs and windows that `end-processes` is about. */
  readonly works?: readonly string[] | undefined;
  /** What happened, or would, to the branch. */
  readonly branch: { readonly name: string; readonly deleted: boolean; readonly integrated: Integrated } | null;
  /** Why it was refused; null: it was not. */
  readonly refused: string | null;
  /** Size of the worktree, where it was asked for; null: not measured. */
  readonly bytes?: number | null | undefined;
}
export interface CleanAllJson {
  readonly tasks: readonly CleanJson[];
}

/** The six tests: any of them makes a branch integrated. */
export const integrationTests = [
  'same-commit',
  'ancestor',
  'empty-diff',
  'same-tree',
  'merge-adds-nothing',
  'same-patch',
] as const;
export type IntegrationTest = (typeof integrationTests)[number];
export type Integrated =
  | { readonly verdict: 'yes'; readonly by: IntegrationTest; readonly into: string }
  | { readonly verdict: 'no' }
  | { readonly verdict: 'unknown'; readonly why: string };

export interface RestoreJson {
  readonly plan: string;
  readonly task: string;
  readonly archive: string;
  readonly worktree: string;
  readonly branch: string | null;
  readonly head: string;
  readonly from: 'trash' | 'ref';
  /** What could not be brought back, and why. */
  readonly leftOut: readonly LeftOut[];
}

export interface SyncJson {
  readonly base: {
    readonly name: string;
    readonly from: string | null;
    readonly to: string | null;
    /** `moved`, `up-to-date`, or why it stays as it is. */
    readonly result: 'moved' | 'up-to-date' | 'held';
    readonly reason: string | null;
  } | null;
  readonly tasks: readonly {
    readonly plan: string;
    readonly task: string;
    /** `conflicting`: undone completely. `held`: not begun, with the reason. */
    readonly result: 'synced' | 'up-to-date' | 'conflicting' | 'held';
    readonly method: SyncMethod;
    readonly from: string | null;
    readonly to: string | null;
    readonly files: readonly string[];
    readonly reason: string | null;
  }[];
}

export interface AdoptJson {
  readonly plan: string;
  readonly task: string;
  readonly branch: string | null;
  readonly worktree: string;
}

export interface AppJson {
  readonly plan: string;
  readonly task: string;
  readonly pid: number | null;
  readonly port: number | null;
  readonly url: string | null;
}

/** One archive of `trash --json`. */
export interface TrashRow extends TaskArchive {
  readonly plan: string;
  readonly task: string;
  /** Older than 30 days, or beyond the size that the user set. */
  readonly offered: 'age' | 'size' | null;
  /** The folder is there. */
  readonly present: boolean;
}
export interface TrashJson {
  readonly trash: readonly TrashRow[];
  readonly bytes: number;
}
