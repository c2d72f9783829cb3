import { mkdir, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveRecord } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import { readTrimmed } from '../../git/layoutFiles';
import { createExclusive } from '../../store/files';
import type { FoundJournal, Journal } from '../../store/journals';
import { WorktreeError } from '../errors';
import { lockWaitMs, worktreesLock } from '../lock';
import { kindAt } from '../paths';
import type { CleanTarget } from '../state/target';
import { deleteBranch, dropArchiveRef } from './branch';
import type { BranchAt, CleanJournal, OnDone, Recovery, TrashDeps } from './journal';
import { moveFolder, onAnotherDisk } from './move';
import { keepOwnObjects } from './objects';
import { lockedWorktree, refuseToClean } from './refusals';
import {
  findAdmin,
  ignoreMissing,
  isRealFolder,
  makeTrash,
  removeEmptyTrash,
  sealDotGit,
  storeTrash,
  trashFolders,
  trashParts,
  writeManifest,
} from './trash';

export interface CleanOptions {
  readonly ref: TaskRef;
  readonly target: CleanTarget;
  /**
   * Names of both layers. `commit` is the layer kept as a ref; given as a function it is made under the journal, so
   * that a kill leaves no ref behind for a worktree that stands.
   */
  readonly archive: {
    readonly id: string;
    readonly ref: string;
    readonly commit: string | ((signal: AbortSignal | undefined) => Promise<string>);
  };
  /** To be deleted with it when it still points there and nobody else uses it. */
  readonly deleteBranch: BranchAt | null;
  readonly signal?: AbortSignal | undefined;
  readonly onDone: OnDone<ArchiveRecord>;
}

/** git's own worktree lock while the two folders move: without it `git worktree prune` would take the second one. */
const lockFile = 'locked';

/**
 * Moves a worktree and its administrative folder into the trash by renames and then deletes the branch, where that was
 * asked for. The caller holds the task's lock, has consent for every loss, and has ended what works there.
 *
 * Order: manifest, git's lock, worktree, administrative folder, branch. As long as the administrative folder is in its
 * place everything goes back when something fails; from then on it goes on.
 * @throws WorktreeError in-use, locked-worktree, changed-meanwhile, cannot-move, cancelled: nothing was changed.
 */
export async function cleanWorktree(deps: TrashDeps, o: CleanOptions): Promise<ArchiveRecord> {
  const { id, ref, commit } = o.archive;
  const journal = await deps.journals.begin<CleanJournal>('clean', {
    ref: o.ref,
    archive: { id, ref, commit: typeof commit === 'string' ? commit : null },
    worktree: o.target.worktree,
    adminDir: o.target.adminDir,
    head: o.target.head,
    branch: o.target.branch,
    deleteBranch: o.deleteBranch,
    trash: null,
    done: false,
  });
  try {
    const made = typeof commit === 'string' ? commit : await commit(o.signal);
    const move = (lost: AbortSignal) => moveIntoTrash(deps, journal, { ...o, commit: made }, lost);
    const record = await deps.locks.withLock(worktreesLock, move, { waitMs: lockWaitMs });
    await o.onDone(record);
    await journal.remove();
    return record;
  } catch (error) {
    return await afterFailure(deps, journal, o, error);
  }
}

/** What a failure leaves is settled at once; only when that fails as well is it left to the next start. */
async function afterFailure(deps: TrashDeps, journal: Journal<CleanJournal>, o: CleanOptions, error: unknown) {
  const settled = await settle(deps, journal.data).catch((second: unknown) => {
    deps.log.warn(`Cleaning ${o.target.worktree} is settled at the next start: ${String(second)}`);
    return null;
  });
  if (settled === null) throw error;
  if (settled.result === null) {
    await journal.remove();
    throw error;
  }
  deps.log.warn(`Cleaning ${o.target.worktree} went on after a failure: ${String(error)}`);
  await o.onDone(settled.result);
  await journal.remove();
  return settled.result;
}

/**
 * Settles a clean-up that was cut off, under the task's lock: undone when its administrative folder is still in its
 * place, finished otherwise. Can itself be killed and run again.
 * @throws WorktreeError, GitError when it has to be tried again later; the journal stays.
 */
