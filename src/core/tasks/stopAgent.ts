import type { TaskRef } from '../../contract/plan';
import { isSameProcess } from '../store/processes';
import type { Store } from '../store/store';
import { foldTask } from './fold';
import { signalTree } from './processTree';

const stepMs = 50;

/**
 * Asks the live runner of a task to end its agent, and waits until it has. The runner records the end, so that the
 * session can be resumed; its terminal keeps a shell.
 * @returns `none` when nothing ran, `stopped`, or `still-running` after `waitMs`
 */
export async function stopAgent(
  store: Store,
  ref: TaskRef,
  o: { waitMs?: number } = {},
): Promise<'none' | 'stopped' | 'still-running'> {
  const name = `${ref.plan}~${ref.task}`;
  const lease = await store.leases.read(name);
  if (lease === null || !lease.alive) return 'none';
  const { pid, pidStarted, agentPid } = lease.file;
  // The process id may have been given to another program since.
  if (!(await isSameProcess(pid, pidStarted))) return 'none';
  // Windows has no request to end: there the agent itself is ended, and the runner sees it.
  if (process.platform === 'win32') await signalTree(agentPid ?? pid, 'SIGTERM', { group: false });
  else process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + (o.waitMs ?? 10_000);
  for (;;) {
    const now = await store.leases.read(name);
    if (now === null || !now.alive || now.file.pid !== pid) {
      await recordStop(store, ref);
      return 'stopped';
    }
    if (Date.now() > deadline) return 'still-running';
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}

/** An end that a human asked for is no failure: the task rests until its session is resumed. */
async function recordStop(store: Store, ref: TaskRef): Promise<void> {
  const record = foldTask((await store.events.readTask(ref)).events);
  // It had just come to its own good end, or another runner was faster.
  if (record?.run?.exited == null || record.run.exited.exit === 0) return;
  const source = 'human';
  const off = { kind: 'condition', condition: 'failed', on: false, reason: '', source } as const;
  const on = { kind: 'condition', condition: 'paused', on: true, reason: 'stopped by a human', source } as const;
  await store.events.appendTask(ref, off);
  await store.events.appendTask(ref, on);
}
