import type { UnknownReason } from '../../contract/conflicts';
import type { BytePath } from '../git/bytePath';

/** Where a side's uncommitted work lies. All paths are absolute and real. */
export interface SideWorktree {
  readonly path: string;
  /** Its own git directory: `<common>/worktrees/<id>`, or the common directory for the main worktree. */
  readonly gitDir: string;
  readonly main: boolean;
}

/** One side of the matrix, before it is looked at: a worktree, or a ref that has none. */
export interface Subject {
  /** Short ref name, `worktree:<name>` where HEAD is detached. Unique, and what cells are named by. */
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  /** null: only what is committed counts. */
  readonly worktree: SideWorktree | null;
  /** Full id of what is committed; null before the first commit. */
  readonly head: string | null;
}

/** Why nothing can be said, with what it is about (a path, git's first line). */
export interface Unknown {
  readonly reason: UnknownReason;
  readonly detail: string | null;
}

/** Files of a worktree that are in no commit and, as they are, never will be. */
export interface InTheWay {
  /** git overwrites them without a word; a folder ends in `/`. */
  readonly ignored: readonly BytePath[];
  /** Tracked, and changed although git was told not to look: it refuses to merge a change of them. */
  readonly overlooked: readonly BytePath[];
}

/** The working state of one side at one time, as a commit. */
export interface Snapshot {
  /** Full id, in the scratch store; `head` itself where nothing is uncommitted. null: `unknown` says why. */
  readonly commit: string | null;
  readonly tree: string | null;
  readonly head: string | null;
  readonly dirty: boolean;
  /** Files of the snapshot that git does not track yet. */
  readonly untracked: ReadonlySet<BytePath>;
  /** What it does not hold; a folder ends in `/`. Where another side touches one of these, the cell is unknown. */
  readonly leftOut: readonly { readonly path: BytePath; readonly why: string }[];
  /** What a merge must not write over; absent: nothing. None of it travels with a merge, so it matters to this side alone. */
  readonly inTheWay?: InTheWay | undefined;
  /** Not null: every cell of this side says so. */
  readonly unknown: Unknown | null;
  /** ISO 8601, when the look began. */
  readonly scannedAt: string;
}

/** A side with what it is now. */
export interface Side {
  readonly ref: string;
  readonly snapshot: Snapshot;
}

/** The state of a side of which only commits count. */
export function committedSnapshot(head: { commit: string; tree: string }, scannedAt: string): Snapshot {
  return {
    commit: head.commit,
    tree: head.tree,
    head: head.commit,
    dirty: false,
    untracked: new Set(),
    leftOut: [],
    unknown: null,
    scannedAt,
  };
}
