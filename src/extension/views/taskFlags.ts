import type { TaskRow } from '../../contract/json';

/** Whether dispatching the task now is the next thing to do. */
export function isReady(row: Pick<TaskRow, 'state' | 'next'>): boolean {
  return row.state === 'ready' && row.next === 'dispatch';
}

export function isVanished(row: Pick<TaskRow, 'conditions'>): boolean {
  return row.conditions.some(({ kind }) => kind === 'vanished');
}

/** Whether its worktree is there, as far as anyone knows. */
export function hasWorktree(row: Pick<TaskRow, 'worktree' | 'conditions'>): boolean {
  return row.worktree !== null && !isVanished(row);
}

/** Whether the task has a place to start its agent in, and no agent there now. */
export function isStartable(row: TaskRow): boolean {
  const over = row.state === 'integrated' || row.state === 'cleaned' || row.state === 'abandoned';
  return row.worktree !== null && row.runner === null && !over && row.state !== 'draft' && row.state !== 'ready';
}

/** Whether its worktree can be put away: nobody works there. */
export function isCleanable(row: TaskRow): boolean {
  return hasWorktree(row) && row.runner === null;
}

/** Whether it was cleaned and can come back. */
export function isRestorable(row: TaskRow): boolean {
  return row.archives.length > 0 && (row.worktree === null || isVanished(row));
}

/** Whether there is something to forget besides the task's file. */
export function isForgettable(row: TaskRow): boolean {
  return row.runner === null && row.state !== 'draft' && row.state !== 'ready';
}

/** Whether its set-up commands failed, or were cut off. */
export function hasFailedSetup(row: Pick<TaskRow, 'conditions'>): boolean {
  return row.conditions.some(({ kind }) => kind === 'setup-failed');
}

/** Whether its branch can be brought onto its base: that has moved, or it is not known. */
export function isSyncable(row: TaskRow): boolean {
  return isCleanable(row) && row.behind !== 0;
}

/** What a row can do, as the manifest's `when` clauses name it. @param runs its plan says how the app is started */
export function taskFlags(row: TaskRow, o: { isHere: boolean | null; runs: boolean }): Record<string, boolean> {
  const worktree = hasWorktree(row);
  const changes = worktree && row.changedFiles !== 0;
  const conflict = row.worst === 'conflict';
  return {
    app: row.app !== null,
    changes,
    cleanable: isCleanable(row),
    conflict,
    elsewhere: row.runner !== null && o.isHere === false,
    file: row.file !== null,
    finished: isCleanable(row) && row.next === 'clean',
    forgettable: isForgettable(row),
    opens: worktree && row.next === 'open-window',
    ready: isReady(row),
    restorable: isRestorable(row),
    // A row has place for three buttons: what conflicts is looked at in the matrix.
    reviewable: changes && !conflict,
    running: row.runner !== null,
    runs: worktree && o.runs && row.app === null,
    setupfailed: hasFailedSetup(row) && isStartable(row) && worktree,
    startable: isStartable(row) && worktree,
    syncable: isSyncable(row),
    worktree,
  };
}
