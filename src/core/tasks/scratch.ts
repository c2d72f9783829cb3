import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from '../store/names';
import { hostId, isSameProcess } from '../store/processes';
import type { TaskContext } from './context';

/** `scratch-<machine>-<process>-…`: process ids mean something on their own machine only. */
const prefix = () => `scratch-${sha256(hostId()).slice(0, 8)}-`;

/** A folder for what git computes and nobody keeps; removed afterwards. */
export async function withScratch<T>(context: TaskContext, action: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(path.join(context.store.dir, 'cache', `${prefix()}${process.pid}-`));
  try {
    return await action(dir);
  } finally {
    await remove(dir);
  }
}

/** Removes the folders of processes that were killed. */
export async function removeDeadScratch(context: TaskContext): Promise<void> {
  const cache = path.join(context.store.dir, 'cache');
  const own = prefix();
  for (const name of (await readdir(cache)).filter((each) => each.startsWith(own))) {
    const pid = Number(name.slice(own.length).split('-')[0]);
    if (Number.isInteger(pid) && !(await isSameProcess(pid, null))) await remove(path.join(cache, name));
  }
}

/** Nothing but our own computed objects and indexes is in it. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
