import { lstat, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Git, GitResult, GitRunOptions } from '../../git/git';
import { openScratchObjects, type ScratchObjects } from '../../git/scratchObjects';
import type { GitPlace } from '../../git/treeDiff';
import type { Log } from '../../ports';

/** Where one sync keeps everything it needs: found again by its journal's id. All paths are absolute. */
export interface SyncPaths {
  /** `<store>/sync/<id>` */
  readonly folder: string;
  /** New content, laid out as in the worktree; on the worktree's disk. */
  readonly stage: string;
  /** The files that were replaced, the same inodes. */
  readonly kept: string;
  /** What an undo took out again. */
  readonly undone: string;
  /** Beside the worktree's own files, only when the store lies on another disk. */
  readonly beside: string | null;
  readonly plan: string;
  /** The worktree's index as it was, and as it will be. */
  readonly indexBefore: string;
  readonly indexNext: string;
  /** Hard-linked to `index.lock`, so that the lock is known as ours. */
  readonly lock: string;
  readonly objects: string;
}

/** The paths of a sync; nothing is made. @param at the worktree, and whether its files lie on another disk */
export function syncPaths(
  syncDir: string,
  id: string,
  at: { readonly worktree: string; readonly beside: boolean },
): SyncPaths {
  const folder = path.join(syncDir, id);
  const beside = at.beside ? path.join(at.worktree, `.switchyard-sync-${id}`) : null;
  const files = beside ?? folder;
  return {
    folder,
    stage: path.join(files, 'stage'),
    kept: path.join(files, 'kept'),
    undone: path.join(files, 'undone'),
    beside,
    plan: path.join(folder, 'plan.json'),
    indexBefore: path.join(folder, 'index.before'),
    indexNext: path.join(folder, 'index.next'),
    lock: path.join(folder, 'lock'),
    objects: path.join(folder, 'objects'),
  };
}

/** A file is only renamed within a disk: with the store on another one, a folder in the worktree serves. */
export async function isOnAnotherDisk(worktree: string, syncDir: string): Promise<boolean> {
  await mkdir(syncDir, { recursive: true, mode: 0o700 });
  const [here, there] = await Promise.all([stat(worktree), stat(syncDir)]);
  return here.dev !== there.dev;
}

export async function makeWorkspace(paths: SyncPaths): Promise<void> {
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  if (paths.beside !== null) {
    await mkdir(paths.beside, { recursive: true, mode: 0o700 });
    // git then neither lists nor adds it.
    await writeFile(path.join(paths.beside, '.gitignore'), '*\n');
  }
  for (const folder of [paths.stage, paths.kept, paths.undone]) await mkdir(folder, { recursive: true });
}

const retired = 'retired-';
const retiredMs = 24 * 3_600_000;

/**
 * Ends a sync that is over, done or undone. Files that it has taken out wait for a day: a program that had one of them
 * open may still write to it, or may have found it missing and made another. (Not where they had to lie in the
 * worktree itself.)
 */
export async function retireWorkspace(syncDir: string, paths: SyncPaths): Promise<void> {
  if (paths.beside === null && (await filesIn(paths.kept)).length > 0) {
    const folder = path.join(syncDir, `${retired}${path.basename(paths.folder)}`);
    await rename(paths.kept, folder);
    const now = new Date();
    await utimes(folder, now, now);
  }
  for (const folder of [paths.folder, paths.beside]) {
    // A git process that outlived ours may still be writing there.
    if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/**
 * Removes the replaced files of syncs that are over. One that was written to since stays, and is named in the log.
 * Never throws: it can wait.
 */
export async function tidyRetired(syncDir: string, log: Log): Promise<void> {
  try {
    const names = (await readdir(syncDir)).filter((name) => name.startsWith(retired));
    for (const folder of names.map((name) => path.join(syncDir, name))) {
      const { mtimeMs } = await stat(folder);
      if (Date.now() - mtimeMs < retiredMs) continue;
      const written = await writtenSince(folder, mtimeMs);
      if (written === null) await rm(folder, { recursive: true, force: true });
      else log.warn(`${written} was written to after a sync had replaced it; look whether something of it is missing.`);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') log.debug(`${syncDir} could not be tidied: ${String(error)}`);
  }
}

async function writtenSince(folder: string, since: number): Promise<string | null> {
  for (const file of await filesIn(folder)) {
    // A name that is no text cannot be asked about: then it counts as written to, and stays.
    const facts = await lstat(file).catch(() => null);
    if (facts === null || facts.mtimeMs > since) return file;
  }
  return null;
}

/** All files below a folder; none when it is not there. */
async function filesIn(folder: string): Promise<string[]> {
  if (!(await isThere(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((each) => !each.isDirectory()).map((each) => path.join(each.parentPath, each.name));
}

/** git in the worktree on private indexes: no hook runs, and nothing of the user's is written. */
export interface PrivateGit {
  readonly place: GitPlace;
  readonly scratch: ScratchObjects;
  run(args: readonly string[], o?: Partial<GitRunOptions> & { index?: string }): Promise<GitResult>;
}

export async function openPrivateGit(
  deps: {
    readonly git: Git;
    readonly commonDir: string;
    readonly skipLfs: boolean;
    readonly signal?: AbortSignal | undefined;
  },
  worktree: string,
  paths: SyncPaths,
): Promise<PrivateGit> {
  const scratch = await openScratchObjects(deps.commonDir, paths.objects);
  const settings = {
    // `post-index-change` would run for our own index.
    'core.hooksPath': path.join(paths.folder, 'no-hooks'),
    'core.fsmonitor': 'false',
    'core.splitIndex': 'false',
    'index.sparse': 'false',
    ...(process.platform === 'win32' ? { 'core.longpaths': 'true' } : {}),
  };
  const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const skipLfs = deps.skipLfs ? { GIT_LFS_SKIP_SMUDGE: '1' } : {};
  const place: GitPlace = { cwd: worktree, args, env: { ...scratch.env, ...skipLfs } };
  return {
    place,
    scratch,
    run: (command, { index, env, ...o } = {}) =>
      deps.git.run([...args, ...command], {
        cwd: worktree,
        timeoutMs: 10 * 60_000,
        signal: deps.signal,
        ...o,
        env: { ...place.env, ...(index === undefined ? {} : { GIT_INDEX_FILE: index }), ...env },
      }),
  };
}

/** Whether something lies at a path, links not followed. */
export async function isThere(file: string | Buffer): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
