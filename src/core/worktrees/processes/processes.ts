import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess } from '../../store/processes';
import type { WorkingProcess } from '../state/target';
import { listFromProc } from './processesOnLinux';
import { listWithLsof } from './processesOnMac';

export interface FoundProcesses {
  /** Whether the system tells; when not, `processes` says nothing. */
  readonly known: boolean;
  /** By process id. */
  readonly processes: readonly WorkingProcess[];
}

/** How often and how long apart a git is looked at before it counts: somebody's `git status` is over in no time. */
const gitLooks = 4;
const gitLookMs = 150;

/**
 * The processes that have their working directory, their root or their program in a folder, whoever started them; all
 * but this one and its own git processes. Of other users' processes the system tells only root. On Windows it is not
 * known: there a folder with open handles cannot be renamed, which protects it as well.
 * @param folder absolute
 */
export async function processesIn(folder: string): Promise<FoundProcesses> {
  const list = process.platform === 'linux' ? listFromProc : process.platform === 'darwin' ? listWithLsof : null;
  if (list === null) return { known: false, processes: [] };
  // Gone, or not readable: the text is what processes are compared with.
  const real = await realpath(folder).catch(() => folder);
  let found = await list(real);
  for (let look = 1; look < gitLooks && found?.some(isGit) === true; look += 1) {
    await sleep(gitLookMs);
    const again = await list(real);
    const before = found;
    found = again?.filter((each) => !isGit(each) || before.some((other) => isSame(each, other))) ?? null;
  }
  if (found === null) return { known: false, processes: [] };
  return { known: true, processes: [...found].sort((a, b) => a.pid - b.pid) };
}

function isGit({ name }: WorkingProcess): boolean {
  return /^git(?:$|-)/.test(name);
}

function isSame(a: WorkingProcess, b: WorkingProcess): boolean {
  return a.pid === b.pid && a.started === b.started;
}

/**
 * Ends processes: asks them first, and kills those that are still there after a while. A process id that was given to
 * another program since is left alone.
 * @returns the ids of those that live on
 */
export async function endProcesses(
  processes: readonly Pick<WorkingProcess, 'pid' | 'started'>[],
  o: { graceMs?: number } = {},
): Promise<number[]> {
  let left = await signalAll(processes, 'SIGTERM');
  left = await waitForEnd(left, o.graceMs ?? 3_000);
  left = await signalAll(left, 'SIGKILL');
  // The kernel needs a moment for a large one.
  left = await waitForEnd(left, 2_000);
  return left.map(({ pid }) => pid);
}

type Known = Pick<WorkingProcess, 'pid' | 'started'>;

/** Signals those that are still the ones that were meant, and tells which they are. */
async function signalAll(processes: readonly Known[], signal: NodeJS.Signals): Promise<Known[]> {
  const living = await stillLiving(processes);
  for (const { pid } of living) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile, or is not ours to signal: whether it lives is asked again.
    }
  }
  return living;
}

async function waitForEnd(processes: readonly Known[], ms: number): Promise<Known[]> {
  const deadline = Date.now() + ms;
  for (;;) {
    const living = await stillLiving(processes);
    if (living.length === 0 || Date.now() > deadline) return living;
    await sleep(50);
  }
}

async function stillLiving(processes: readonly Known[]): Promise<Known[]> {
  const answers = await Promise.all(processes.map(({ pid, started }) => isSameProcess(pid, started)));
  return processes.filter((_, index) => answers[index] === true);
}
