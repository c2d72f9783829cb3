import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreContext } from './context';
import { errorCode, errorText, isMissing, StoreError } from './errors';
import { makeFolder, removeDeadTemps } from './files';
import { forgetHolder, nameHolder, releaseDead } from './lockHolder';
import { checkFileName } from './names';

const staleMs = 10_000;
const updateMs = 2_500;
const ending = '.lock';

/** Where two writers must not meet. */
export interface Locks {
  /**
   * Runs `fn` while no other process (and no other caller here) holds the lock. A holder that was killed is replaced at
   * once, where its process can be asked, else after 10 s. `fn`'s signal aborts when the lock was lost while it ran (a machine that slept, a loop that was
   * blocked): `fn` must then stop before it decides anything.
   * @param o.waitMs how long to wait for the lock; default 30 s
   * @throws StoreError `locked`, `bad-name`, `failed`, and whatever `fn` throws
   */
  withLock<T>(name: string, fn: (signal: AbortSignal) => Promise<T>, o?: { waitMs?: number }): Promise<T>;
  /** Gives back the locks of holders that were killed, which nobody else may ever ask for again, and sweeps up there. */
  releaseStale(): Promise<void>;
}

export function createLocks(context: StoreContext): Locks {
  const dir = join(context.dir, 'locks');
  const turns = new Map<string, Promise<unknown>>();

  async function acquire(file: string, deadline: number, onCompromised: (error: Error) => void) {
    const { default: lockfile } = await import('proper-lockfile');
    for (let attempt = 0; ; attempt++) {
      try {
        return await lockfile.lock(file, {
          lockfilePath: file,
          realpath: false,
          stale: staleMs,
          update: updateMs,
          onCompromised,
        });
      } catch (error) {
        const code = errorCode(error);
        if (code === 'ENOENT') {
          // Someone deleted the store under us.
          await makeFolder(context.dir);
          await makeFolder(dir);
        } else if (code !== 'ELOCKED') {
          throw new StoreError('failed', `${file} could not be locked: ${errorText(error)}.`, { file, cause: error });
        }
        if (code === 'ELOCKED' && (await releaseDead(file))) continue;
        if (performance.now() >= deadline) {
          const message = `Another process holds ${file}; wait for it to end, then try again.`;
          throw new StoreError('locked', message, { file, cause: error });
        }
      }
      await sleep(Math.min(20 * 1.5 ** attempt, 200) * (0.5 + Math.random()));
    }
  }

  async function run<T>(name: string, fn: (signal: AbortSignal) => Promise<T>, deadline: number): Promise<T> {
    const file = join(dir, `${name}${ending}`);
    const compromised = new AbortController();
    const release = await acquire(file, deadline, (error) => {
      context.log.warn(`The lock ${name} was lost: ${error.message}`);
      compromised.abort(
        new StoreError('lock-lost', `The lock ${name} was lost while it was held; try again.`, { file, cause: error }),
      );
    });
    try {
      await nameHolder(file);
      return await fn(compromised.signal);
    } finally {
      if (!compromised.signal.aborted) await forgetHolder(file);
      await release().catch((error: unknown) => {
        // A lock that was lost cannot be given back; the holder was told by its signal.
        if (!compromised.signal.aborted) context.log.warn(`The lock ${name} was not released: ${errorText(error)}`);
      });
    }
  }

  async function withLock<T>(name: string, fn: (signal: AbortSignal) => Promise<T>, o?: { waitMs?: number }) {
    checkFileName(name);
    const deadline = performance.now() + (o?.waitMs ?? 30_000);
    // Callers in this process take turns without polling.
    const before = turns.get(name) ?? Promise.resolve();
    const result = before.then(() => run(name, fn, deadline));
    const settled = result.catch(() => undefined); // the caller has the error
    turns.set(name, settled);
    try {
      return await result;
    } finally {
      if (turns.get(name) === settled) turns.delete(name);
    }
  }

  return {
    withLock,
    async releaseStale() {
      const names = await readdir(dir).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      if (names.length > 0) await removeDeadTemps(dir);
      for (const name of names.filter((each) => each.endsWith(ending))) {
        if (await releaseDead(join(dir, name))) continue;
        const facts = await stat(join(dir, name)).catch(() => null); // Given back just now.
        if (facts === null || Date.now() - facts.mtimeMs < staleMs) continue;
        // Taking it decides whether it is stale; whoever is faster gives it back as well.
        await withLock(name.slice(0, -ending.length), async () => undefined, { waitMs: 0 }).catch((error: unknown) => {
          if (!StoreError.is(error) || error.reason !== 'locked') throw error;
        });
      }
    },
  };
}
