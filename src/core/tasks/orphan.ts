import type { TaskRef } from '../../contract/plan';
import { isSameProcess } from '../store/processes';
import type { TaskContext } from './context';
import type { TaskRecord } from './fold';
import { signalTree } from './processTree';
import { refName } from './refs';
import { TaskError } from './taskError';

/**
 * A runner that was killed may have left its agent behind. Two agents in one worktree would undo each other's work, so
 * the one nobody watches is ended; its session goes on in the new one.
 */
export async function endOrphan(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  onNote: ((text: string) => void) | undefined,
): Promise<void> {
  const run = record.run;
  if (run === null || run.exited !== null) return;
  if (run.pidStarted !== null && (await isSameProcess(run.pid, run.pidStarted))) {
    onNote?.(
      `The runner of ${refName(ref)} had died and left its agent (process ${run.pid}); that one is ended first.`,
    );
    await signalTree(run.pid, 'SIGTERM', { group: false });
    if (!(await gone(run, 5000))) await signalTree(run.pid, 'SIGKILL', { group: false });
    if (!(await gone(run, 2000))) {
      throw new TaskError(
        'running',
        `The agent of ${refName(ref)} (process ${run.pid}) lost its runner and does not end: end it, then start again.`,
      );
    }
  }
  await context.store.events.appendTask(ref, { kind: 'agent-exited', pid: run.pid, exit: null, signal: 'lost' });
}

async function gone(run: { pid: number; pidStarted: string | null }, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (await isSameProcess(run.pid, run.pidStarted)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
