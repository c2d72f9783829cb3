import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** Children of each process, by pid. */
type Children = ReadonlyMap<number, readonly number[]>;

/**
 * Signals a process and everything it started. The tree is walked, because an agent in a terminal shares the
 * terminal's process group with programs that are not ours.
 * @param group the process leads a group of its own, which is signalled as one
 */
export async function signalTree(
  pid: number,
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL',
  o: { group: boolean },
): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals: a console program is ended together with its children.
    await execa('taskkill', ['/PID', String(pid), '/T', '/F'], { reject: false, windowsHide: true });
    return;
  }
  const members = [pid, ...descendants(pid, await readChildren())];
  if (o.group) trySignal(-pid, signal);
  // Children first, so that a parent has no time to start them anew after it was asked to end.
  for (const member of members.reverse()) trySignal(member, signal);
}

const graceMs = 5000;
const lookMs = 25;

/**
 * Ends a process that leads a group of its own, with everything it started: asks, and makes what is left after 5 s.
 * Resolves when all of it is gone.
 */
export async function endGroup(leader: number): Promise<void> {
  await signalTree(leader, 'SIGTERM', { group: true });
  if (await isGroupGone(leader, graceMs)) return;
  await signalTree(leader, 'SIGKILL', { group: true });
  await isGroupGone(leader, graceMs);
}

async function isGroupGone(leader: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (await isGroupThere(leader)) {
    if (performance.now() > deadline) return false;
    await sleep(lookMs);
  }
  return true;
}

async function isGroupThere(leader: number): Promise<boolean> {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, 0);
  } catch {
    return false;
  }
  // Members that have ended stay in the group until someone asks for their exit code, which may be never.
  if (process.platform !== 'linux') return true;
  const members = (await readStats()).filter(({ group }) => group === leader);
  return members.some(({ state }) => state !== 'Z' && state !== 'X');
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself meanwhile, which is what we wanted.
  }
}

function descendants(pid: number, children: Children): number[] {
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const child of children.get(next) ?? []) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

async function readChildren(): Promise<Children> {
  const pairs = process.platform === 'linux' ? await pairsFromProc() : await pairsFromPs();
  const children = new Map<number, number[]>();
  for (const [pid, parent] of pairs) children.set(parent, [...(children.get(parent) ?? []), pid]);
  return children;
}

/** proc(5), `/proc/<pid>/stat`: the name in field 2 may hold anything but is in brackets; state, parent and group follow. */
interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/** Containers often have no `ps`. */
async function readStats(): Promise<ProcessStat[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    entries.map(async (name): Promise<ProcessStat | null> => {
      try {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8');
        const [state = '', parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return { pid: Number(name), state, parent: Number(parent), group: Number(group) };
      } catch {
        // Ended between the listing and the reading.
        return null;
      }
    }),
  );
  return stats.filter((stat) => stat !== null);
}

async function pairsFromProc(): Promise<[number, number][]> {
  return (await readStats()).map(({ pid, parent }) => [pid, parent]);
}

async function pairsFromPs(): Promise<[number, number][]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=,ppid='], { reject: false });
  return stdout.split('\n').flatMap((line): [number, number][] => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return pid === undefined || parent === undefined || Number.isNaN(pid) || Number.isNaN(parent)
      ? []
      : [[pid, parent]];
  });
}
