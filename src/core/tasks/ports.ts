import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { TaskRef } from '../../contract/plan';
import { readRecords, type TaskContext } from './context';
import type { TaskRecord } from './fold';
import { isPortFree } from './portProbe';
import { refName } from './refs';
import { TaskError } from './taskError';

/** Ports of one worktree. */
export const portsPerWorktree = 10;

/**
 * Blocks of ten from 20000 to 32759: above what well-known servers take, below the ports that systems hand out to
 * outgoing connections (from 32768 on Linux, from 49152 by RFC 6335 section 6).
 */
const firstPort = 20_000;
const blocks = 1276;

/** A worktree's ten ports, ascending. @param first the first of them */
export function portsOf(first: number): number[] {
  return Array.from({ length: portsPerWorktree }, (_, index) => first + index);
}

/** Where a worktree's block is looked for: at the place that its path gives, then onwards, each block once. */
export function* blocksFor(worktree: string): Generator<number> {
  const start = createHash('sha256').update(worktree).digest().readUInt32BE(0) % blocks;
  for (let step = 0; step < blocks; step++) yield firstPort + ((start + step) % blocks) * portsPerWorktree;
}

/**
 * Gives a task's worktree its block of ten ports, once: the same path gets the same block as long as no other worktree
 * has it and nobody listens there. Idempotent, and safe in many processes at once.
 * @returns the first port
 * @throws TaskError `in-use` when no block is left; StoreError `locked`
 */
export async function assignPorts(context: TaskContext, ref: TaskRef, worktree: string): Promise<number> {
  const place = await realpath(worktree);
  return context.store.locks.withLock('ports', async () => {
    const records = await readRecords(context);
    const own = records.get(refName(ref))?.record.port ?? null;
    if (own !== null) return own;
    const taken = takenBlocks(records.values());
    for (const first of blocksFor(place)) {
      if (taken.has(first) || !(await areFree(first))) continue;
      await context.store.events.appendTask(ref, { kind: 'ports', first });
      return first;
    }
    throw new TaskError(
      'in-use',
      `No ten ports in a row are free for ${refName(ref)} between ${firstPort} and ${firstPort + blocks * portsPerWorktree - 1}: clean worktrees that are done, or end programs that listen there.`,
    );
  });
}

/** A cleaned task keeps its block as long as it can be restored. */
function takenBlocks(records: Iterable<{ readonly record: TaskRecord }>): Set<number> {
  const taken = new Set<number>();
  for (const { record } of records) {
    const { port, worktree, archives } = record;
    if (port !== null && (worktree !== null || archives.length > 0)) taken.add(port);
  }
  return taken;
}

async function areFree(first: number): Promise<boolean> {
  const free = await Promise.all(portsOf(first).map(isPortFree));
  return !free.includes(false);
}
