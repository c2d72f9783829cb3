import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import { joinPaths } from '../../git/bytePath';
import { branchNameProblem } from '../../git/refNames';
import { resolveCommit } from '../../git/refs';
import { streamName } from '../../store/names';
import { WorktreeError } from '../errors';
import { errorCode } from '../paths';
import { type CleanDeps, type Reading, readWorktree } from '../state/reading';
import type { CleanTarget } from '../state/target';
import { parentsOf } from './archiveParents';
import { readIntentToAdd, writeIndexTree, writeStagesTree, writeWorktreeTree } from './archiveTrees';
import { type Manifest, messageOf } from './manifest';

export interface Archived {
  readonly ref: string;
  readonly commit: string;
  /** What only the trash keeps. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Keeps a worktree's state in `refs/switchyard/archive/<plan>/<task>/<id>`, so that even a lost trash is not the end.
 * The commit's tree holds `worktree/` (tracked and untracked files as they are on the disk), `index/` (what is staged)
 * and, with conflicts, `index-stages/<n>/`; its parents are HEAD, the branch's tip and every commit that git's own files
 * of this worktree name, so that `gc` drops none of them. Nothing ignored enters. Neither the worktree nor its index is
 * touched. About ten short git processes.
 * @param o.reading what was read for the survey just now; absent: it is read
 * @throws WorktreeError exists, bad-name, git-failed; GitError; StoreError bad-name
 */
export async function archiveWorktree(
  deps: CleanDeps,
  target: CleanTarget,
  o: {
    readonly id: string;
    readonly ref: TaskRef;
    readonly reading?: Reading | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Archived> {
  const ref = archiveRefName(o.ref, o.id);
  const branchTip =
    target.branch === null ? null : await resolveCommit(deps.git, target.worktree, `refs/heads/${target.branch}`);
  const [{ parents, leftOut: commits }, { dirt, keep }] = await Promise.all([
    parentsOf(deps, target, branchTip, o.signal),
    o.reading ?? readWorktree(deps, target, o.signal),
  ]);
  const [worktree, index, stages, hasIndex, sparse] = await Promise.all([
    writeWorktreeTree(deps, target, keep, o.signal),
    writeIndexTree(deps, target, dirt, keep, o.signal),
    writeStagesTree(deps, target, dirt.stages, o.signal),
    isThere(path.join(target.adminDir, 'index')),
    readIfThere(path.join(target.adminDir, 'info', 'sparse-checkout')),
  ]);
  const tree = await writeTree(deps, target, { worktree, index, 'index-stages': stages }, o.signal);
  const leftOut = [...keep.leftOut, ...commits];
  const manifest: Manifest = {
    v: 1,
    head: target.head,
    branch: target.branch,
    branchTip,
    hasIndex,
    intentToAdd: await readIntentToAdd(deps, target, { dirt, keep }, index, o.signal),
    assumeUnchanged: [...dirt.assumeUnchanged],
    // Where a sparse checkout made them they can be very many, and its patterns say the same.
    skipWorktree: sparse === null ? [...dirt.skipWorktree] : [],
    absent: sparse === null ? [...dirt.absent] : [],
    sparse,
    modes: keep.modes.map(([file, mode]) => [file, mode]),
    leftOut,
  };
  const commit = await writeCommit(deps, target, { tree, parents, message: messageOf(o.ref, manifest) }, o.signal);
  await createRef(deps, target, ref, commit);
  return { ref, commit, leftOut };
}

/** @throws WorktreeError bad-name; StoreError bad-name */
export function archiveRefName(ref: TaskRef, id: string): string {
  streamName(ref);
  const problem = id.includes('/') ? 'it holds a slash' : branchNameProblem(id);
  if (problem !== null) {
    throw new WorktreeError('bad-name', `${JSON.stringify(id)} cannot name an archive: ${problem}; choose another id.`);
  }
  return `refs/switchyard/archive/${ref.plan}/${ref.task}/${id}`;
}

async function writeTree(
  { git }: CleanDeps,
  target: CleanTarget,
  trees: Readonly<Record<string, string | null>>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const entries = Object.entries(trees).flatMap(([name, id]) => (id === null ? [] : [`040000 tree ${id}\t${name}`]));
  const { stdout } = await git.run(['mktree', '-z'], {
    cwd: target.worktree,
    read: false,
    input: joinPaths(entries),
    signal,
  });
  return stdout.trim();
}

/**
 * Through `hash-object`, not `commit-tree`: that one wants an identity from a user who may have configured none, and
 * parents as arguments, of which a long reflog has too many for a command line.
 */
async function writeCommit(
  { git }: CleanDeps,
  target: CleanTarget,
  o: { readonly tree: string; readonly parents: readonly string[]; readonly message: string },
  signal: AbortSignal | undefined,
): Promise<string> {
  const who = `Switchyard <switchyard@localhost> ${Math.floor(Date.now() / 1000)} +0000`;
  const lines = [`tree ${o.tree}`, ...o.parents.map((id) => `parent ${id}`), `author ${who}`, `committer ${who}`];
  const input = `${lines.join('\n')}\n\n${o.message}`;
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin'];
  return (await git.run(args, { cwd: target.worktree, read: false, input, signal })).stdout.trim();
}

/** Zeros as the old value: an archive that is there already is never replaced. */
async function createRef({ git }: CleanDeps, target: CleanTarget, ref: string, commit: string): Promise<void> {
  const nothing = '0'.repeat(commit.length);
  const args = ['update-ref', '--no-deref', ref, commit, nothing];
  try {
    await git.run(args, { cwd: target.worktree, read: false });
  } catch (error) {
    if ((await resolveCommit(git, target.worktree, ref)) === null) throw error;
    throw new WorktreeError('exists', `The archive ${ref} is there already; choose another id.`, error);
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
