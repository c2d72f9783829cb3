import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

type Cleanup = () => Promise<unknown> | unknown;

const cleanups: Cleanup[] = [];

/** Registers something to end; `cleanUp` ends all in reverse order. Held in one list so that no test can forget. */
export function onCleanup(cleanup: Cleanup): void {
  cleanups.push(cleanup);
}

/** Ends everything registered, newest first; the first failure is thrown when all were tried. */
export async function cleanUp(): Promise<void> {
  const failures: unknown[] = [];
  for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** A new folder in the system's temporary folder (real path), removed at clean-up; kept with SWITCHYARD_KEEP=1. */
export async function makeFolder(name: string): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), `switchyard-${name}-`)));
  onCleanup(async () => {
    if (process.env.SWITCHYARD_KEEP || !existsSync(folder)) return;
    // Programs that are just ending may still write: rm tries again by itself.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return folder;
}
