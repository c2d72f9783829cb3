import path from 'node:path';
import type { SyncMethod } from '../../../contract/events';
import type { Git } from '../../git/git';
import { TreeMerger } from '../../git/mergeTrees';
import { mergeInMemory, newObjects, type Replayed, replay, shownFiles } from '../../git/replay';
import { keepObjects } from '../../git/scratchObjects';
import { diffTrees } from '../../git/treeDiff';
import type { Journal } from '../../store/journals';
import { carry, writeNextIndex } from './carry';
import type { SyncChange, SyncJournal } from './journal';
import { type InTheWay, type StagedSwitch, stageSwitch, writePlan } from './plan';
import type { SyncDeps, SyncOutcome, SyncRequest } from './request';
import { readFilesTree, readWorkingTrees, type WorkingTrees } from './snapshot';
import { moveSubmodules, submodulesToMove } from './submodules';
import { switchWorktree } from './switch';
import type { PrivateGit, SyncPaths } from './workspace';

/** What one attempt works with. */
export interface Attempt {
  readonly deps: SyncDeps;
  readonly o: SyncRequest;
  readonly git: PrivateGit;
  readonly paths: SyncPaths;
  readonly journal: Journal<SyncJournal>;
  readonly gitDir: string;
  readonly head: string;
}

/**
 * Computes everything; and when all of it fits, switches. Until then nothing but our own workspace was written.
 * @throws WorktreeError changed-meanwhile, in-use; GitError; LeftBehind; errors of the file system
 */
export async function attemptSync(a: Attempt): Promise<SyncOutcome> {
  const { deps, o, git, paths, head } = a;
  const merger = new TreeMerger(deps.git, a.gitDir, git.place.env, path.join(paths.folder, 'merge'));
  const commits = await newHead(a, merger);
  if ('result' in commits) return commits;
  const trees = await readWorkingTrees(git, a.gitDir, paths);
  if ('conflicted' in trees) {
    return { result: 'held', head, reason: `the index has conflicts (${shownFiles(trees.conflicted).join(', ')})` };
  }
  const carried = await carryWork(a, merger, trees, commits.to);
  if ('result' in carried) return carried;
  const staged = await stageSwitch(
    { ...deps, private: git, paths, gitDir: a.gitDir },
    o.worktree,
    trees,
    carried.files,
  );
  if (isInTheWay(staged)) return inTheWay(o, head, shownFiles(staged.files));
  const change: SyncChange = {
    branch: `refs/heads/${o.branch}`,
    from: head,
    to: commits.to,
    base: o.base,
    method: commits.method,
    message: `switchyard sync: ${commits.what} ${o.baseName}`,
    indexHash: trees.indexHash,
  };
  const note = await takeIt(a, trees, carried, staged, change);
  await o.settle?.(change);
  const why = [commits.note, note].filter((text) => text !== null).join('; ');
  return { result: 'synced', method: change.method, from: head, to: change.to, note: why === '' ? null : why };
}

function isInTheWay(staged: StagedSwitch | InTheWay): staged is InTheWay {
  return 'files' in staged;
}

/** Index and files as they will be. */
interface CarriedWork {
  readonly index: string;
  readonly files: string;
}

async function carryWork(
  a: Attempt,
  merger: TreeMerger,
  trees: WorkingTrees,
  newCommit: string,
): Promise<CarriedWork | SyncOutcome> {
  const { deps, o, git, paths, head } = a;
  const treeOf = async (id: string) => (await git.run(['rev-parse', '--verify', `${id}^{tree}`])).stdout.trim();
  const [from, to] = [await treeOf(head), await treeOf(newCommit)];
  const forward = o.method === 'forward';
  // Uncommitted work is merged where the new commit is checked out.
  if (!forward) await merger.useAttributesOf(to);
  const carrying = { git: deps.git, private: git, paths, merger: forward ? null : merger };
  const index = await carry(carrying, from, to, trees.index);
  const files = trees.files === trees.index ? index : await carry(carrying, from, to, trees.files);
  if (index.tree !== null && files.tree !== null) return { index: index.tree, files: files.tree };
  const both = shownFiles([...(index.files ?? []), ...(files.files ?? [])]);
  if (!forward) return conflicting(head, both, 'uncommitted changes do not fit onto the base');
  return { result: 'held', head, reason: `uncommitted changes are in files that it changes (${both.join(', ')})` };
}

