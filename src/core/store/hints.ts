import { join } from 'node:path';
import type { StoreContext } from './context';
import { replaceQuickly } from './files';
import { checkFileName, worktreeKey } from './names';

/** `hints/<key>`: something may have changed in a worktree. Says only *that*; what changed is asked of git. */
export interface Hints {
  /** @throws StoreError `bad-name` */
  touch(key: string): Promise<void>;
  /** The key of a worktree: stable, and the same in every process. */
  worktreeKey(path: string): string;
}

export function createHints(context: StoreContext): Hints {
  return {
    worktreeKey,
    async touch(key) {
      const file = join(context.dir, 'hints', checkFileName(key));
      await replaceQuickly(file, `${context.now().toISOString()}\n`, join(context.dir, 'locks'));
      context.touched('hints', key);
    },
  };
}
