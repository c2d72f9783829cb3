import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../store/errors';
import { sha256 } from '../../store/names';
import { hostId, isSameProcess, ownStartTime } from '../../store/processes';

/** A process of another machine or container cannot be asked whether it lives; no use takes longer than this. */
const foreignMs = 3_600_000;

/** Names a process in the name of a file: `<machine>.<pid>.<start>.<random>`. */
export async function userName(): Promise<string> {
  const started = Buffer.from((await ownStartTime()) ?? '').toString('base64url');
  return `${machine()}.${process.pid}.${started}.${randomBytes(6).toString('hex')}`;
}

/** Whether the process that a file is named by (behind `prefix`) still lives. Names of another form are nobody's. */
export async function isUserAlive(file: string, prefix = ''): Promise<boolean> {
  const match = /^([0-9a-f]{8})\.(\d+)\.([\w-]*)\.[0-9a-f]+/.exec(path.basename(file).slice(prefix.length));
  const [, where, pid, started] = match ?? [];
  if (where === undefined || pid === undefined) return false;
  if (where === machine()) {
    const start = Buffer.from(started ?? '', 'base64url').toString();
    return isSameProcess(Number(pid), start === '' ? null : start);
  }
  try {
    return Date.now() - (await stat(file)).mtimeMs < foreignMs;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function machine(): string {
  return sha256(hostId()).slice(0, 8);
}

/** Marks a folder as used by this process; `users` must exist. @returns what takes the mark away */
export async function markUse(users: string): Promise<() => Promise<void>> {
  const mark = path.join(users, await userName());
  await writeFile(mark, '', { flag: 'wx', mode: 0o600 });
  return () => rm(mark, { force: true, maxRetries: 5 });
}

/** Whether any living process has marked it; marks of dead ones are removed. */
export async function isUsed(users: string): Promise<boolean> {
  let used = false;
  for (const name of await readdir(users)) {
    const mark = path.join(users, name);
    if (await isUserAlive(mark)) used = true;
    else await rm(mark, { force: true });
  }
  return used;
}
