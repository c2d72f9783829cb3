import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskRef } from '../../contract/plan';
import { endProcesses, processesIn } from '../worktrees/processes/processes';
import { readRecord, type TaskContext } from './context';
import { type Looked, listed } from './lookAtWorktree';
import { refName } from './refs';
import { askToClose } from './windows';

/** Long enough for a person to answer the question about unsaved files. */
const windowMs = 20_000;
/** A window's servers for languages see some seconds later that it is gone, and end then. */
const windowsProgramsMs = 10_000;
const lookMs = 200;

/** Whether something works there that may be ended with consent. */
export function canEnd({ own, windows }: Looked): boolean {
  return own.length + windows.length > 0;
}

/**
 * Asks the windows of a worktree to close and ends what its task left running there.
 * @returns why something is still there; null: nothing is
 */
export async function endWork(
  context: TaskContext,
  ref: TaskRef,
  { target, own }: Looked,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const asked = await askToClose(context, target.worktree, { timeoutMs: windowMs, ...(signal ? { signal } : {}) });
  if (asked === 'still-open') return `A window that shows ${target.worktree} did not close: save or close it first.`;
  if (asked === 'closed') await whileWindowsProgramsEnd(target.worktree, own, signal);
  // Before: an app that ends by itself has nobody who puts it on record.
  const app = (await readRecord(context, ref))?.app ?? null;
  const left = await endProcesses(own);
  if (left.length > 0) return `${listed(own.filter(({ pid }) => left.includes(pid)))} on and cannot be ended.`;
  if (app !== null && own.some(({ pid }) => pid === app.pid)) {
    await context.store.events.appendTask(ref, { kind: 'app-stopped', pid: app.pid, exit: null });
  }
  context.host.log.info(
    `Ended what ${refName(ref)} left running: ${own.map(({ pid }) => pid).join(', ') || 'nothing'}.`,
  );
  return null;
}

/** Whatever is still there after that time is judged as any other program. */
async function whileWindowsProgramsEnd(
  worktree: string,
  own: Looked['own'],
  signal: AbortSignal | undefined,
): Promise<void> {
  const ours = new Set(own.map(({ pid }) => pid));
  const deadline = Date.now() + windowsProgramsMs;
  while (Date.now() < deadline) {
    const { processes } = await processesIn(worktree);
    if (processes.every(({ pid }) => ours.has(pid))) return;
    await sleep(lookMs, undefined, signal === undefined ? {} : { signal });
  }
}
