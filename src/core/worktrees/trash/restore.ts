import { mkdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveRecord, LeftOut } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import { resolveCommit } from '../../git/refs';
import { listWorktrees } from '../../git/worktreeList';
import type { FoundJournal, Journal } from '../../store/journals';
import { WorktreeError } from '../errors';
import { lockWaitMs, worktreesLock } from '../lock';
import { kindAt } from '../paths';
import { branchTip, dropArchiveRef, makeBranch, restoreReflog, unmakeBranch } from './branch';
import type { BranchAt, OnDone, Recovery, RestoreJournal, TrashDeps } from './journal';
import { moveFolder, onAnotherDisk } from './move';
import { returnOwnObjects } from './objects';
import { notInRef, rebuildFromRef, rebuiltFolder } from './restoreFromRef';
import { pointAtAdmin, returnAdmin } from './returnAdmin';
import {
  findAdmin,
  findTrash,
  isRealFolder,
  keptGitDir,
  removeEmptyTrash,
  sealDotGit,
  trashParts,
  trashRoot,
  unsealDotGit,
} from './trash';

export interface RestoreOptions {
  readonly ref: TaskRef;
  readonly record: ArchiveRecord;
  readonly signal?: AbortSignal | undefined;
  readonly onDone: OnDone<RestoredWorktree>;
}

export interface RestoredWorktree {
  /** Id of the archive it came from. */
  readonly archive: string;
  readonly worktree: string;
  /** null: HEAD is detached. */
  readonly branch: string | null;
  /** null: there is no commit yet. */
  readonly head: string | null;
  /** `ref`: the trash was lost; the archive's ref is kept then, because it may know commits that nothing else does. */
  readonly from: 'trash' | 'ref';
  readonly leftOut: readonly LeftOut[];
}

/**
 * Brings a cleaned worktree back by the same renames; when its trash is lost, what git knew of it is made anew from the
 * archive's ref. The caller holds the task's lock.
 *
 * Order: branch, `.git`, worktree, administrative folder, reflog. Until the worktree is in its place everything goes
 * back when something fails; from then on it goes on.
 * @throws WorktreeError changed-meanwhile when its place or branch is taken, nothing-to-restore, cannot-move, cancelled:
 * nothing was changed.
 */
export async function restoreWorktree(deps: TrashDeps, o: RestoreOptions): Promise<RestoredWorktree> {
  const data = await planRestore(deps, o);
  await refuseTaken(deps, data);
  const journal = await deps.journals.begin<RestoreJournal>('restore', data);
  try {
    if (data.from === 'ref') await rebuildFromRef(deps, data, o.signal);
    const restored = await deps.locks.withLock(
      worktreesLock,
      async (lost) => {
        const makeBranch = await refuseTaken(deps, data);
        lost.throwIfAborted();
        if (o.signal?.aborted) throw new WorktreeError('cancelled', `Restoring ${data.worktree} was cancelled.`);
        await journal.update({ ...data, makeBranch, moving: true });
        await moveOut(deps, journal.data);
        return await finish(deps, journal.data);
      },
      { waitMs: lockWaitMs },
    );
    await o.onDone(restored);
    await journal.remove();
    return restored;
  } catch (error) {
    return await afterFailure(deps, journal, o, error);
  }
}

async function afterFailure(deps: TrashDeps, journal: Journal<RestoreJournal>, o: RestoreOptions, error: unknown) {
  const settled = await settle(deps, journal.data).catch((second: unknown) => {
    deps.log.warn(`Restoring ${journal.data.worktree} is settled at the next start: ${String(second)}`);
    return null;
  });
  if (settled === null) throw error;
  if (settled.result === null) {
    await journal.remove();
    throw error;
  }
  deps.log.warn(`Restoring ${journal.data.worktree} went on after a failure: ${String(error)}`);
  await o.onDone(settled.result);
  await journal.remove();
  return settled.result;
}

/**
 * Settles a restore that was cut off, under the task's lock: undone while the worktree is still in the trash, finished
 * otherwise. Can itself be killed and run again.
 * @throws WorktreeError, GitError when it has to be tried again later; the journal stays.
 */
export async function recoverRestore(
  deps: TrashDeps,
  journal: FoundJournal<RestoreJournal>,
  o: { readonly onDone: OnDone<RestoredWorktree> },
): Promise<Recovery<RestoredWorktree>> {
  const settled = await settle(deps, journal.data);
  if (settled.result !== null) await o.onDone(settled.result);
  await journal.remove();
  return settled;
}

async function planRestore(deps: TrashDeps, { ref, record }: RestoreOptions): Promise<RestoreJournal> {
  const found = await findTrash(deps, record);
  const admin = found === null ? null : await findAdmin(deps.layout, found, record.id);
  const worktree = await destination(deps, record);
  const plan = { ref, record, worktree, makeBranch: null, moving: false };
  if (found !== null && admin !== null) {
    const gitDir = path.resolve(record.worktree, (await keptGitDir(found)) ?? path.basename(worktree));
    return { ...plan, from: 'trash', trash: found, adminDir: gitDir };
  }
  const adminDir = path.join(deps.layout.commonDir, 'worktrees', path.basename(worktree));
  return { ...plan, from: 'ref', trash: await rebuiltFolder(deps, record, worktree), adminDir };
}

