import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { readTrimmed } from '../../git/layoutFiles';
import { hostId, isSameProcess } from '../../store/processes';
import { errorCode } from '../paths';
import type { JournalEntry } from './journal';

/** No git of ours that makes worktrees lives longer: it is ended at its timeout. */
export const longestMs = 15 * 60_000;

/** Adding a worktree without its files takes milliseconds. */
const unrecordedMs = 5_000;

/**
 * Whether somebody is still making the worktree of the entry: the process that began it, or the git (with the checkout
 * it started) that outlived that process; git was the head of a process group of its own. Ids are given out again, so
 * where only the id is known the answer is no after the longest time.
 */
export async function mayStillRun(entry: JournalEntry, now = Date.now()): Promise<boolean> {
  const isOld = now - Date.parse(entry.at) > longestMs;
  const { maker } = entry;
  if (maker !== null && maker !== undefined) {
    if (maker.host !== hostId()) return !isOld;
    if (await isSameProcess(maker.pid, maker.pidStarted)) return true;
  }
  if (isOld) return false;
  if (entry.gitPid !== null && (await groupMayRun(entry.gitPid))) return true;
  return mayBeUnrecorded(entry, now);
}

/** A maker that was killed between starting git and writing down its id: git goes on, and nothing names it. */
async function mayBeUnrecorded(entry: JournalEntry, now: number): Promise<boolean> {
  if (process.platform !== 'linux') return entry.gitPid === null && now - Date.parse(entry.at) < unrecordedMs;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // proc(5): arguments end with NUL. Gone since it was listed: null.
    const args = ((await readTrimmed(path.join('/proc', pid, 'cmdline'))) ?? '').split('\0');
    if (args.includes('worktree') && args.includes('add') && args.includes(entry.worktree)) return true;
    // The checkout, which works in the worktree itself. Another user's process does not tell where it is.
    const isGit = path.basename(args[0] ?? '') === 'git';
    if (isGit && (await readlink(path.join('/proc', pid, 'cwd')).catch(() => null)) === entry.worktree) return true;
  }
  return false;
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
