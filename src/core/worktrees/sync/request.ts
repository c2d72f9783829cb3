import type { SyncMethod } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { Log, Settings } from '../../ports';
import type { Journals } from '../../store/journals';
import type { SyncChange } from './journal';
import type { OnStep } from './swap';

export interface SyncDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly settings: Settings;
  readonly journals: Journals;
  readonly locks: { withLock<T>(name: string, fn: () => Promise<T>, o?: { waitMs?: number }): Promise<T> };
  /** `<store>/sync` */
  readonly syncDir: string;
  readonly log: Log;
}

export interface SyncRequest {
  /** null: the worktree has the base itself checked out. */
  readonly ref: TaskRef | null;
  /** Real path. */
  readonly worktree: string;
  /** Short name of the branch that has to be checked out there. */
  readonly branch: string;
  /** Commit to come onto, and what people call it. */
  readonly base: string;
  readonly baseName: string;
  /**
   * `forward`: fast-forward only, and files that are changed on both sides hold it, instead of being merged.
   */
  readonly method: SyncMethod | 'forward';
  readonly signal?: AbortSignal | undefined;
  /** Before the journal goes: put it on record. */
  readonly settle?: ((change: SyncChange) => Promise<void>) | undefined;
  readonly onStep?: OnStep | undefined;
}

export type SyncOutcome =
  | {
      readonly result: 'synced';
      readonly method: SyncMethod;
      readonly from: string;
      readonly to: string;
      /** What a human should know besides; null: nothing. */
      readonly note: string | null;
    }
  | { readonly result: 'up-to-date'; readonly head: string }
  /** Nothing was changed. */
  | {
      readonly result: 'conflicting';
      readonly head: string;
      readonly files: readonly string[];
      readonly reason: string;
    }
  | { readonly result: 'held'; readonly head: string | null; readonly reason: string };
