import { randomBytes } from 'node:crypto';
import { rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { errorCode } from './errors';
import { parseJson, readIfThere, removeIfThere, replaceQuickly, tempPrefix } from './files';
import { hostId, isSameProcess, ownStartTime } from './processes';

const schema = z.object({
  v: z.literal(1),
  pid: z.int(),
  pidStarted: z.nullable(z.string()),
  host: z.string(),
  /** The very folder that was locked with: another holder makes another one. */
  lock: z.string(),
});

/** Writes beside a lock who holds it, so that others need not wait until a killed holder's lock is stale. */
export async function nameHolder(lock: string): Promise<void> {
  const identity = await identityOf(lock);
  if (identity === null) return;
  const holder: z.infer<typeof schema> = {
    v: 1,
    pid: process.pid,
    pidStarted: await ownStartTime(),
    host: hostId(),
    lock: identity,
  };
  await replaceQuickly(holderFile(lock), JSON.stringify(holder), dirname(lock));
}

/** To be called before the lock is given back. */
export async function forgetHolder(lock: string): Promise<void> {
  await removeIfThere(holderFile(lock));
}

/**
 * Gives back a lock whose holder is dead, of which its process id and start on this machine are proof.
 * @returns whether it was given back here
 */
export async function releaseDead(lock: string): Promise<boolean> {
  const content = await readIfThere(holderFile(lock));
  const parsed = content === null ? null : parseJson(content, schema);
  if (parsed?.ok !== true) return false;
  const { pid, pidStarted, host, lock: locked } = parsed.value;
  if (host !== hostId() || (await isSameProcess(pid, pidStarted)) || (await identityOf(lock)) !== locked) return false;
  // Out of the way first, and then looked at: whoever locked in between gets theirs back.
  const aside = join(dirname(lock), `${tempPrefix}dead-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    await rename(lock, aside);
    if ((await identityOf(aside)) !== locked) {
      await rename(aside, lock);
      return false;
    }
    await rmdir(aside);
    return true;
  } catch (error) {
    // Somebody else was faster.
    if (['ENOENT', 'EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

function holderFile(lock: string): string {
  return lock.replace(/\.lock$/, '.holder');
}

/** The number alone is given out again; with the time of its making it is one folder's for ever. */
async function identityOf(lock: string): Promise<string | null> {
  try {
    const { ino, birthtimeNs } = await stat(lock, { bigint: true });
    return `${ino}:${birthtimeNs}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
