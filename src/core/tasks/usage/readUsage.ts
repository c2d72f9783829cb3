import type { TaskContext } from '../context';
import type { CostState } from './parts';

export interface ReadUsageOptions {
  /** Also what belongs to other repositories: every record on this machine. */
  readonly all?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What is known of cost now: reads agents' records once, whole, and joins our own log. Windows keep a meter instead.
 * @throws AbortError; GitError, StoreError when the repository cannot be read
 */
export async function readUsage(context: TaskContext, o: ReadUsageOptions = {}): Promise<CostState> {
  o.signal?.throwIfAborted();
  throw new Error(`The usage of ${context.layout.name} is not read yet.`);
}