export async function recoverClean(
  deps: TrashDeps,
  journal: FoundJournal<CleanJournal>,
  o: { readonly onDone: OnDone<ArchiveRecord> },
): Promise<Recovery<ArchiveRecord>> {
  const settled = await settle(deps, journal.data);
  if (settled.result !== null) await o.onDone(settled.result);
  await journal.remove();
  return settled;
}

async function moveIntoTrash(
  deps: TrashDeps,
  journal: Journal<CleanJournal>,
  o: CleanOptions & { readonly commit: string },
  lost: AbortSignal,
): Promise<ArchiveRecord> {
  const { worktree } = o.target;
  const { id } = o.archive;
  await refuseToClean(deps, o.target, o.deleteBranch);
  const folders = await trashFolders(deps, worktree);
  await refuseUsedId(folders, id);
  let obstacle: unknown = new WorktreeError('cannot-move', `There is no place for ${worktree} in any trash.`);
  for (const folder of folders) {
    lost.throwIfAborted();
    if (o.signal?.aborted) throw new WorktreeError('cancelled', `Cleaning ${worktree} was cancelled.`);
    const trash = path.join(folder, id);
    const archive = { ...journal.data.archive, commit: o.commit };
    await journal.update({ ...journal.data, archive, trash });
    const problem = await tryPlace(deps, journal.data, folder);
    if (problem === null) {
      const record = await finish(deps, journal.data, trash);
      // From here on the archive's ref may be all there is, so no recovery may drop it.
      await journal.update({ ...journal.data, done: true });
      return record;
    }
    obstacle = problem;
  }
  throw obstacle;
}

/**
 * Moves the worktree into one folder for trash.
 * @returns null when it is there, else why this folder cannot take it: another one may do.
 * @throws WorktreeError locked-worktree, cannot-move when no other folder would do either.
 */
async function tryPlace(deps: TrashDeps, data: CleanJournal, folder: string): Promise<unknown> {
  const trash = path.join(folder, data.archive.id);
  try {
    await makeTrash(folder, data.archive.id);
    const record = recordOf(data, trash, false);
    const admin = path.join(trash, trashParts.admin);
    await writeManifest(trash, data.ref, { record, adminDir: data.adminDir, admin });
    await keepOwnObjects(deps, { ...data, commit: record.commit, trash });
  } catch (error) {
    await removeEmptyTrash(trash);
    return error;
  }
  await lockWorktree(deps, data);
  if (await moveFolder(data.worktree, path.join(trash, trashParts.worktree))) return null;
  await unlockWorktree(data.adminDir, data.archive.id);
  await removeEmptyTrash(trash);
  return onAnotherDisk(data.worktree, trash);
}

/** From the worktree in the trash to the end. Each step looks whether it was done already. */
async function finish(deps: TrashDeps, data: CleanJournal, trash: string): Promise<ArchiveRecord> {
  const { id } = data.archive;
  const admin = (await findAdmin(deps.layout, trash, id)) ?? (await moveAdmin(deps, data, trash));
  if (admin !== null) {
    await unlockWorktree(admin, id);
    await sealDotGit(trash, admin).catch((error: unknown) => {
      deps.log.warn(`${trash} keeps the .git of its worktree: ${String(error)}`);
    });
  }
  const deleted = data.deleteBranch !== null && (await deleteBranch(deps, data.deleteBranch, trash));
  const record = recordOf(data, trash, deleted);
  const facts = { record, adminDir: data.adminDir, admin: admin ?? '' };
  await writeManifest(trash, data.ref, facts).catch((error: unknown) => {
    deps.log.warn(`${trash} has no last manifest: ${String(error)}`);
  });
  return record;
}

/** null: it is neither in its place nor in the trash, so somebody unlocked and pruned it; the ref has what it held. */
async function moveAdmin(deps: TrashDeps, data: CleanJournal, trash: string): Promise<string | null> {
  if (!(await isAdminOf(data.adminDir, data.worktree))) return null;
  const admin = path.join(trash, trashParts.admin);
  if (await moveFolder(data.adminDir, admin)) return admin;
  const inStore = storeTrash(deps.layout, data.archive.id);
  await mkdir(path.dirname(inStore), { mode: 0o700, recursive: true });
  if (await moveFolder(data.adminDir, inStore)) return inStore;
  throw onAnotherDisk(data.adminDir, inStore);
}

