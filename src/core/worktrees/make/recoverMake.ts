import type { RecoveryOutcome } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import { GitError } from '../../git/errors';
import { lockWaitMs, worktreesLock } from '../lock';
import { mayStillRun } from './alive';
import { isCheckedOut, takeOffMark } from './checkout';
import { type JournalFile, readJournal } from './journal';
import type { WorktreeDeps } from './makeWorktree';
import { completeCommonDir, undoHalfMade } from './undo';

/** A worktree whose making was cut off, and what became of it. */
export interface RecoveredMake {
  readonly ref: TaskRef;
  readonly worktree: string;
  readonly outcome: RecoveryOutcome;
  readonly reason: string;
}

/**
 * Settles what a killed process left half made; to be called at start. Cheap when there is nothing: one folder is read.
 * What holds more than git's own checkout is kept, reported in the log, and shown as a worktree like any other. What
 * somebody still works on is left to them. Can itself be killed and run again.
 */
export async function recoverMake(deps: WorktreeDeps): Promise<RecoveredMake[]> {
  if ((await readJournal(deps.journalDir, deps.log)).length === 0) return [];
  const recovered: RecoveredMake[] = [];
  await deps.locks.withLock(
    worktreesLock,
    async (lost) => {
      const files = await readJournal(deps.journalDir, deps.log);
      // All of them before any: one that git cannot read keeps it from answering about the others.
      for (const { entry } of files) if (!(await mayStillRun(entry))) await completeCommonDir(deps.layout, entry);
      for (const file of files) {
        if (lost.aborted) return;
        const settled = await settle(deps, file);
        if (settled !== null) recovered.push(settled);
      }
    },
    { waitMs: lockWaitMs },
  );
  return recovered;
}

/** As `recoverMake`. @returns the worktrees it undid. */
export async function rollbackHalfMade(deps: WorktreeDeps): Promise<string[]> {
  return (await recoverMake(deps)).filter(({ outcome }) => outcome === 'undone').map(({ worktree }) => worktree);
}

/** null: later. */
async function settle(deps: WorktreeDeps, file: JournalFile): Promise<RecoveredMake | null> {
  const { worktree, plan, task } = file.entry;
  const settled = (outcome: RecoveryOutcome, reason: string) => ({ ref: { plan, task }, worktree, outcome, reason });
  if (await mayStillRun(file.entry)) {
    deps.log.info(`git is still making ${worktree}; it is looked at again later.`);
    return null;
  }
  try {
    if (file.entry.complete === true) {
      await takeOffMark(worktree);
      await file.remove();
      return settled('finished', `the worktree ${worktree} was complete`);
    }
    const result = await undoHalfMade({ ...deps, scratchDir: deps.journalDir }, file.entry);
    if (result.kind === 'busy') {
      deps.log.info(`The half-made worktree ${worktree} is looked at again later: ${result.why}.`);
      return null;
    }
    if (result.kind === 'undone') deps.log.info(`Undid the half-made worktree ${worktree}.`);
    else deps.log.warn(`Kept the half-made worktree ${worktree}: ${result.why}.`);
    // Half checked out it stays locked: nobody is to take it for a whole one.
    if (result.kind === 'kept' && (await isCheckedOut(worktree))) await takeOffMark(worktree);
    await file.remove();
    return settled(result.kind, result.kind === 'kept' ? result.why : `the worktree ${worktree} was half made`);
  } catch (error) {
    // One that cannot be settled now must not keep the repository from opening; its entry stays for the next start.
    if (GitError.is(error) && error.reason === 'locked') {
      deps.log.info(`The half-made worktree ${worktree} is looked at again later: ${error.message}`);
    } else deps.log.warn(`The half-made worktree ${worktree} could not be undone: ${String(error)}`);
    return null;
  }
}
