import path from 'node:path';
import type { SyncMethod } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { Git } from '../../git/git';
import { gitDirOf, readTrimmed } from '../../git/layoutFiles';
import { TreeMerger } from '../../git/mergeTrees';
import { mergeInMemory, newObjects, type Replayed, replay, shownFiles } from '../../git/replay';
import type { RepositoryLayout } from '../../git/repository';
import { keepObjects } from '../../git/scratchObjects';
import { readInProgress } from '../../git/status';
import { diffTrees } from '../../git/treeDiff';
import type { Log, Settings } from '../../ports';
import type { Journal, Journals } from '../../store/journals';
import { WorktreeError } from '../errors';
import { carry, writeNextIndex } from './carry';
import type { SyncChange, SyncJournal } from './journal';
import { stageSwitch, writePlan } from './plan';
import { readFilesTree, readWorkingTrees } from './snapshot';
import { moveSubmodules, submodulesToMove } from './submodules';
import type { OnStep } from './swap';
import { LeftBehind, switchWorktree } from './switch';
import {
  besideFor,
  isThere,
  makeWorkspace,
  openPrivateGit,
  type PrivateGit,
  retireWorkspace,
  type SyncPaths,
  syncPaths,
} from './workspace';

export interface SyncDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly settings: Settings;
  readonly journals: Journals;
  readonly locks: { withLock<T>(name: string, fn: () => Promise<T>, o?: { waitMs?: number }): Promise<T> };
  /** `<store>/sync` */
  readonly syncDir: string;
  readonly log: Log;
}

export interface SyncRequest {
  /** null: the worktree has the base itself checked out. */
  readonly ref: TaskRef | null;
  /** Real path. */
  readonly worktree: string;
  /** Short name of the branch that has to be checked out there. */
  readonly branch: string;
  /** Commit to come onto, and what people call it. */
  readonly base: string;
  readonly baseName: string;
  /**
   * `forward`: fast-forward only, and files that are changed on both sides hold it, instead of being merged.
   */
  readonly method: SyncMethod | 'forward';
  readonly signal?: AbortSignal | undefined;
  /** Before the journal goes: put it on record. */
  readonly settle?: ((change: SyncChange) => Promise<void>) | undefined;
  readonly onStep?: OnStep | undefined;
}

export type SyncOutcome =
  | {
      readonly result: 'synced';
      readonly method: SyncMethod;
      readonly from: string;
      readonly to: string;
      /** What a human should know besides; null: nothing. */
      readonly note: string | null;
    }
  | { readonly result: 'up-to-date'; readonly head: string }
  /** Nothing was changed. */
  | {
      readonly result: 'conflicting';
      readonly head: string;
      readonly files: readonly string[];
      readonly reason: string;
    }
  | { readonly result: 'held'; readonly head: string | null; readonly reason: string };

const attempts = 3;

/**
 * Brings a worktree onto a moved base: everything is computed in memory first, uncommitted work included, and only
 * when all of it fits are files, branch and index switched, by a journal. Untracked and ignored files are never
 * touched. Must run under the lock of the task. An edit made meanwhile is kept: then it is computed anew.
 * @throws WorktreeError changed-meanwhile when that does not end, in-use; GitError; errors of the file system
 */
export async function syncWorktree(deps: SyncDeps, o: SyncRequest): Promise<SyncOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inWorkspace(deps, o);
    } catch (error) {
      const again = WorktreeError.is(error) && error.reason === 'changed-meanwhile' && attempt < attempts;
      if (!again || o.signal?.aborted) throw error;
      deps.log.info(`${o.worktree} was changed while it was synced; it is tried again.`);
    }
  }
}

/** What one attempt works with. */
interface Attempt {
  readonly deps: SyncDeps;
  readonly o: SyncRequest;
  readonly git: PrivateGit;
  readonly paths: SyncPaths;
  readonly journal: Journal<SyncJournal>;
  readonly gitDir: string;
  readonly head: string;
}

async function inWorkspace(deps: SyncDeps, o: SyncRequest): Promise<SyncOutcome> {
  const standing = await whereItStands(deps, o);
  if ('result' in standing) return standing;
  const { gitDir, head } = standing;
  const data = { ref: o.ref, worktree: o.worktree, gitDir, beside: null, phase: 'preparing', change: null } as const;
  const journal = await deps.journals.begin<SyncJournal>('sync', data);
  const beside = await besideFor(o.worktree, deps.syncDir, journal.id);
  if (beside !== null) await journal.update({ ...data, beside });
  const paths = syncPaths(deps.syncDir, journal.id, beside);
  let keep = false;
  try {
    await makeWorkspace(paths);
    const private_ = { git: deps.git, commonDir: deps.layout.commonDir, skipLfs: deps.settings.skipLfs };
    const git = await openPrivateGit({ ...private_, signal: o.signal }, o.worktree, paths);
    return await attemptSync({ deps, o, git, paths, journal, gitDir, head });
  } catch (error) {
    if (!(error instanceof LeftBehind)) throw error;
    keep = true;
    throw new WorktreeError(
      'changed-meanwhile',
      `${error.files.join(', ')} changed while the worktree was brought onto its base: they are as you left them, and what was there before is in ${paths.kept}.`,
      error.cause,
    );
  } finally {
    const { phase } = journal.data;
    // In any other phase something is left to be done, which the next start does.
    if (keep || phase === 'preparing' || phase === 'done') {
      if (!keep) await retireWorkspace(deps.syncDir, paths);
      await journal.remove();
    }
  }
}

