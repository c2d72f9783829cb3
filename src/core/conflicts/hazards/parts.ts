import type { HazardKind } from '../../../contract/conflicts';
import type { FileFacts } from './facts';

/** What a side contributes, and what it was told. Plain data: it crosses threads. */
export interface SideFacts {
  /** Short name of the side. */
  readonly ref: string;
  /** Sorted by path. */
  readonly files: readonly ChangedFile[];
  /** The folders, as they were before, in which it adds files; by path without a slash at the end, `''` for the top. */
  readonly folders: ReadonlyMap<string, FolderFacts>;
  /** null: no task of a plan. */
  readonly rules: TaskRules | null;
}

export interface ChangedFile {
  /** With `/`, bytes that are no UTF-8 replaced. */
  readonly path: string;
  /** null: it was not there. */
  readonly old: FileVersion | null;
  /** null: it is not there any more. */
  readonly next: FileVersion | null;
  /** Where it was before, if its content came from there unchanged and that path is gone. */
  readonly movedFrom: string | null;
  /** First and last line of `next`, from 1, between which all differences lie; null: deleted, moved, or no text. */
  readonly lines: { readonly first: number; readonly last: number } | null;
}

export interface FileVersion {
  readonly blob: string;
  /** As git writes it: `100644`, `100755`, `120000`, `160000`. */
  readonly mode: string;
  readonly facts: FileFacts;
}

export interface FolderFacts {
  /** Names of its files and folders; those of folders end in `/`. */
  readonly names: readonly string[];
  /** Facts of some of its files of the languages that were added there, by name. */
  readonly files: ReadonlyMap<string, FileFacts>;
}

/** What plan and task say that a judge may hold a side against. */
export interface TaskRules {
  readonly plan: string;
  readonly task: string;
  /** Globs; null: not said. */
  readonly scope: readonly string[] | null;
  /** Files that nobody may edit. */
  readonly contract: readonly string[];
  /** null: not said. */
  readonly approvedDependencies: readonly string[] | null;
  readonly migrations: {
    /** Globs of the plan's own; null: the usual frameworks' shapes. */
    readonly globs: readonly string[] | null;
    /** Numbers this task may use; null: none were given out. */
    readonly reserved: readonly string[] | null;
  };
  /** Style guides among the plan's context. */
  readonly styleGuides: readonly string[];
}

/** What a judge has to say. The pipeline adds who it is about. */
export interface Finding {
  readonly kind: HazardKind;
  /** Says what it is about, and nothing that changes when other lines do: the same finding is known again by it. */
  readonly subject: string;
  /** One sentence that a reviewer would write. Sides are named by their refs. */
  readonly message: string;
  /** Paths concerned; the first is where `line` is. */
  readonly files: readonly string[];
  readonly line: number | null;
  /** Whose `files[0]` it is: `line` is one of that side's file. */
  readonly at: 'a' | 'b';
  /** Which prevention was missing, and how to have it: one sentence; null: none would have helped. */
  readonly prevention: string | null;
}

/** Holds two sides against each other whose merge is clean. `b` may be the base. */
export type PairJudge = (a: SideFacts, b: SideFacts) => Finding[];
/** Holds one side against what it was told and what was there. `at` is `a`. */
export type SideJudge = (side: SideFacts) => Finding[];

/** A file that could not be judged, and why. */
export interface Unjudged {
  readonly path: string;
  /** One clause: `larger than 1 MB`. */
  readonly why: string;
}
