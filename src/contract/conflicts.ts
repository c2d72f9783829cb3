import type { LeftOut } from './events';

/** `clean` only when a real merge is clean in both directions; what is not known is `unknown`, never `clean`. */
export const verdicts = ['clean', 'conflict', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];

/** Why nothing can be said. Stable words; hosts translate them. */
export const unknownReasons = [
  'not scanned yet',
  /** A worktree with a live agent that nobody has looked at for 30 seconds. */
  'scan is too old',
  'operation in progress',
  'no commit yet',
  'unrelated histories',
  'file cannot be read',
  /** The other side touches a file that was left out of the snapshot. */
  'left out',
  /** The other side writes where the worktree holds what is in no commit and in no snapshot: git refuses, or overwrites it. */
  'in the way',
  /** A worktree that merges by other rules than the repository, or by a strategy that cannot be tried in memory. */
  'own rules',
  'submodule commit missing',
  'merge driver not run',
  'timeout',
  'git failed',
] as const;
export type UnknownReason = (typeof unknownReasons)[number];

export const conflictKinds = [
  'content',
  'add/add',
  'modify/delete',
  'rename/rename',
  'rename/delete',
  'file/directory',
  'mode',
  'binary',
  'submodule',
  /** In files that are untracked on both sides: no commit holds them yet. */
  'untracked',
  'other',
] as const;
export type ConflictKind = (typeof conflictKinds)[number];

/** Rows of the conflict-resolution table. */
export const resolutionTypes = [
  'import ordering',
  'package lock file',
  'same file, different sections',
  'same function',
  'type definition',
  'test overlap',
  'configuration',
] as const;
export type ResolutionType = (typeof resolutionTypes)[number];

/** Who resolves, by the table. */
export const resolvers = ['automated', 'human', 'agent'] as const;
export type Resolver = (typeof resolvers)[number];

export interface ConflictFile {
  /** Relative to the top, with `/`; bytes that are no UTF-8 are replaced. */
  readonly path: string;
  /** The name's bytes in base64, where `path` could not say them. */
  readonly pathBytes?: string | undefined;
  readonly kind: ConflictKind;
  /** null: not judged, or like none of them. */
  readonly type: ResolutionType | null;
  /** Who resolves it and how; null: not judged. */
  readonly who: Resolver | null;
  readonly strategy: string | null;
  /** `who` is what the table says; no merge train has proven yet that nobody is needed. */
  readonly candidate: boolean;
}

/** One side of the matrix: a worktree or a ref without one. */
export interface ConflictBranch {
  /** Short ref name; `worktree:<name>` where HEAD is detached. */
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  readonly worktree: string | null;
  readonly head: string | null;
  /** Commit of the working state; `head` where nothing is uncommitted; null: not known. */
  readonly snapshot: string | null;
  /** When the look at it began. */
  readonly scannedAt: string | null;
  readonly dirty: boolean | null;
  /** What the snapshot does not hold. */
  readonly leftOut: readonly LeftOut[];
  /** Files that differ from the merge base with the base. */
  readonly changedFiles: number | null;
  /** An agent works there now, so that an old scan says nothing. */
  readonly live: boolean;
  /** When a change was last told by an event; later than `scannedAt`: the cells are behind. */
  readonly changedAt: string | null;
}

/** What every cell says. */
export interface Cell {
  readonly verdict: Verdict;
  /** Null unless `unknown`. */
  readonly reason: UnknownReason | null;
  /** What it was about: a path, git's first line. */
  readonly detail: string | null;
  /** The only direction that conflicts; null: both, or none. */
  readonly direction: 'a-into-b' | 'b-into-a' | null;
  /** The custom merge driver that the verdict rests on: hosting services run none. */
  readonly driver: string | null;
  readonly files: readonly ConflictFile[];
}

export const hazardKinds = [
  'write',
  'migration',
  'export',
  'convention',
  'dependency',
  'type',
  'signature',
  'ownership',
  'contract',
] as const;
export type HazardKind = (typeof hazardKinds)[number];

/** What git calls clean and is not, or what a branch does that its plan forbids. */
export interface Hazard {
  /** Stays the same as long as it is about the same thing between the same branches: what is muted is known by it. */
  readonly id: string;
  readonly kind: HazardKind;
  /** One, or two that are dangerous together. */
  readonly branches: readonly string[];
  /** Relative to the top, with `/`; the first is where `line` is. */
  readonly files: readonly string[];
  /** One sentence. */
  readonly message: string;
  /** In `files[0]` of the branch `at`, counted from 1. */
  readonly line?: number | undefined;
  readonly at: string;
  /** Which prevention was missing, in one sentence; null: none would have helped. */
  readonly prevention: string | null;
  /** A human has put it aside. */
  readonly muted: Muted | null;
}

export interface Muted {
  readonly reason: string;
  /** Who, as git knows them; null: git knows nobody. */
  readonly who: string | null;
  readonly at: string;
}

/** A file of a branch that no hazard was looked for in. */
export interface UnjudgedFile {
  readonly ref: string;
  readonly path: string;
  /** One clause. */
  readonly why: string;
}

/** `a` < `b` by ref name. */
export interface ConflictPair extends Cell {
  readonly a: string;
  readonly b: string;
  /** Kinds of those that nobody has muted; null: not judged. Sides that conflict are judged when they no longer do. */
  readonly hazards: readonly HazardKind[] | null;
  /** The older of both sides' scans. */
  readonly checkedAt: string | null;
}

/** A branch (`a` in `direction`) against its base (`b`). */
export interface BaseCell extends Cell {
  readonly ref: string;
  readonly base: string;
  /** As in `ConflictPair`; absent: not judged. */
  readonly hazards?: readonly HazardKind[] | null;
  readonly checkedAt: string | null;
}

/** One step of all merged in memory in merge order, each onto the result so far; what conflicts is left out of it. */
export interface TrainStep {
  readonly ref: string;
  readonly verdict: Verdict;
  readonly reason: UnknownReason | null;
  readonly detail: string | null;
  readonly files: readonly ConflictFile[];
  /** Why it stands here: one clause for people. */
  readonly why: string;
}

/** `conflicts --json`. */
export interface ConflictsJson {
  /** Short name of the base that `againstBase` and `train` start from; null: there is none. */
  readonly base: string | null;
  readonly generatedAt: string;
  /** Sorted by ref. */
  readonly branches: readonly ConflictBranch[];
  /** Every unordered pair, sorted by `a`, then `b`. */
  readonly pairs: readonly ConflictPair[];
  readonly againstBase: readonly BaseCell[];
  /** Of single branches and of pairs, muted ones too; by kind, then by branches. */
  readonly hazards: readonly Hazard[];
  readonly unjudged: readonly UnjudgedFile[];
  readonly mergeOrder: readonly string[];
  readonly train: readonly TrainStep[];
  readonly timing: {
    readonly ms: number;
    readonly gitProcesses: number;
    readonly pairs: number;
    /** Really merged by git. */
    readonly merged: number;
    /** Their changed files cannot meet. */
    readonly skipped: number;
    readonly cached: number;
  };
  /** Who computed it. */
  readonly by: { readonly pid: number; readonly window: string | null; readonly version: string };
}
