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
  readonly tokens: number | null;
  readonly usd: number | null;
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
