import type { Git } from '../git/git';
import type { RepositoryLayout } from '../git/repository';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';

/** Every folder one can work in: the main worktree first, then the linked ones, ours and foreign ones, by path. */
export async function listAll(git: Git, layout: RepositoryLayout): Promise<GitWorktree[]> {
  const all = (await listWorktrees(git, layout)).filter((worktree) => !worktree.bare);
  return all.sort((a, b) => Number(b.main) - Number(a.main) || (a.path < b.path ? -1 : 1));
}