/** From here on there is something to lose: objects, journal, switch. @returns a note for a human */
async function takeIt(
  a: Attempt,
  trees: WorkingTrees,
  carried: CarriedWork,
  { plan, sparse }: StagedSwitch,
  change: SyncChange,
): Promise<string | null> {
  const { deps, o, git, paths, journal } = a;
  const index = { from: trees.index, to: carried.index };
  await keepNew(a, change, index);
  await writeNextIndex({ git: deps.git, private: git, paths }, index, new Map([...trees.hidden, ...sparse]));
  const changes = await diffTrees(deps.git, git.place, trees.files, carried.files);
  const submodules = await submodulesToMove(deps.git, o.worktree, changes);
  await writePlan(paths.plan, plan);
  await journal.update({ ...journal.data, phase: 'switching', change });
  await switchWorktree(
    { git: deps.git, private: git, journal, paths, plan, change, recovering: false, onStep: o.onStep },
    async () => (await readFilesTree(git, trees.filesIndex)) === trees.files,
  );
  return moveSubmodules({ ...deps, signal: o.signal }, o.worktree, submodules);
}

function conflicting(head: string, files: readonly string[], reason: string): SyncOutcome {
  return { result: 'conflicting', head, files, reason };
}

function inTheWay(o: SyncRequest, head: string, files: readonly string[]): SyncOutcome {
  const reason = `files that git does not track are in the way (${files.join(', ')})`;
  if (o.method === 'forward') return { result: 'held', head, reason };
  return conflicting(head, files, reason);
}

interface NewHead {
  readonly to: string;
  readonly method: SyncMethod;
  /** For the reflog, before the base's name. */
  readonly what: string;
  readonly note: string | null;
}

/** The commit that the branch will have, in the scratch store. */
async function newHead(a: Attempt, merger: TreeMerger): Promise<NewHead | SyncOutcome> {
  const { deps, o, git, head } = a;
  const method = o.method === 'merge' ? 'merge' : 'rebase';
  if (await isAncestor(deps.git, o.worktree, head, o.base)) {
    return { to: o.base, method, what: 'fast-forward to', note: null };
  }
  if (o.method === 'forward') return { result: 'held', head, reason: `${o.branch} and ${o.baseName} have diverged` };
  const place = { git: deps.git, at: git.place, merger, signal: o.signal };
  const merges = await git.run(['rev-list', '--merges', '--count', `${o.base}..${head}`, '--']);
  const hasMerges = merges.stdout.trim() !== '0';
  const by: SyncMethod = hasMerges ? 'merge' : method;
  const names = { theirs: mergedName(o.baseName), ours: o.branch };
  const done: Replayed =
    by === 'merge' ? await mergeInMemory(place, head, o.base, names) : await replay(place, o.base, head);
  if (done.kind === 'conflict') {
    const where = by === 'merge' ? 'merging' : `replaying ${done.commit.slice(0, 10)}`;
    return conflicting(head, shownFiles(done.files), `${where} conflicts with ${o.baseName}`);
  }
  // A rebase would flatten merges, and lose how their conflicts were resolved.
  const note = by === method ? null : 'merged, because the branch holds merge commits';
  return { to: done.head, method: by, what: by === 'merge' ? 'merge' : 'rebase onto', note };
}

function mergedName(baseName: string): string {
  if (/^[0-9a-f]{40,64}$/.test(baseName)) return `commit '${baseName}'`;
  return baseName.includes('/') ? `remote-tracking branch '${baseName}'` : `branch '${baseName}'`;
}

/** The objects of the new commits, and what will be staged, go into the repository's store; nothing else does. */
async function keepNew(a: Attempt, change: SyncChange, index: { from: string; to: string }): Promise<void> {
  const { deps, git } = a;
  const commits =
    change.to === change.base ? [] : await newObjects(deps.git, git.place, change.to, [change.from, change.base]);
  const staged = (await diffTrees(deps.git, git.place, index.from, index.to)).flatMap(({ next }) =>
    next === null || next.mode === '160000' ? [] : [next.id],
  );
  await keepObjects(deps.git, git.place, git.scratch, [...commits, ...staged]);
}

export async function isAncestor(git: Git, cwd: string, a: string, b: string): Promise<boolean> {
  const { exitCode } = await git.run(['merge-base', '--is-ancestor', a, b], { cwd, okExitCodes: [0, 1] });
  return exitCode === 0;
}
