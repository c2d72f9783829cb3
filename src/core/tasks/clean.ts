import { createHash, randomBytes } from 'node:crypto';
import type { ArchiveRecord } from '../../contract/events';
import type { CleanJson, Consent, Loss } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { archiveRefName, archiveWorktree } from '../worktrees/archive/archiveRef';
import { folderSize } from '../worktrees/size';
import { cleanWorktree } from '../worktrees/trash/clean';
import { archivesOf, recordCleaned } from './archives';
import { findTask, readRecord, type TaskContext, trashDeps, withTaskLock } from './context';
import { canEnd, endWork } from './endWork';
import type { TaskRecord } from './fold';
import { hasOwnCommits, type Looked, lookAtWorktree } from './lookAtWorktree';
import { recoverMoves } from './recover';
import { refName } from './refs';
import { withScratch } from './scratch';
import { TaskError } from './taskError';

export interface CleanOptions {
  /** Consent: what is nowhere else goes into the trash. Without it a worktree that holds such a thing stays. */
  readonly discardChanges?: boolean | undefined;
  /** Consent: the branch goes although it is not integrated, or was made elsewhere. Without it such a branch stays. */
  readonly deleteBranch?: boolean | undefined;
  /** Consent: processes that the task left there are ended, windows open on it are asked to close. */
  readonly endProcesses?: boolean | undefined;
  /** Only tell; nothing is changed. */
  readonly dryRun?: boolean | undefined;
  /** `lossesFingerprint` of the list that a human consented to: another one by now is refused. */
  readonly expected?: string | undefined;
  /** Refuse what is not integrated with commits of its own. */
  readonly onlyLanded?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Names a list of losses: the same for the same list. */
export function lossesFingerprint(losses: readonly Loss[]): string {
  const list = losses.map(({ kind, path, why }) => [kind, path, why]);
  return createHash('sha256').update(JSON.stringify(list)).digest('hex');
}

/**
 * Cleans a task's worktree: what would be lost is looked up, and unless something needs a consent that was not given
 * the folder goes into the trash and its content under a ref. A task that is cleaned already answers with its archive.
 * @returns `refused` or `needs` say why it stays
 * @throws TaskError `no-task`, `no-worktree`; WorktreeError, GitError: then nothing was changed
 */
export async function clean(context: TaskContext, ref: TaskRef, o: CleanOptions = {}): Promise<CleanJson> {
  // Looking changes nothing, so it needs no lock and waits for nobody.
  if (o.dryRun === true) return (await look(context, ref, o)).answer;
  return withTaskLock(context, ref, () => cleanLocked(context, ref, o));
}

interface Verdict {
  readonly answer: CleanJson;
  /** What there is to clean; null: nothing, or it cannot be. */
  readonly found: { readonly looked: Looked; readonly record: TaskRecord } | null;
}

async function cleanLocked(context: TaskContext, ref: TaskRef, o: CleanOptions): Promise<CleanJson> {
  await recoverMoves(context, ref);
  let { answer, found } = await look(context, ref, o);
  if (found === null || stays(answer)) return answer;
  if (canEnd(found.looked)) {
    const left = await endWork(context, ref, found.looked, o.signal);
    if (left !== null) return { ...answer, refused: left };
    // What has ended may have written something just before.
    const expected = lossesFingerprint(answer.wouldLose);
    ({ answer, found } = await look(context, ref, { ...o, expected, endProcesses: false }));
    if (found === null || stays(answer)) return answer;
  }
  return moveAway(context, ref, { answer, ...found }, o);
}

/** Without the consent to its deletion a branch stays, and the worktree goes. */
function stays({ refused, needs }: CleanJson): boolean {
  return refused !== null || needs.some((consent) => consent !== 'delete-branch');
}

async function moveAway(
  context: TaskContext,
  ref: TaskRef,
  { answer, looked, record }: { answer: CleanJson; looked: Looked; record: TaskRecord },
  o: CleanOptions,
): Promise<CleanJson> {
  const { target, branch } = looked;
  const { events } = context.store;
  if (branch?.integrated.verdict === 'yes' && hasOwnCommits(record, target.head) && record.state !== 'integrated') {
    const reason = `${branch.integrated.by} in ${branch.integrated.into}`;
    await events.appendTask(ref, { kind: 'state', to: 'integrated', reason });
  }
  const bytes = await folderSize(target.worktree, { signal: o.signal });
  const id = newId(context.store.now());
  const archive = await cleanWorktree(trashDeps(context), {
    ref,
    target,
    archive: { id, ref: archiveRefName(ref, id), commit: (signal) => archived(context, ref, id, looked, signal) },
    deleteBranch: branch !== null && deletesBranch(looked, o) ? { name: branch.name, tip: branch.tip } : null,
    signal: o.signal,
    onDone: (done) => recordCleaned(context, ref, { ...done, bytes: done.bytes ?? bytes }),
  });
  return {
    ...answer,
    cleaned: true,
    archive: archiveJson(archive),
    branch: answer.branch === null ? null : { ...answer.branch, deleted: archive.branchDeleted },
  };
}

async function archived(
  context: TaskContext,
  ref: TaskRef,
  id: string,
  { target }: Looked,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { git, layout, host } = context;
  return withScratch(context, async (scratchDir) => {
    const { commit, leftOut } = await archiveWorktree({ git, layout, scratchDir }, target, { id, ref, signal });
    for (const { path, why } of leftOut) host.log.info(`${path} of ${refName(ref)} is only in the trash: ${why}.`);
    return commit;
  });
}

/** Sorts by time, is a plain name everywhere, and two of one second differ. */
function newId(now: Date): string {
  const at = now.toISOString().replace(/[-:]/g, '').slice(0, 15).toLowerCase();
  return `${at}-${randomBytes(4).toString('hex')}`;
}

function archiveJson({ id, trash, ref, commit }: ArchiveRecord): CleanJson['archive'] {
  return { id, trash, ref, commit };
}

/** What would happen with these consents. */
async function look(context: TaskContext, ref: TaskRef, o: CleanOptions): Promise<Verdict> {
  const record = await readRecord(context, ref);
  const archive = (await archivesOf(context, ref)).at(-1)?.archive;
  if (record?.worktree == null) {
    if (archive !== undefined && (record === null || record.state === 'cleaned')) {
      return { found: null, answer: { ...nothing(ref), cleaned: true, archive: archiveJson(archive) } };
    }
    if (record === null) await findTask(context, ref);
    throw new TaskError('no-worktree', `${refName(ref)} has no worktree, so there is nothing to clean.`);
  }
  const looked = await lookAtWorktree(context, ref, record, o);
  if (typeof looked === 'string') return { found: null, answer: { ...nothing(ref), refused: looked } };
  return { found: { looked, record }, answer: answerTo(ref, looked, o) };
}

function nothing(ref: TaskRef): CleanJson {
  return { ...ref, cleaned: false, archive: null, wouldLose: [], needs: [], branch: null, refused: null };
}

function answerTo(ref: TaskRef, looked: Looked, o: CleanOptions): CleanJson {
  const { survey, branch } = looked;
  const needs: Consent[] = [];
  if (survey.discards && o.discardChanges !== true) needs.push('discard-changes');
  if (branch !== null && !branch.deletable && o.deleteBranch !== true) needs.push('delete-branch');
  if (canEnd(looked) && o.endProcesses !== true) needs.push('end-processes');
  return {
    ...nothing(ref),
    wouldLose: survey.losses,
    needs,
    works: worksOf(looked),
    branch:
      branch === null ? null : { name: branch.name, deleted: deletesBranch(looked, o), integrated: branch.integrated },
    refused: looked.refused ?? changedSince(ref, looked, o),
  };
}

function worksOf({ own, windows }: Looked): string[] {
  return [
    ...own.map(({ name, pid }) => `${name} (process ${pid})`),
    ...windows.map(({ window, pid }) => `window of ${window ?? `process ${pid}`}`),
  ];
}

function deletesBranch({ branch }: Looked, o: CleanOptions): boolean {
  return branch !== null && !branch.isBase && (branch.deletable || o.deleteBranch === true);
}

function changedSince(ref: TaskRef, looked: Looked, o: CleanOptions): string | null {
  if (o.expected === undefined || o.expected === lossesFingerprint(looked.survey.losses)) return null;
  return `What ${refName(ref)} would lose has changed since it was shown: look at it again.`;
}
