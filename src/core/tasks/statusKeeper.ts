import * as z from 'zod/mini';
import { readStatus, type WorktreeStatus } from '../git/status';
import type { Schema } from '../store/schemas';
import type { TaskContext } from './context';

const statusSchema = z.object({
  head: z.nullable(z.string()),
  branch: z.nullable(z.string()),
  dirty: z.boolean(),
  ahead: z.nullable(z.number()),
  behind: z.nullable(z.number()),
  mergeBase: z.nullable(z.string()),
  changedFiles: z.nullable(z.number()),
  inProgress: z.nullable(z.enum(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect'])),
  at: z.string(),
}) satisfies Schema<WorktreeStatus>;

/** What was last seen in each worktree: read by every window, made anew by the one that has the duty. */
export class StatusKeeper {
  readonly #context: TaskContext;
  readonly #statuses = new Map<string, WorktreeStatus>();

  constructor(context: TaskContext) {
    this.#context = context;
  }

  /** @param key see `Hints.worktreeKey` */
  get(key: string): WorktreeStatus | null {
    return this.#statuses.get(key) ?? null;
  }

  /** Asks git; two or three processes for this one worktree. A failure leaves the status unknown. */
  async look(key: string, worktree: string, base: string | null): Promise<void> {
    try {
      const status = await readStatus(this.#context.git, worktree, base);
      this.#statuses.set(key, status);
      await this.#context.store.documents.write('status', key, status);
    } catch (error) {
      this.#statuses.delete(key);
      await this.#context.store.documents.remove('status', key);
      this.#context.host.log.warn(
        `The status of ${worktree} could not be read: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  /** Takes over what another window saw. */
  async read(key: string): Promise<void> {
    const status = await this.#context.store.documents.read('status', key, statusSchema);
    if (status === null) this.#statuses.delete(key);
    else this.#statuses.set(key, status);
  }
}
