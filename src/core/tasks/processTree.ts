import { readdir, readFile } from 'node:fs/promises';
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

/** Containers often have no `ps`. Field 4 of `stat` is the parent; the name in field 2 may hold anything but is in brackets. */
async function pairsFromProc(): Promise<[number, number][]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const pairs = await Promise.all(
    entries.map(async (name): Promise<[number, number] | null> => {
      try {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return [Number(name), parent];
      } catch {
        // Ended between the listing and the reading.
        return null;
      }
    }),
  );
  return pairs.filter((pair) => pair !== null);
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
