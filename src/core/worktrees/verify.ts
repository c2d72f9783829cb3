import { realpath } from 'node:fs/promises';
import { GitError } from '../git/errors';
import type { Git } from '../git/git';
import { findRepository, topLevel } from '../git/repository';
import { WorktreeError } from './errors';

/**
 * Makes sure that git, started in `worktree`, works on exactly that folder and on that repository. An agent started in
 * a folder that only looks like a worktree works in the checkout around it.
 * @throws WorktreeError not-the-worktree; GitError no-git, too-old, dubious-ownership
 */
export async function verifyWorktree(git: Git, worktree: string, expectedCommonDir: string): Promise<void> {
  const wrong = (why: string, cause?: unknown) =>
    new WorktreeError('not-the-worktree', `${worktree} is not the worktree it should be: ${why}; make it anew.`, cause);
  try {
    const [top, layout, expected] = await Promise.all([
      topLevel(git, worktree),
      findRepository(git, worktree),
      realpath(worktree),
    ]);
    if (top !== expected) throw wrong(`git works in ${top} there`);
    if (layout.commonDir !== (await realpath(expectedCommonDir))) throw wrong(`it belongs to ${layout.commonDir}`);
  } catch (error) {
    if (GitError.is(error) && (error.reason === 'no-repository' || error.reason === 'bare'))
      throw wrong(error.message, error);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw wrong('it does not exist', error);
    throw error;
  }
}
