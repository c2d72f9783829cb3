import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readTrimmed } from '../git/layoutFiles';
import type { JournalEntry } from './journal';
import { errorCode } from './paths';

/** No `git worktree add` of ours lives longer: it is ended at its timeout. */
export const longestMs = 15 * 60_000;

/**
 * Whether the git of the entry, or the checkout it started, may still live: git was the head of a process group of its
 * own. Ids are given out again, so after the longest time the answer is no.
 */
export async function mayStillRun(entry: JournalEntry, now = Date.now()): Promise<boolean> {
  if (entry.gitPid === null || now - Date.parse(entry.at) > longestMs) return false;
  return groupMayRun(entry.gitPid);
}

/** Whether a process group still has a living process; on Windows, whether the process that began it lives. */
export async function groupMayRun(group: number): Promise<boolean> {
  const answers = process.platform === 'win32' ? isThere(group) : isThere(-group);
  // Where nobody reaps orphans (a container without an init), the dead stay in the group.
  return answers && (process.platform !== 'linux' || hasLiving(group));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // ESRCH: gone. EPERM: somebody else's, so not ours.
    return errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM';
  }
}

/** proc(5), `/proc/<pid>/stat`: after the name in parentheses come state, parent and process group. */
async function hasLiving(group: number): Promise<boolean> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const text = await readTrimmed(path.join('/proc', pid, 'stat'));
    const [state, , processGroup] = (text ?? '').slice((text ?? '').lastIndexOf(')') + 2).split(' ');
    if (Number(processGroup) === group && state !== 'Z' && state !== 'X') return true;
  }
  return false;
}
