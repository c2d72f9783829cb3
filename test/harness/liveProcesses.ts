import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** One live process as the kernel tells it. */
export interface LiveProcess {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
  readonly cwd: string;
}

/**
 * The processes of a program that work in a folder, whoever started them; what such a process started itself is not
 * counted again. Linux only: what no record of ours says is asked of /proc.
 * @param program of the first two arguments: the program, or the script of an interpreter
 */
export async function processesIn(folder: string, program: RegExp): Promise<LiveProcess[]> {
  const all = await liveProcesses();
  const found = all.filter(
    ({ cwd, args }) => isWithin(folder, cwd) && args.slice(0, 3).some((arg) => program.test(path.basename(arg))),
  );
  const pids = new Set(found.map(({ pid }) => pid));
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const hasAncestor = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (pids.has(parent) || hasAncestor(parent));
  };
  return found.filter(({ pid }) => !hasAncestor(pid));
}

function isWithin(folder: string, cwd: string): boolean {
  return cwd === folder || cwd.startsWith(`${folder}${path.sep}`);
}

async function liveProcesses(): Promise<LiveProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const all = await Promise.all(pids.map(readProcess));
  return all.filter((found) => found !== null);
}

async function readProcess(pid: number): Promise<LiveProcess | null> {
  try {
    const [cmdline, stat, cwd] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readlink(`/proc/${pid}/cwd`),
    ]);
    // The name in parentheses may hold anything; state and parent come behind it.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return null;
    return { pid, parent: Number(parent), args: cmdline.split('\0').slice(0, -1), cwd };
  } catch {
    // Ended while we looked, or another user's.
    return null;
  }
}
