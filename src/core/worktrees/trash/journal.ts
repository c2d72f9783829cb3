import * as z from 'zod/mini';
import type { ArchiveRecord, RecoveryOutcome } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { Log } from '../../ports';
import type { Journals } from '../../store/journals';
import type { Locks } from '../../store/locks';
import { archiveSchema, type Schema } from '../../store/schemas';

/** What moving worktrees into the trash and back needs. */
export interface TrashDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly settings: { readonly worktreeRoot: string | null };
  readonly locks: Pick<Locks, 'withLock'>;
  readonly journals: Pick<Journals, 'begin'>;
  readonly log: Log;
}

/** A branch and the full commit id that it is known to point at. */
export interface BranchAt {
  readonly name: string;
  readonly tip: string;
}

/** What a clean-up writes down of itself; where it had come to is told by the folders. */
export interface CleanJournal {
  readonly ref: TaskRef;
  readonly archive: { readonly id: string; readonly ref: string; readonly commit: string | null };
  readonly worktree: string;
  readonly adminDir: string;
  readonly head: string | null;
  readonly branch: string | null;
  readonly deleteBranch: BranchAt | null;
  /** Folder in the trash; null: none was chosen yet. */
  readonly trash: string | null;
  /** All of it is in the trash. */
  readonly done: boolean;
}

/** What a restore writes down of itself. */
export interface RestoreJournal {
  readonly ref: TaskRef;
  readonly record: ArchiveRecord;
  readonly from: 'trash' | 'ref';
  /** Holds `worktree`; for `ref` a folder of our own, made anew from the archive's commit. */
  readonly trash: string;
  /** Where the worktree goes. */
  readonly worktree: string;
  /** Where the administrative folder was before the clean-up; of a repository that was moved, the old place. */
  readonly adminDir: string;
  /** Everything was checked, and the folders begin to move. */
  readonly moving: boolean;
  /** The branch is missing and made by the restore. */
  readonly makeBranch: BranchAt | null;
}

const refSchema = z.object({ plan: z.string(), task: z.string() });
const branchSchema = z.nullable(z.object({ name: z.string(), tip: z.string() }));

export const cleanJournalSchema = z.object({
  ref: refSchema,
  archive: z.object({ id: z.string(), ref: z.string(), commit: z.nullable(z.string()) }),
  worktree: z.string(),
  adminDir: z.string(),
  head: z.nullable(z.string()),
  branch: z.nullable(z.string()),
  deleteBranch: branchSchema,
  trash: z.nullable(z.string()),
  done: z.boolean(),
}) satisfies Schema<CleanJournal>;

export const restoreJournalSchema = z.object({
  ref: refSchema,
  record: archiveSchema,
  from: z.enum(['trash', 'ref']),
  trash: z.string(),
  worktree: z.string(),
  adminDir: z.string(),
  moving: z.boolean(),
  makeBranch: branchSchema,
}) satisfies Schema<RestoreJournal>;

/** How an operation that was cut off has ended. */
export interface Recovery<T> {
  readonly outcome: RecoveryOutcome;
  /** One sentence for people. */
  readonly reason: string;
  /** `finished`: what the operation would have answered. */
  readonly result: T | null;
}

/**
 * Puts the outcome on record. It is awaited before the journal goes, so that no kill comes between the two, and a
 * recovery may call it once more for the same outcome.
 */
export type OnDone<T> = (result: T) => Promise<void>;
