import { lstat, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RepositoryLayout } from '../../git/repository';
import type { Log } from '../../ports';
import { hostId, isSameProcess, ownStartTime } from '../../store/processes';
import { CellError } from '../sides/cellError';

const prefix = 'switchyard-prove-';
const ownerFile = 'owner.json';
/** A kill between making a folder and naming its owner leaves one that nobody can be asked about. */
const namelessMs = 10 * 60_000;
/** Folders of other hosts and containers, whose processes cannot be asked. */
const foreignMs = 24 * 3_600_000;
/** Kept free besides: an index, git's own files, other programs. */
const spareBytes = 128 * 1024 * 1024;

/** Where scratch copies may lie: the system's folder for such things, else beside our other caches. */
function parents(layout: RepositoryLayout): string[] {
  return [os.tmpdir(), path.join(layout.storeDir, 'cache')];
}

/**
 * Makes a private folder (0700) with room for `bytes`; whoever made it removes it, and after a kill the next sweep does.
 * @throws CellError `no-room`
 */
export async function makeProofFolder(layout: RepositoryLayout, bytes: number): Promise<string> {
  for (const parent of parents(layout)) {
    if (!(await hasRoom(parent, bytes))) continue;
    const folder = await mkdtemp(path.join(parent, prefix));
    const owner = { pid: process.pid, started: await ownStartTime(), host: hostId() };
    await writeFile(path.join(folder, ownerFile), JSON.stringify(owner), { mode: 0o600 });
    return folder;
  }
  const megabytes = Math.ceil((bytes + spareBytes) / 1e6);
  throw new CellError(
    'no-room',
    `A scratch copy needs about ${megabytes} MB, which are not free in ${os.tmpdir()}; make room there.`,
  );
}

async function hasRoom(parent: string, bytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(parent);
    return bavail * bsize > bytes * 1.2 + spareBytes;
  } catch {
    // Not there, or not told: the next one.
    return false;
  }
}

/** Never throws: what cannot be removed now, the next sweep removes. */
export async function removeProofFolder(folder: string, log: Log): Promise<void> {
  try {
    // A git that was just ended may still let go of its files.
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    log.warn(`The scratch copy ${folder} could not be removed yet: ${String(error)}`);
  }
}

/** Removes the scratch copies that killed processes left. Never throws: it can wait. */
export async function sweepProofFolders(layout: RepositoryLayout, log: Log): Promise<void> {
  for (const parent of parents(layout)) {
    const names = await readdir(parent).catch(() => []); // a folder that is not there holds nothing
    for (const name of names.filter((each) => each.startsWith(prefix))) {
      const folder = path.join(parent, name);
      if (await isLeftOver(folder)) await removeProofFolder(folder, log);
    }
  }
}

/** The system's folder belongs to all users: only a real folder of our own counts. */
async function isLeftOver(folder: string): Promise<boolean> {
  try {
    const facts = await lstat(folder);
    if (!facts.isDirectory() || (process.getuid !== undefined && facts.uid !== process.getuid())) return false;
    const ageMs = Date.now() - facts.mtimeMs;
    const owner = parseOwner(await readFile(path.join(folder, ownerFile), 'utf8').catch(() => '')); // see namelessMs
    if (owner === null) return ageMs > namelessMs;
    if (owner.host !== hostId()) return ageMs > foreignMs;
    return !(await isSameProcess(owner.pid, owner.started));
  } catch {
    // Somebody else removes it just now.
    return false;
  }
}

function parseOwner(text: string): { pid: number; started: string | null; host: string } | null {
  try {
    const { pid, started, host } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof host !== 'string') return null;
    return { pid, started: typeof started === 'string' ? started : null, host };
  } catch {
    // Not there, or cut off by the kill.
    return null;
  }
}
