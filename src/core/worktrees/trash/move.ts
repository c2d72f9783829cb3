import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorktreeError } from '../errors';
import { errorCode } from '../paths';

/**
 * Renames a folder; nothing is ever copied, so it is there as a whole before or after.
 * @returns false when the two places are on different disks.
 * @throws WorktreeError cannot-move
 */
export async function moveFolder(from: string, to: string): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rename(from, to);
      return true;
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'EXDEV') return false;
      // Virus scanners and indexers hold folders open for a moment there.
      const busy = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(code);
      if (!busy || attempt >= 6) throw cannotMove(from, to, error);
      await sleep(20 * 2 ** attempt);
    }
  }
}

const causes: Readonly<Record<string, string>> = {
  EACCES: 'its folder may not be changed; check the permissions',
  EPERM: 'a program has it open, or its folder may not be changed; close what works in it',
  EBUSY: 'a program has it open, or it is a mount of its own; close what works in it',
  EROFS: 'the file system is read-only; mount it for writing',
  ENOSPC: 'the disk is full; make space',
  ENOTEMPTY: 'something is there already; move that out of the way',
  EEXIST: 'something is there already; move that out of the way',
};

export function onAnotherDisk(from: string, to: string): WorktreeError {
  const why = 'it lies on another disk, and nothing is copied; set switchyard.worktreeRoot to a folder on its disk';
  return new WorktreeError('cannot-move', `${from} could not be moved to ${to}: ${why}, then try again.`);
}

export function cannotMove(from: string, to: string, cause: unknown): WorktreeError {
  const code = errorCode(cause) ?? String(cause);
  const why = causes[code] ?? `the system says ${code}; see to that`;
  return new WorktreeError('cannot-move', `${from} could not be moved to ${to}: ${why}, then try again.`, cause);
}
