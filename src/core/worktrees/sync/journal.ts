import * as z from 'zod/mini';
import { syncMethods } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { Schema } from '../../store/schemas';

/** What the switch brings about; known when everything is computed, before anything is touched. */
const changeSchema = z.object({
  /** Full ref name of the branch. */
  branch: z.string(),
  /** The branch before and after. */
  from: z.string(),
  to: z.string(),
  /** Commit of the base. */
  base: z.string(),
  method: z.enum(syncMethods),
  /** For the reflog. */
  message: z.string(),
  /** sha256 of the worktree's index before. */
  indexHash: z.string(),
});
export type SyncChange = z.infer<typeof changeSchema>;

export const syncJournalSchema = z.object({
  /** null: the base itself is brought up to its remote. */
  ref: z.nullable(z.object({ plan: z.string(), task: z.string() })),
  worktree: z.string(),
  gitDir: z.string(),
  /** The store is on another disk, so files are kept in the worktree itself. */
  beside: z.boolean(),
  /**
   * `preparing`: nothing of the user's was touched. `switching`: files are being exchanged. `committing`: all files
   * are exchanged and known to be right. `done`: only tidying is left.
   */
  phase: z.enum(['preparing', 'switching', 'committing', 'done']),
  change: z.nullable(changeSchema),
}) satisfies Schema<SyncJournal>;

export interface SyncJournal {
  readonly ref: TaskRef | null;
  readonly worktree: string;
  readonly gitDir: string;
  readonly beside: boolean;
  readonly phase: 'preparing' | 'switching' | 'committing' | 'done';
  readonly change: SyncChange | null;
}