async function settle(deps: TrashDeps, data: CleanJournal): Promise<Recovery<ArchiveRecord>> {
  // Nothing was moved yet, so there is nothing to wait for.
  if (data.trash === null) return await settleLocked(deps, data);
  return await deps.locks.withLock(worktreesLock, () => settleLocked(deps, data), { waitMs: lockWaitMs });
}

/** Undone or finished, by what lies where. */
async function settleLocked(deps: TrashDeps, data: CleanJournal): Promise<Recovery<ArchiveRecord>> {
  const { trash, worktree, adminDir, archive } = data;
  const inTrash = trash !== null && (await isRealFolder(path.join(trash, trashParts.worktree)));
  if (inTrash) {
    const back =
      (await isAdminOf(adminDir, worktree)) && (await goBack(path.join(trash, trashParts.worktree), worktree));
    if (!back) {
      const result = await finish(deps, data, trash);
      return { outcome: 'finished', reason: `${worktree} was cleaned; it can be restored.`, result };
    }
  }
  await unlockWorktree(adminDir, archive.id);
  if (trash !== null) await removeEmptyTrash(trash);
  if (data.done || !(await isAdminOf(adminDir, worktree)) || !(await isRealFolder(worktree))) {
    // Restored, deleted or lost since: what is kept of it stays.
    return {
      outcome: 'kept',
      reason: `${worktree} was cleaned, and its trash is gone; ${archive.ref} has what git knew of it.`,
      result: null,
    };
  }
  await dropArchiveRef(deps, archive.ref, archive.commit);
  return { outcome: 'undone', reason: `Cleaning ${worktree} was undone; it is as it was.`, result: null };
}

/** false: something else is there by now. */
async function goBack(from: string, to: string): Promise<boolean> {
  const found = await kindAt(to);
  if (found !== 'nothing' && found !== 'empty-folder') return false;
  if (found === 'empty-folder') await rmdir(to);
  return await moveFolder(from, to);
}

/** Whether the administrative folder is in its place, and not one of another worktree that was given its name. */
async function isAdminOf(adminDir: string, worktree: string): Promise<boolean> {
  const gitdir = await readTrimmed(path.join(adminDir, 'gitdir'));
  return gitdir !== null && path.resolve(adminDir, gitdir) === path.join(worktree, '.git');
}

function lockText(id: string): string {
  return `switchyard: being cleaned (${id})`;
}

async function lockWorktree(deps: TrashDeps, { adminDir, archive }: CleanJournal): Promise<void> {
  const file = path.join(adminDir, lockFile);
  if (await createExclusive(file, `${lockText(archive.id)}\n`, path.join(deps.layout.storeDir, 'cache'))) return;
  throw lockedWorktree(adminDir, await readTrimmed(file));
}

async function unlockWorktree(adminDir: string, id: string): Promise<void> {
  const file = path.join(adminDir, lockFile);
  if ((await readTrimmed(file)) === lockText(id)) await unlink(file).catch(ignoreMissing);
}

/** What lies in a folder of that name would be taken for this worktree. */
async function refuseUsedId(folders: readonly string[], id: string): Promise<void> {
  for (const folder of folders) {
    if ((await kindAt(path.join(folder, id))) === 'nothing') continue;
    throw new WorktreeError('changed-meanwhile', `${path.join(folder, id)} is there already; try again.`);
  }
}

function recordOf(data: CleanJournal, trash: string, branchDeleted: boolean): ArchiveRecord {
  const { archive, deleteBranch: deleted } = data;
  return {
    id: archive.id,
    ref: archive.ref,
    commit: archive.commit ?? '',
    trash,
    worktree: data.worktree,
    // A stopped rebase has no branch checked out, and its branch may be deleted all the same.
    branch: data.branch ?? deleted?.name ?? null,
    branchTip: data.branch === null ? (deleted?.tip ?? null) : data.head,
    branchDeleted,
    head: data.head,
    bytes: null,
  };
}
