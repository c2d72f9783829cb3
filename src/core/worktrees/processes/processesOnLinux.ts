import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { processStartTime } from '../../store/processes';
import { isInside } from '../paths';
import type { WorkingProcess } from '../state/target';

/**
 * Every process in a folder, from proc(5). null: there is no /proc to ask.
 * @param folder real path
 */
export async function listFromProc(folder: string): Promise<WorkingProcess[] | null> {
  const names = await readdir('/proc').catch(() => null);
  const pids = (names ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
  if (pids.length === 0) return null;
  const ownMounts = await linkOf(process.pid, 'ns/mnt');
  const found = await Promise.all(pids.map((pid) => look(pid, folder, ownMounts)));
  return found.filter((each) => each !== null);
}

async function look(pid: number, folder: string, ownMounts: string | null): Promise<WorkingProcess | null> {
  if (pid === process.pid || !(await isIn(pid, folder, ownMounts))) return null;
  const name = await nameOf(pid);
  const started = await processStartTime(pid);
  // Ended between the two looks.
  if (name === null || started === null) return null;
  if (name === 'git' && (await parentOf(pid)) === process.pid) return null;
  return { pid, started, name, task: await taskOf(pid, folder) };
}

async function isIn(pid: number, folder: string, ownMounts: string | null): Promise<boolean> {
  for (const kind of ['cwd', 'root', 'exe']) {
    const link = await linkOf(pid, kind);
    // `/` is the root of nearly all: it says nothing, even for a folder that is `/`.
    if (link !== null && !(kind === 'root' && link === '/') && isInside(link, folder)) return true;
  }
  const mounts = await linkOf(pid, 'ns/mnt');
  return mounts !== null && mounts !== ownMounts && (await isBelow(`/proc/${pid}/cwd`, folder));
}

/**
 * A container names the folder otherwise: there the folders above its working directory are compared by identity.
 * Only there, because looking at a folder, unlike reading a link, may hang on a dead network mount.
 */
async function isBelow(start: string, folder: string): Promise<boolean> {
  try {
    const wanted = await stat(folder);
    let previous = '';
    // No path.join: it would take the `..` away before the kernel saw the link.
    for (let at = start; ; at += '/..') {
      const { dev, ino } = await stat(at);
      if (dev === wanted.dev && ino === wanted.ino) return true;
      if (previous === `${dev}:${ino}`) return false;
      previous = `${dev}:${ino}`;
    }
  } catch {
    // Ended, or not ours to look at.
    return false;
  }
}

/** `plan/task`, when the environment it was started with names this worktree as its own. */
async function taskOf(pid: number, folder: string): Promise<string | null> {
  const environ = (await textOf(pid, 'environ')) ?? '';
  return taskFrom(environ.split('\0'), folder);
}

/** @param variables `NAME=value` each */
export function taskFrom(variables: readonly string[], folder: string): string | null {
  const variable = (name: string) => variables.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const [plan, task, worktree] = ['PLAN', 'TASK', 'WORKTREE'].map((name) => variable(`SWITCHYARD_${name}`));
  if (plan === undefined || task === undefined || worktree === undefined) return null;
  // An editor that was opened from an agent's terminal has the variables too, and starts programs anywhere.
  return path.resolve(worktree) === folder ? `${plan}/${task}` : null;
}

/** The name that the process gave itself, or its program's when it only names a thread, as newer Nodes do. */
async function nameOf(pid: number): Promise<string | null> {
  const own = (await textOf(pid, 'comm'))?.trimEnd() ?? null;
  if (own === null || !own.endsWith('MainThread')) return own;
  const program = await linkOf(pid, 'exe');
  return program === null ? own : path.basename(program);
}

/** Field 4 of `stat`; the name before it stands in parentheses and may hold anything. */
async function parentOf(pid: number): Promise<number | null> {
  const text = await textOf(pid, 'stat');
  return text === null ? null : Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

async function linkOf(pid: number, name: string): Promise<string | null> {
  // Ended, a kernel thread, or another user's.
  return readlink(`/proc/${pid}/${name}`).catch(() => null);
}

async function textOf(pid: number, name: string): Promise<string | null> {
  // As above.
  return readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => null);
}