/** Where it was; under the present root when the folders were moved since. */
async function destination(deps: TrashDeps, record: ArchiveRecord): Promise<string> {
  if (await isRealFolder(path.dirname(record.worktree))) return record.worktree;
  const root = await trashRoot(deps);
  return root !== null && (await isRealFolder(root))
    ? path.join(root, path.basename(record.worktree))
    : record.worktree;
}

/**
 * @returns the branch that is missing and has to be made, or null.
 * @throws WorktreeError changed-meanwhile
 */
async function refuseTaken(deps: TrashDeps, { record, worktree }: RestoreJournal): Promise<BranchAt | null> {
  const found = await kindAt(worktree);
  if (found === 'folder' || found === 'other') {
    throw new WorktreeError('changed-meanwhile', `${worktree} is there again; move it out of the way, then restore.`);
  }
  const all = await listWorktrees(deps.git, deps.layout);
  if (all.some((each) => each.path === worktree)) {
    throw new WorktreeError(
      'changed-meanwhile',
      `git knows another worktree at ${worktree}; forget that with git worktree prune, then restore.`,
    );
  }
  const { branch: name, branchTip: tip } = record;
  if (name === null || tip === null) return null;
  const holder = all.find((each) => each.branch === name);
  if (holder !== undefined) {
    throw new WorktreeError(
      'changed-meanwhile',
      `The branch ${name} is checked out in ${holder.path}; switch to another branch there, then restore.`,
    );
  }
  const now = await branchTip(deps, name);
  if (now === null) return { name, tip };
  if (now === tip) return null;
  throw new WorktreeError(
    'changed-meanwhile',
    `The branch ${name} is at ${now.slice(0, 12)} now, not at ${tip.slice(0, 12)}; rename it, then restore.`,
  );
}

/** Out of the trash, into its place. */
async function moveOut(deps: TrashDeps, data: RestoreJournal): Promise<void> {
  if (data.makeBranch !== null && !(await makeBranch(deps, data.makeBranch))) {
    throw new WorktreeError(
      'changed-meanwhile',
      `The branch ${data.makeBranch.name} could not be made again; see which branch is in its way, then restore.`,
    );
  }
  await returnOwnObjects(deps, data.trash);
  await unsealDotGit(data.trash);
  const from = path.join(data.trash, trashParts.worktree);
  await pointAtAdmin(deps, data, from);
  await mkdir(path.dirname(data.worktree), { recursive: true });
  if ((await kindAt(data.worktree)) === 'empty-folder') await rmdir(data.worktree);
  if (!(await moveFolder(from, data.worktree))) throw onAnotherDisk(from, data.worktree);
}

/** From the worktree in its place to the end. Each step looks whether it was done already. */
async function finish(deps: TrashDeps, data: RestoreJournal): Promise<RestoredWorktree> {
  await returnAdmin(deps, data);
  if (data.makeBranch !== null) await restoreReflog(deps, data.makeBranch.name, data.trash);
  await removeEmptyTrash(data.trash);
  const head = await resolveCommit(deps.git, data.worktree, 'HEAD');
  const on = (await listWorktrees(deps.git, deps.layout)).find((each) => each.path === data.worktree);
  if (data.from === 'trash') await dropArchiveRef(deps, data.record.ref, data.record.commit);
  const { worktree, from, record } = data;
  const leftOut = from === 'ref' ? await notInRef(deps, record) : [];
  return { archive: record.id, worktree, branch: on?.branch ?? null, head, from, leftOut };
}

async function settle(deps: TrashDeps, data: RestoreJournal): Promise<Recovery<RestoredWorktree>> {
  return await deps.locks.withLock(worktreesLock, () => settleLocked(deps, data), { waitMs: lockWaitMs });
}

async function settleLocked(deps: TrashDeps, data: RestoreJournal): Promise<Recovery<RestoredWorktree>> {
  const { trash, worktree } = data;
  if (!data.moving || (await isRealFolder(path.join(trash, trashParts.worktree)))) {
    await undo(deps, data);
    return { outcome: 'undone', reason: `Restoring ${worktree} was undone; it can be restored again.`, result: null };
  }
  if (!(await isRealFolder(worktree))) {
    return { outcome: 'kept', reason: `${worktree} is gone since it was restored.`, result: null };
  }
  const result = await finish(deps, data);
  return { outcome: 'finished', reason: `${worktree} was restored.`, result };
}

async function undo(deps: TrashDeps, data: RestoreJournal): Promise<void> {
  if (data.makeBranch !== null) await unmakeBranch(deps, data.makeBranch);
  if (data.from === 'ref') {
    // Made by the restore itself, out of the archive's commit, and never shown to anybody.
    await rm(data.trash, { recursive: true, force: true });
    return;
  }
  const admin = await findAdmin(deps.layout, data.trash, data.record.id);
  if (admin !== null) await sealDotGit(data.trash, admin);
}
