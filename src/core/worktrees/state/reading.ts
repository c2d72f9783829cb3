import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import { type Dirt, readDirt } from './dirt';
import { chooseKept, type Keep } from './keep';
import type { CleanTarget } from './target';

export interface CleanDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  /** Folder for indexes and rules of our own; made when missing. */
  readonly scratchDir: string;
}

/** What lies in a worktree and what of it may enter a ref: the survey and the archive name the same list. */
export interface Reading {
  readonly dirt: Dirt;
  readonly keep: Keep;
}

/**
 * Reads a worktree once, for `surveyWorktree` and `archiveWorktree`. Three or four git processes; nothing is written.
 * @throws GitError; WorktreeError git-failed when what is ignored cannot be told
 */
export async function readWorktree(deps: CleanDeps, target: CleanTarget, signal?: AbortSignal): Promise<Reading> {
  const dirt = await readDirt(deps, target, signal);
  return { dirt, keep: await chooseKept(deps, target, dirt, signal) };
}
