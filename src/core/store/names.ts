import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { TaskRef } from '../../contract/plan';
import { StoreError } from './errors';

/** `<plan>~<task>`, or the repository's own stream. `~` is in no id, so the name can be taken apart again. */
export type StreamName = `${string}~${string}` | 'repository';

const idPattern = /^[a-z0-9][a-z0-9._-]{0,49}$/;
const filePattern = /^[a-z0-9][a-z0-9._~-]{0,119}$/i;
const devicePattern = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;

/** True for a plan or task id of the contract: such an id is safe as part of a file's name on every system. */
export function isStoreId(id: string): boolean {
  return idPattern.test(id) && !id.includes('..') && !/(\.|\.lock)$/.test(id) && !devicePattern.test(id);
}

/** True for a name that stays inside its folder on every system. */
export function isFileName(name: string): boolean {
  return filePattern.test(name) && !name.includes('..') && !name.endsWith('.') && !devicePattern.test(name);
}

/** @throws StoreError `bad-name`: the name came from outside and must not become a path. */
export function checkFileName(name: string): string {
  if (isFileName(name)) return name;
  throw new StoreError(
    'bad-name',
    `${JSON.stringify(name)} cannot name a file of the store; use letters, digits, ".", "_", "-".`,
  );
}

/**
 * The name under which a task's events, record and lease are kept.
 * @throws StoreError `bad-name`
 */
export function streamName(ref: TaskRef): `${string}~${string}` {
  for (const id of [ref.plan, ref.task]) {
    if (isStoreId(id)) continue;
    throw new StoreError(
      'bad-name',
      `${JSON.stringify(id)} is no plan or task id; use a-z, 0-9, ".", "_", "-", at most 50.`,
    );
  }
  return `${ref.plan}~${ref.task}`;
}

/** The task of a stream's name; null for anything else that may lie in the folder. */
export function parseStreamName(name: string): TaskRef | null {
  const [plan, task, ...rest] = name.split('~');
  if (plan === undefined || task === undefined || rest.length > 0) return null;
  return isStoreId(plan) && isStoreId(task) ? { plan, task } : null;
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The real path, in the form in which paths are compared; a path that is not there is only made absolute. */
export async function comparablePath(path: string): Promise<string> {
  try {
    return foldCase(await realpath(path));
  } catch {
    // Not there (any more): its spelling is all there is to compare.
    return foldCase(resolve(path));
  }
}

/**
 * A short name for a worktree that every process derives alike: the folder's name, so that a person can read it, and a
 * hash of the real path.
 */
export function worktreeKey(path: string): string {
  let real: string;
  try {
    real = realpathSync.native(path);
  } catch {
    // Not there (any more): see comparablePath.
    real = resolve(path);
  }
  const name = basename(real)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `w-${name}-${sha256(foldCase(real)).slice(0, 12)}`;
}

/** Drive letters come in both cases on Windows. */
function foldCase(path: string): string {
  return process.platform === 'win32' ? path.toLowerCase() : path;
}
