import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import { branchNameProblem } from '../../git/refNames';
import { resolveCommit } from '../../git/refs';
import { streamName } from '../../store/names';
import { WorktreeError } from '../errors';
import { errorCode } from '../paths';
import { namedIds, reflogIds } from './admin';
import { type BytePath, joinPaths } from './bytePath';
import type { Dirt, StageEntry } from './dirt';
import { plainIndex, withIndexCopy, withNewIndex } from './indexCopy';
import type { Keep } from './keep';
import { type Manifest, messageOf } from './manifest';
import { type CleanDeps, type Reading, readWorktree } from './reading';
import type { CleanTarget } from './target';

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
  const [parents, { dirt, keep }] = await Promise.all([
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
  const manifest: Manifest = {
    v: 1,
    head: target.head,
    branch: target.branch,
    branchTip,
    hasIndex,
    intentToAdd: dirt.changes.filter(isIntentToAdd).map(({ path }) => path),
    assumeUnchanged: [...dirt.assumeUnchanged],
    // Where a sparse checkout made them they can be very many, and its patterns say the same.
    skipWorktree: sparse === null ? [...dirt.skipWorktree] : [],
    sparse,
    modes: keep.modes.map(([file, mode]) => [file, mode]),
    leftOut: [...keep.leftOut],
  };
  const commit = await writeCommit(deps, target, { tree, parents, message: messageOf(o.ref, manifest) }, o.signal);
  await createRef(deps, target, ref, commit);
  return { ref, commit, leftOut: keep.leftOut };
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

/**
 * HEAD, the branch's tip, and of the other commits that are named those that no other one leads to. One process.
 * @throws GitError when history cannot be walked
 */
async function parentsOf(
  { git, layout }: CleanDeps,
  target: CleanTarget,
  branchTip: string | null,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const first = [...new Set([target.head, branchTip].filter((id) => id !== null))];
  const ids = new Set(await namedIds(git, target));
  if (target.branch !== null) for (const id of await reflogIds(layout.commonDir, target.branch)) ids.add(id);
  for (const id of first) ids.delete(id);
  if (ids.size === 0) return first;
  const args = [
    'rev-list',
    '--ignore-missing',
    '--parents',
    '--stdin',
    ...(first.length > 0 ? ['--not', ...first] : []),
  ];
  const input = [...ids].map((id) => `${id}\n`).join('');
  const { stdout } = await git.run(args, { cwd: target.worktree, input, signal });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const below = new Set(lines.flatMap((line) => line.split(' ').slice(1)));
  const commits = lines.map((line) => line.split(' ', 1)[0] ?? '');
  return [...first, ...commits.filter((commit) => !below.has(commit))];
}

/** The files as they are on the disk, through git's own filters. */
function writeWorktreeTree(
  deps: CleanDeps,
  target: CleanTarget,
  keep: Keep,
  signal: AbortSignal | undefined,
): Promise<string> {
  return withIndexCopy(deps, target, async (env) => {
    await removeEntries(deps, target, env, keep.remove, signal);
    if (keep.add.length > 0) {
      // `--remove`: a file that vanished just now is no error.
      const args = ['-c', 'core.safecrlf=false', 'update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
      await deps.git.run([...plainIndex, ...args], {
        cwd: target.worktree,
        env,
        read: false,
        input: joinPaths(keep.add),
        timeoutMs: longMs,
        signal,
      });
    }
    return treeOf(deps, target, env, signal);
  });
}

/** Large files take their time. */
const longMs = 600_000;

/** What is staged; paths in conflict are in none of its entries. */
function writeIndexTree(
  deps: CleanDeps,
  target: CleanTarget,
  dirt: Dirt,
  keep: Keep,
  signal: AbortSignal | undefined,
): Promise<string> {
  return withIndexCopy(deps, target, async (env) => {
    const conflicted = new Set(dirt.stages.map((entry) => entry.path));
    await removeEntries(deps, target, env, [...conflicted, ...keep.unstage], signal);
    return treeOf(deps, target, env, signal);
  });
}

async function writeStagesTree(
  deps: CleanDeps,
  target: CleanTarget,
  stages: readonly StageEntry[],
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (stages.length === 0) return null;
  return withNewIndex(deps, async (env) => {
    const lines = stages.map((entry) => `${entry.mode} ${entry.id} 0\t${entry.stage}/${entry.path}`);
    const args = [...plainIndex, 'update-index', '-z', '--index-info'];
    await deps.git.run(args, { cwd: target.worktree, env, read: false, input: joinPaths(lines), signal });
    return treeOf(deps, target, env, signal);
  });
}

async function removeEntries(
  { git }: CleanDeps,
  target: CleanTarget,
  env: Record<string, string>,
  paths: readonly BytePath[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (paths.length === 0) return;
  const args = [...plainIndex, 'update-index', '--force-remove', '-z', '--stdin'];
  await git.run(args, { cwd: target.worktree, env, read: false, input: joinPaths(paths), signal });
}

async function treeOf(
  { git }: CleanDeps,
  target: CleanTarget,
  env: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<string> {
  // `--missing-ok`: in a partial clone objects that nobody needed yet would be fetched one by one.
  const args = [...plainIndex, 'write-tree', '--missing-ok'];
  const { stdout } = await git.run(args, { cwd: target.worktree, env, read: false, signal });
  return stdout.trim();
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

function isIntentToAdd(change: Dirt['changes'][number]): boolean {
  return change.unstaged === 'A' && change.staged === '.';
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
