import { chmod, lstat, mkdir, readFile, rename, rmdir, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveRecord } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import { realpathOrNull } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import { WorktreeError } from '../errors';
import { errorCode, isInside, kindAt } from '../paths';
import { resolveWorktreeRoot } from '../root';
import type { TrashDeps } from './journal';
import { cannotMove } from './move';

/** Parts of one folder in the trash. */
export const trashParts = {
  worktree: 'worktree',
  admin: 'admin',
  /** The worktree's own `.git` file, as it was. */
  dotGit: 'dotgit',
  /** The reflog of a branch that was deleted. */
  reflog: 'branch-reflog',
  /** Objects of the worktree that are in no ref. */
  objects: 'objects.pack',
  manifest: 'manifest.json',
  /** A file of git's in the making. */
  pointer: 'pointer.new',
} as const;

/** `<trash>/manifest.json`: what people need when the store is lost; nothing here is read by a restore. */
export interface TrashManifest extends ArchiveRecord {
  readonly v: 1;
  readonly plan: string;
  readonly task: string;
  readonly at: string;
  readonly adminDir: string;
  /** Where the administrative folder lies now. */
  readonly admin: string;
}

/** The worktree root as a real path; null when it cannot be told or used. */
export async function trashRoot(deps: Pick<TrashDeps, 'layout' | 'settings'>): Promise<string | null> {
  try {
    const { root } = await resolveWorktreeRoot(deps.layout, deps.settings);
    return (await realpathOrNull(root)) ?? root;
  } catch (error) {
    if (WorktreeError.is(error)) return null;
    throw error;
  }
}

/** Folders that may take a worktree, the usual one first: one on another disk than the worktree cannot take it. */
export async function trashFolders(deps: Pick<TrashDeps, 'layout' | 'settings'>, worktree: string): Promise<string[]> {
  const root = await trashRoot(deps);
  const all = [...(root === null ? [] : [root]), path.dirname(worktree)].map((folder) => path.join(folder, '.trash'));
  return [...new Set(all)].filter((folder) => !isInside(folder, worktree));
}

/**
 * Makes `<folder>/<name>`, readable for its owner alone and out of sight of any git that may look there.
 * @throws WorktreeError cannot-move when the place cannot be used.
 */
export async function makeTrash(folder: string, name: string): Promise<string> {
  const trash = path.join(folder, name);
  try {
    await mkdir(path.dirname(folder), { recursive: true });
    await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
      await refuseForeign(folder);
    });
    // Inside another repository the trash would be untracked files.
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    await mkdir(trash, { mode: 0o700 });
    return trash;
  } catch (error) {
    throw WorktreeError.is(error) ? error : cannotMove('The worktree', trash, error);
  }
}

/** A branch may have committed a link here, and a folder of somebody else's would show them what is thrown away. */
async function refuseForeign(folder: string): Promise<void> {
  const found = await lstat(folder);
  const foreign = process.platform !== 'win32' && found.uid !== process.getuid?.();
  if (!found.isDirectory() || foreign) {
    throw new WorktreeError(
      'cannot-move',
      `${folder} is a link or belongs to somebody else, so nothing is put there; move it out of the way, then try again.`,
    );
  }
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

export async function writeManifest(
  trash: string,
  ref: TaskRef,
  facts: { readonly record: ArchiveRecord; readonly adminDir: string; readonly admin: string },
): Promise<void> {
  const manifest: TrashManifest = {
    v: 1,
    plan: ref.plan,
    task: ref.task,
    at: new Date().toISOString(),
    ...facts.record,
    adminDir: facts.adminDir,
    admin: facts.admin,
  };
  const file = path.join(trash, trashParts.manifest);
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Where the administrative folder goes when it lies on another disk than the trash. */
export function storeTrash(layout: RepositoryLayout, id: string): string {
  return path.join(layout.storeDir, 'trash', id);
}

/** The administrative folder of what lies in the trash; null: it is not there. */
export async function findAdmin(layout: RepositoryLayout, trash: string, id: string): Promise<string | null> {
  for (const admin of [path.join(trash, trashParts.admin), storeTrash(layout, id)]) {
    if (await isRealFolder(admin)) return admin;
  }
  return null;
}

/** The folder of an archive, also when repository and trash were moved together; null when its worktree is lost. */
export async function findTrash(
  deps: Pick<TrashDeps, 'layout' | 'settings'>,
  record: ArchiveRecord,
): Promise<string | null> {
  const root = await trashRoot(deps);
  const places = [record.trash, ...(root === null ? [] : [path.join(root, '.trash', record.id)])];
  for (const trash of places) if (await isRealFolder(path.join(trash, trashParts.worktree))) return trash;
  return null;
}

/**
 * Points the `.git` of a worktree in the trash at its folder there. Otherwise it would go on pointing at a name that
 * the next worktree may be given, and a git that runs in the trash would work on that one. Can be killed and run again.
 */
export async function sealDotGit(trash: string, admin: string): Promise<void> {
  const [dotGit, kept] = dotGitFiles(trash);
  if ((await kindAt(kept)) === 'nothing') await rename(dotGit, kept);
  if ((await kindAt(dotGit)) === 'nothing') await writeFile(dotGit, `gitdir: ${admin}\n`, { flag: 'wx' });
}

/** Puts the worktree's own `.git` back. Can be killed and run again. */
export async function unsealDotGit(trash: string): Promise<void> {
  const [dotGit, kept] = dotGitFiles(trash);
  if ((await kindAt(kept)) === 'nothing') return;
  // Windows renames over a file as well.
  await rename(kept, dotGit);
}

/** The folder that the worktree's own `.git` names, as text; null when it cannot be read. */
export async function keptGitDir(trash: string): Promise<string | null> {
  for (const file of dotGitFiles(trash).reverse()) {
    const text = await readFile(file, 'utf8').catch(() => null); // not there: the other one
    const target = text === null ? undefined : /^gitdir: (.+?)[\r\n]*$/s.exec(text)?.[1];
    if (target !== undefined) return target;
  }
  return null;
}

function dotGitFiles(trash: string): [string, string] {
  return [path.join(trash, trashParts.worktree, '.git'), path.join(trash, trashParts.dotGit)];
}

/** Removes what we wrote into a folder of the trash, and the folder when nothing else is in it. */
export async function removeEmptyTrash(trash: string): Promise<void> {
  const { manifest, reflog, dotGit, pointer, objects } = trashParts;
  const names = [manifest, `${manifest}.new`, reflog, `${reflog}.new`, dotGit, pointer, objects, `${objects}.new`];
  for (const name of names) {
    await unlink(path.join(trash, name)).catch(ignoreMissing);
  }
  await rmdir(trash).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') ignoreMissing(error);
  });
}

export function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
}

export async function isRealFolder(folder: string): Promise<boolean> {
  const kind = await kindAt(folder);
  return kind === 'folder' || kind === 'empty-folder';
}
