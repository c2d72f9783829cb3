import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { createEngine } from '../../conflicts/matrix/engine';
import { createMerger } from '../../conflicts/merge/merger';
import type { MatrixState, ScratchPlace } from '../../conflicts/parts';
import { openScratch } from '../../conflicts/scratch/scratch';
import type { Side, Subject } from '../../conflicts/side';
import { createSnapshots } from '../../conflicts/snapshot/snapshots';
import { joinsTrain, mergeOrderOf } from '../../conflicts/train/mergeOrder';
import { createTrain } from '../../conflicts/train/train';
import { GitError } from '../../git/errors';
import type { TaskContext } from '../context';
import { leasesByName } from '../snapshot';
import { committedSides } from './committedSides';
import { composeMatrix } from './composeMatrix';
import { messageOf } from './looker';
import { type FoundSubjects, findSubjects, type SubjectOptions } from './subjects';
import type { ConflictTools } from './tools';

export interface ReadConflictsOptions extends SubjectOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The whole matrix as it is at this moment, computed here and now, whatever a window knows. Reads the repository, and
 * writes to the scratch store alone.
 * @throws TaskError `bad-ref` for a name in `refs` that is none; GitError, `bad-ref` for a `base` that is none,
 *   `cancelled`
 */
export async function readConflicts(context: TaskContext, o: ReadConflictsOptions = {}): Promise<MatrixState> {
  const began = performance.now();
  const before = context.git.started;
  const { committed, ...wanted } = o;
  const [tools, found] = await Promise.all([openTools(context), findSubjects(context, wanted)]);
  const live = await liveWorktrees(context, found);
  return tools.scratch.use(async (at) => {
    const sides = await lookAtAll(context, tools, at, { found, committed: committed === true, signal: o.signal });
    const bases = await basesOf(context, found, o.signal);
    const { signal } = o;
    const result = await tools.engine.compute(at, { sides, bases, signal });
    const order = orderOf(found, result);
    const train = await tools.train.preview(at, { order, sides, bases, signal });
    const timing = {
      ...result.timing,
      ms: Math.round((performance.now() - began) * 10) / 10,
      gitProcesses: context.git.started - before,
    };
    const mergeOrder = order.map(({ ref }) => ref);
    const nobody = { prior: null, changedAt: new Map<string, string>(), host: context.host };
    return composeMatrix({ found, sides, result, live, mergeOrder, train, timing, ...nobody });
  });
}

async function openTools({ git, layout, host }: TaskContext): Promise<ConflictTools> {
  const deps = { git, layout, log: host.log };
  const merger = createMerger(deps);
  return {
    scratch: await openScratch(deps),
    snapshots: createSnapshots(deps),
    merger,
    engine: createEngine({ ...deps, merger }),
    train: createTrain({ ...deps, merger }),
  };
}

/** Who is merged in which order: the main worktree's branch and the bases are what the others go onto. */
function orderOf(
  { subjects, bases, base, plans }: FoundSubjects,
  { changed, pairs }: Awaited<ReturnType<ConflictTools['engine']['compute']>>,
) {
  const names = new Set([...bases.values(), ...(base === null ? [] : [base])].map(({ name }) => name));
  const joining = subjects.filter((subject) => joinsTrain(subject, names));
  const refs = joining.map(({ ref, task }) => ({ ref, task, changedFiles: changed.get(ref)?.length ?? null }));
  return mergeOrderOf({ refs, plans, pairs });
}

/** What everybody is now, in the order of the subjects. @throws GitError cancelled */
async function lookAtAll(
  context: TaskContext,
  { snapshots }: ConflictTools,
  at: ScratchPlace,
  o: { readonly found: FoundSubjects; readonly committed: boolean; readonly signal?: AbortSignal | undefined },
): Promise<Side[]> {
  const { subjects, worktrees } = o.found;
  const scannedAt = new Date().toISOString();
  const isLookedAt = ({ worktree }: Subject) => worktree !== null && !o.committed;
  const still = subjects.filter((subject) => !isLookedAt(subject)).map(({ ref, head }) => ({ ref, commit: head }));
  const pool = pLimit(availableParallelism() + 1);
  const [committed, ...seen] = await Promise.all([
    committedSides(context, still, { scannedAt, signal: o.signal }),
    ...subjects.map(({ ref, worktree, head }) =>
      pool(async (): Promise<Side | null> => {
        if (worktree === null || o.committed) return null;
        try {
          return { ref, snapshot: await snapshots.take(at, worktree, { worktrees, signal: o.signal }) };
        } catch (error) {
          if (GitError.is(error) && error.reason === 'cancelled') throw error;
          const unknown = { reason: 'git failed' as const, detail: messageOf(error) };
          const nothing = { commit: null, tree: null, dirty: false, untracked: new Set<string>(), leftOut: [] };
          return { ref, snapshot: { ...nothing, head, unknown, scannedAt } };
        }
      }),
    ),
  ]);
  const rest = committed.values();
  const all = seen.flatMap((side) => side ?? rest.next().value ?? []);
  return withTrees(context, all, o.signal);
}

/** A look at a clean worktree knows the commit only; one process says all trees. @throws GitError */
async function withTrees(context: TaskContext, sides: Side[], signal: AbortSignal | undefined): Promise<Side[]> {
  const open = sides.flatMap(({ ref, snapshot: { commit, tree } }) =>
    commit !== null && tree === null ? [{ ref, commit }] : [],
  );
  const filled = await committedSides(context, open, { scannedAt: '', signal });
  const found = new Map(filled.map((side) => [side.ref, side.snapshot]));
  return sides.map((side): Side => {
    const known = found.get(side.ref);
    if (known === undefined) return side;
    const { tree, commit, unknown } = known;
    return { ref: side.ref, snapshot: { ...side.snapshot, tree, commit, unknown } };
  });
}

/** What each is held against, by its ref. @throws GitError */
async function basesOf(
  context: TaskContext,
  { bases }: FoundSubjects,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Side>> {
  const distinct = [...new Map([...bases.values()].map((base) => [`${base.name}\0${base.commit}`, base])).values()];
  const items = distinct.map(({ name, commit }) => ({ ref: name, commit }));
  const sides = await committedSides(context, items, { scannedAt: new Date().toISOString(), signal });
  const byCommit = new Map(distinct.map((base, index) => [`${base.name}\0${base.commit}`, sides[index]]));
  return new Map(
    [...bases].flatMap(([ref, { name, commit }]) => {
      const side = byCommit.get(`${name}\0${commit}`);
      return side === undefined ? [] : [[ref, side] as const];
    }),
  );
}

/** Where agents work at this moment. */
async function liveWorktrees(context: TaskContext, { subjects }: FoundSubjects): Promise<ReadonlySet<string>> {
  const leases = await leasesByName(context);
  const isLive = ({ task }: Subject) => task !== null && leases.get(task.replace('/', '~'))?.alive === true;
  return new Set(subjects.filter(isLive).flatMap(({ worktree }) => worktree?.path ?? []));
}
