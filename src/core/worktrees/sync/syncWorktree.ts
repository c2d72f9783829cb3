import path from 'node:path';
import { gitDirOf, readTrimmed } from '../../git/layoutFiles';
import { readInProgress } from '../../git/status';
import { WorktreeError } from '../errors';
import { attemptSync, isAncestor } from './attempt';
import type { SyncJournal } from './journal';
import type { SyncDeps, SyncOutcome, SyncRequest } from './request';
import { LeftBehind } from './switch';
import { isOnAnotherDisk, isThere, makeWorkspace, openPrivateGit, retireWorkspace, syncPaths } from './workspace';

const attempts = 3;

/**
 * Brings a worktree onto a moved base: everything is computed in memory first, uncommitted work included, and only
 * when all of it fits are files, branch and index switched, by a journal. Untracked and ignored files are never
 * touched. Must run under the lock of the task. An edit made meanwhile is kept: then it is computed anew.
 * @throws WorktreeError changed-meanwhile when that does not end, in-use; GitError; errors of the file system
 */
export async function syncWorktree(deps: SyncDeps, o: SyncRequest): Promise<SyncOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inWorkspace(deps, o);
    } catch (error) {
      const again = WorktreeError.is(error) && error.reason === 'changed-meanwhile' && attempt < attempts;
      if (!again || o.signal?.aborted) throw error;
      deps.log.info(`${o.worktree} was changed while it was synced; it is tried again.`);
    }
  }
}

async function inWorkspace(deps: SyncDeps, o: SyncRequest): Promise<SyncOutcome> {
  const standing = await whereItStands(deps, o);
  if ('result' in standing) return standing;
  const { gitDir, head } = standing;
  const { ref, worktree } = o;
  const beside = await isOnAnotherDisk(worktree, deps.syncDir);
  const data = { ref, worktree, gitDir, beside, phase: 'preparing', change: null } as const;
  const journal = await deps.journals.begin<SyncJournal>('sync', data);
  const paths = syncPaths(deps.syncDir, journal.id, data);
  let keep = false;
  try {
    await makeWorkspace(paths);
    const private_ = { git: deps.git, commonDir: deps.layout.commonDir, skipLfs: deps.settings.skipLfs };
    const git = await openPrivateGit({ ...private_, signal: o.signal }, worktree, paths);
    return await attemptSync({ deps, o, git, paths, journal, gitDir, head });
  } catch (error) {
    if (!(error instanceof LeftBehind)) throw error;
    keep = true;
    throw new WorktreeError(
      'changed-meanwhile',
      `${error.files.join(', ')} changed while the worktree was brought onto its base: they are as you left them, and what was there before is in ${paths.kept}.`,
      error.cause,
    );
  } finally {
    const { phase } = journal.data;
    // In any other phase something is left to be done, which the next start does.
    if (keep || phase === 'preparing' || phase === 'done') {
      if (!keep) await retireWorkspace(deps.syncDir, paths);
      await journal.remove();
    }
  }
}

async function whereItStands(
  deps: SyncDeps,
  o: SyncRequest,
): Promise<SyncOutcome | { readonly gitDir: string; readonly head: string }> {
  const gitDir = await gitDirOf(o.worktree);
  if (gitDir === null) return { result: 'held', head: null, reason: `${o.worktree} is no worktree any more` };
  const at = await readTrimmed(path.join(gitDir, 'HEAD'));
  const held = (reason: string, head: string | null = null) => ({ result: 'held', head, reason }) as const;
  if (at === null || !at.startsWith('ref: ')) return held('HEAD is detached');
  if (at !== `ref: refs/heads/${o.branch}`) {
    return held(`it is on the branch ${at.replace(/^ref: (refs\/heads\/)?/, '')}, not on ${o.branch}`);
  }
  const operation = await readInProgress(o.worktree);
  const sequencer = await isThere(path.join(gitDir, 'sequencer'));
  if (operation !== null || sequencer) return held(`a ${operation ?? 'cherry-pick'} is in progress`);
  const asked = await deps.git.run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
    cwd: o.worktree,
    okExitCodes: [0, 1],
  });
  const head = asked.stdout.trim();
  if (head === '') return held('it has no commit yet');
  if (await isAncestor(deps.git, o.worktree, o.base, head)) return { result: 'up-to-date', head };
  return { gitDir, head };
}
