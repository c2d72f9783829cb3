import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

interface Cleanup {
  readonly end: () => Promise<unknown> | unknown;
  /** The same at once, while the process exits. */
  readonly endNow: () => void;
}

const cleanups: Cleanup[] = [];

/** What a process of tests keeps beyond the file that first needed it. */
const kept: Cleanup[] = [];

const scope = new AsyncLocalStorage<Cleanup[]>();

/**
 * Registers something to end; `cleanUp` ends all in reverse order. Held in one list so that no test can forget.
 * @param endNow ends it at once where nothing can be waited for any more; by default nothing has to be done then
 */
export function onCleanup(end: Cleanup['end'], endNow: Cleanup['endNow'] = () => undefined): void {
  (scope.getStore() ?? cleanups).push({ end, endNow });
}

/** What `start` registers is ended when this process of tests exits, not at the clean-up of the file that needed it. */
export function keepToExit<T>(start: () => Promise<T>): Promise<T> {
  if (kept.length === 0) process.once('exit', endKept);
  return scope.run(kept, start);
}

function endKept(): void {
  for (let cleanup = kept.pop(); cleanup !== undefined; cleanup = kept.pop()) {
    try {
      cleanup.endNow();
    } catch (error) {
      console.error(error);
    }
  }
}

/** Ends everything registered, newest first; the first failure is thrown when all were tried. */
export async function cleanUp(): Promise<void> {
  const failures: unknown[] = [];
  for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
    try {
      await cleanup.end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** A new folder in the system's temporary folder (real path), removed at clean-up; kept with SWITCHYARD_KEEP=1. */
export async function makeFolder(name: string): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), `switchyard-${name}-`)));
  const keep = () => process.env.SWITCHYARD_KEEP || !existsSync(folder);
  // Programs that are just ending may still write: rm tries again by itself.
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
  onCleanup(
    async () => keep() || (await rm(folder, options)),
    () => keep() || rmSync(folder, options),
  );
  return folder;
}