async function whereItStands(
  deps: SyncDeps,
  o: SyncRequest,
): Promise<SyncOutcome | { readonly gitDir: string; readonly head: string }> {
  const gitDir = await gitDirOf(o.worktree);
  if (gitDir === null) return { result: 'held', head: null, reason: `${o.worktree} is no worktree any more` };
  const at = await readTrimmed(path.join(gitDir, 'HEAD'));
  const held = (reason: string, head: string | null = null) => ({ result: 'held', head, reason }) as const;
  if (at === null || !at.startsWith('ref: ')) return held('HEAD is detached');
  if (at !== `ref: refs/heads/${o.branch}`) {
    return held(`it is on the branch ${at.replace(/^ref: (refs\/heads\/)?/, '')}, not on ${o.branch}`);
  }
  const operation = await readInProgress(o.worktree);
  const sequencer = await isThere(path.join(gitDir, 'sequencer'));
  if (operation !== null || sequencer) return held(`a ${operation ?? 'cherry-pick'} is in progress`);
  const asked = await deps.git.run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
    cwd: o.worktree,
    okExitCodes: [0, 1],
  });
  const head = asked.stdout.trim();
  if (head === '') return held('it has no commit yet');
  if (await isAncestor(deps.git, o.worktree, o.base, head)) return { result: 'up-to-date', head };
  return { gitDir, head };
}

async function isAncestor(git: Git, cwd: string, a: string, b: string): Promise<boolean> {
  const { exitCode } = await git.run(['merge-base', '--is-ancestor', a, b], { cwd, okExitCodes: [0, 1] });
  return exitCode === 0;
}

async function attemptSync(a: Attempt): Promise<SyncOutcome> {
  const { deps, o, git, paths, head } = a;
  const merger = new TreeMerger(deps.git, a.gitDir, git.place.env, path.join(paths.folder, 'merge'));
  const commits = await newHead(a, merger);
  if ('result' in commits) return commits;
  const trees = await readWorkingTrees(git, a.gitDir, paths);
  if ('conflicted' in trees) {
    return { result: 'held', head, reason: `the index has conflicts (${shownFiles(trees.conflicted).join(', ')})` };
  }
  const treeOf = async (id: string) => (await git.run(['rev-parse', '--verify', `${id}^{tree}`])).stdout.trim();
  const [from, to] = [await treeOf(head), await treeOf(commits.to)];
  // Uncommitted work is merged where the new commit is checked out.
  if (o.method !== 'forward') await merger.useAttributesOf(to);
  const carrying = { git: deps.git, private: git, paths, merger: o.method === 'forward' ? null : merger };
  const index = await carry(carrying, from, to, trees.index);
  const files = trees.files === trees.index ? index : await carry(carrying, from, to, trees.files);
  if (index.tree === null || files.tree === null) {
    const both = shownFiles([...(index.files ?? []), ...(files.files ?? [])]);
    if (o.method !== 'forward') return conflicting(head, both, 'uncommitted changes do not fit onto the base');
    return { result: 'held', head, reason: `uncommitted changes are in files that it changes (${both.join(', ')})` };
  }
  const staged = await stageSwitch(
    { git: deps.git, private: git, paths, gitDir: a.gitDir },
    o.worktree,
    trees,
    files.tree,
  );
  if ('files' in staged) return inTheWay(o, head, shownFiles(staged.files));
  const change: SyncChange = {
    branch: `refs/heads/${o.branch}`,
    from: head,
    to: commits.to,
    base: o.base,
    method: commits.method,
    message: `switchyard sync: ${commits.what} ${o.baseName}`,
    indexHash: trees.indexHash,
  };
  await keepNew(a, change, { from: trees.index, to: index.tree });
  const flags = new Map([...trees.hidden, ...staged.sparse]);
  await writeNextIndex(carrying, { from: trees.index, to: index.tree }, flags);
  const changes = await diffTrees(deps.git, git.place, trees.files, files.tree);
  const submodules = await submodulesToMove(deps.git, o.worktree, changes);
  await writePlan(paths.plan, staged.plan);
  await a.journal.update({ ...a.journal.data, phase: 'switching', change });
  const { journal } = a;
  await switchWorktree(
    { git: deps.git, private: git, journal, paths, plan: staged.plan, change, recovering: false, onStep: o.onStep },
    async () => (await readFilesTree(git, trees.filesIndex)) === trees.files,
  );
  const note = await moveSubmodules({ ...deps, signal: o.signal }, o.worktree, submodules);
  await o.settle?.(change);
  const why = [commits.note, note].filter((text) => text !== null).join('; ');
  return { result: 'synced', method: change.method, from: head, to: change.to, note: why === '' ? null : why };
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
