import type { Loss } from '../../../contract/json';

/** The linked worktree that a clean-up is about; all paths are absolute and real. */
export interface CleanTarget {
  readonly worktree: string;
  /** `<common>/worktrees/<id>`. */
  readonly adminDir: string;
  /** Full commit id; null before the first commit. */
  readonly head: string | null;
  /** Short name; null: HEAD is detached. */
  readonly branch: string | null;
  /** Ignored files that were copied into it (relative, a folder ends in `/`): they never enter a ref. */
  readonly copied: readonly string[];
  /** Short name or commit of the base its branch is judged against; null: the default branch. */
  readonly base: string | null;
}

/** What a clean-up would take out of the working folder, in a stable order. */
export interface Survey {
  readonly losses: readonly Loss[];
  /** Something that needs the consent `discard-changes`; `unpushed` and `unmerged` are about the branch instead. */
  readonly discards: boolean;
}

/** A process that works in a folder. */
export interface WorkingProcess {
  readonly pid: number;
  /** When it started, as `processStartTime` tells it: ids are given out again. null: not told. */
  readonly started: string | null;
  /** Program name, for people. */
  readonly name: string;
  /** `plan/task` when its environment says that this task started it; null: somebody else's, or not told. */
  readonly task: string | null;
}
