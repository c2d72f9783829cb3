import type { RecoveryOutcome } from '../../../contract/events';
import type { Git } from '../../git/git';
import { isFolder } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import type { Log } from '../../ports';
import type { FoundJournal, Journal } from '../../store/journals';
import type { SyncChange, SyncJournal } from './journal';
import { readPlan, type SwitchPlan } from './plan';
import { branchCommit, commit, exchange, finish, goBack, isUnmoved, LeftBehind, lockOf, type Switch } from './switch';
import { isThere, openPrivateGit, retireWorkspace, type SyncPaths, syncPaths } from './workspace';

export interface SyncRecovery {
  readonly outcome: RecoveryOutcome;
  /** One clause for people. */
  readonly reason: string;
  /** The worktree stands on its base now. */
  readonly synced: SyncChange | null;
}

export interface RecoverDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  /** `<store>/sync` */
  readonly syncDir: string;
  readonly log: Log;
}

/**
 * Settles a sync whose process died: finishes it where that is still possible, takes it back otherwise. What a human
 * has changed since stays as it is. To be called under the lock of the task (or of the base); can itself be killed and
 * run again. The journal is gone afterwards, unless it throws.
 * @param settled called before the journal goes, so that what happened can be put on record
 * @throws GitError, errors of the file system: then nothing is settled, and the next start tries again
 */
export async function recoverSync(
  deps: RecoverDeps,
  journal: FoundJournal<SyncJournal>,
  settled: (recovery: SyncRecovery) => Promise<void> = async () => undefined,
): Promise<SyncRecovery> {
  const paths = syncPaths(deps.syncDir, journal.id, journal.data);
  const { recovery, keep } = await settle(deps, journal, paths);
  await settled(recovery);
  if (!keep) await retireWorkspace(deps.syncDir, paths);
  await journal.remove();
  return recovery;
}

type Settled = { readonly recovery: SyncRecovery; readonly keep: boolean };

async function settle(deps: RecoverDeps, journal: Journal<SyncJournal>, paths: SyncPaths): Promise<Settled> {
  const { phase, change, worktree } = journal.data;
  if (phase === 'preparing' || change === null) {
    await lockOf({ journal, paths }).release();
    return { recovery: { outcome: 'undone', reason: 'it had changed nothing yet', synced: null }, keep: false };
  }
  // Tidied away already: only the journal was left.
  if (phase === 'done' && !(await isThere(paths.plan))) return finished(change);
  if (!(await isFolder(worktree))) return kept(paths, `${worktree} is gone`);
  const plan = await readPlan(paths.plan);
  const s = await switchOf(deps, journal, paths, { plan, change });
  const lock = lockOf(s);
  if (phase === 'done') {
    await finish(s, lock);
    return finished(change);
  }
  const at = await branchCommit(s);
  if (at === change.to && (phase === 'committing' || change.from === change.to)) {
    await commit(s, lock);
    return finished(change);
  }
  if (at !== change.from) {
    await lock.release();
    return kept(paths, `${change.branch} has moved meanwhile`);
  }
  return forwardOrBack(s, paths);
}

async function forwardOrBack(s: Switch, paths: SyncPaths): Promise<Settled> {
  const lock = lockOf(s);
  try {
    try {
      await lock.take();
      if (!(await isUnmoved(s))) throw new Error('HEAD or index were changed meanwhile');
      await exchange(s);
    } catch (error) {
      await goBack(s, lock, error);
    }
    await commit(s, lock);
    return finished(s.change);
  } catch (error) {
    if (error instanceof LeftBehind) return kept(paths, error.message);
    if (s.journal.data.phase !== 'preparing') throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { recovery: { outcome: 'undone', reason: why, synced: null }, keep: false };
  }
}

function finished(change: SyncChange): Settled {
  return { recovery: { outcome: 'finished', reason: change.message, synced: change }, keep: false };
}

function kept(paths: SyncPaths, why: string): Settled {
  const reason = `${why}; the files before it are in ${paths.kept}`;
  return { recovery: { outcome: 'kept', reason, synced: null }, keep: true };
}

async function switchOf(
  deps: RecoverDeps,
  journal: Journal<SyncJournal>,
  paths: SyncPaths,
  known: { readonly plan: SwitchPlan; readonly change: SyncChange },
): Promise<Switch> {
  const { git, layout } = deps;
  const options = { git, commonDir: layout.commonDir, skipLfs: false };
  return {
    git,
    private: await openPrivateGit(options, journal.data.worktree, paths),
    journal,
    paths,
    recovering: true,
    ...known,
  };
}
