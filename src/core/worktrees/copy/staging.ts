import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Log } from '../../ports';
import { sha256 } from '../../store/names';
import { hostId, ownStartTime, processStartTime } from '../../store/processes';

/** `.switchyard-copy-<machine>-<pid>-<start>-<random>`: tells whose it is, so that the dead ones can be removed. */
const namePattern = /^\.switchyard-copy-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-[0-9a-f]{8}$/;

const short = (text: string | null) => sha256(text ?? '').slice(0, 8);

/**
 * Makes the folder in which copies grow, in the worktree itself: on the disk that they will be renamed on.
 * @throws the system's error when the worktree cannot be written
 */
export async function makeStaging(worktree: string): Promise<string> {
  const owner = `${short(hostId())}-${process.pid}-${short(await ownStartTime())}`;
  const staging = path.join(worktree, `.switchyard-copy-${owner}-${randomBytes(4).toString('hex')}`);
  await mkdir(staging, { mode: 0o700 });
  return staging;
}

/** Removes what killed processes left of their copies; those of other machines and of living processes stay. */
export async function removeLeftovers(worktree: string, log: Log): Promise<void> {
  for (const name of await readdir(worktree)) {
    const match = namePattern.exec(name);
    if (match === null) continue;
    const [, machine, pid, start] = match;
    if (machine !== short(hostId()) || (await isOwnerAlive(Number(pid), start ?? ''))) continue;
    const folder = path.join(worktree, name);
    if ((await lstat(folder)).isDirectory()) await removeStaging(folder, log);
  }
}

async function isOwnerAlive(pid: number, start: string): Promise<boolean> {
  const now = await processStartTime(pid);
  return now !== null && short(now) === start;
}

/** Never fails: what cannot be removed is named in the log and tried again by the next copy. */
export async function removeStaging(staging: string, log: Log): Promise<void> {
  const remove = () => rm(staging, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  try {
    await remove().catch(async () => {
      // Copied folders may be read-only (a module cache): their owner may change that.
      await execa('chmod', ['-R', 'u+rwX', '--', staging], { reject: false, stdio: 'ignore' });
      await remove();
    });
  } catch (error) {
    log.warn(`${staging} holds half a copy and could not be removed: ${String(error)}`);
  }
}
