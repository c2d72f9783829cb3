import * as vscode from 'vscode';
import { GitError } from '../../core/git/errors';
import { topLevel } from '../../core/git/repository';
import { openRepository, type Repository } from '../../core/openRepository';
import type { Host } from '../../core/ports';
import { Duty } from '../../core/store/duty';
import { LiveMatrix } from '../../core/tasks/conflicts/liveMatrix';
import { Monitor } from '../../core/tasks/monitor';
import { LiveCosts } from '../../core/tasks/usage/liveCosts';
import { openWorkerCosts } from '../../core/tasks/usage/workerCosts';
import { realpathOr } from '../folders';
import { RepositorySession } from './repositorySession';

/** The core on the repository of a folder. Loaded on demand: the core is most of the bundle. */
export async function openCore(folder: string, host: Host): Promise<Repository> {
  return openRepository(folder, host);
}

/** Starts the live side of an opened repository: duty, monitor, conflict matrix, cost, settings for the command line. */
export function startSession(repository: Repository): RepositorySession {
  const { host, store } = repository;
  const duty = new Duty(store, {
    window: host.window,
    version: host.version,
    prefer: () => vscode.window.state.focused,
  });
  const { context } = repository;
  const matrix = new LiveMatrix({ context, duty, tools: () => repository.conflicts() });
  const costs = new LiveCosts({ context, duty, tools: () => openWorkerCosts(context) });
  const monitor = new Monitor(context, duty, matrix, costs);
  duty.start();
  return new RepositorySession({ repository, monitor, duty, matrix, costs });
}

/** Real path of the worktree that holds `folder`; null in a bare repository. */
export async function worktreeOf(repository: Repository, folder: string): Promise<string | null> {
  try {
    return await realpathOr(await topLevel(repository.git, folder));
  } catch (error) {
    if (GitError.is(error)) return null;
    throw error;
  }
}

/** Why a folder has no session, as far as the welcome view tells it apart. */
export function reasonOf(error: unknown): 'noGit' | 'oldGit' | 'noRepository' | 'dubiousOwnership' | 'failed' {
  if (!GitError.is(error)) return 'failed';
  switch (error.reason) {
    case 'no-git':
      return 'noGit';
    case 'too-old':
      return 'oldGit';
    case 'no-repository':
      return 'noRepository';
    case 'dubious-ownership':
      return 'dubiousOwnership';
    default:
      return 'failed';
  }
}
