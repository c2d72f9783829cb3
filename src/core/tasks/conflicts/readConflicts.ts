import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { MatrixState, ScratchPlace } from '../../conflicts/parts';
import type { Side, Subject } from '../../conflicts/side';
import { GitError } from '../../git/errors';
import { placeOf } from '../../git/repository';
import type { TaskContext } from '../context';
import { leasesByName } from '../snapshot';
import { committedSides } from './committedSides';
import { composeMatrix } from './composeMatrix';
import { HazardKeeper } from './hazardKeeper';
import { messageOf } from './looker';
import { readMutes } from './mutes';
import { sideRules } from './sideRules';
import { type FoundSubjects, findSubjects, type SubjectOptions } from './subjects';
import { type ConflictTools, openConflictTools } from './tools';
import { TrainKeeper } from './trainKeeper';

export interface ReadConflictsOptions extends SubjectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Kept by the caller for more than one look. Default: made for this one, and let go of. */
  readonly tools?: ConflictTools | undefined;
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
  const { committed, tools: given, ...wanted } = o;
  const [tools, found] = await Promise.all([given ?? openConflictTools(context), findSubjects(context, wanted)]);
  const [live, rules, mutes] = await Promise.all([
    liveWorktrees(context, found),
    sideRules(context, found),
    readMutes(context),
  ]);
  const signal = o.signal ?? new AbortController().signal;
  const work = tools.scratch.use(async (at) => {
    const sides = await lookAtAll(context, tools, at, { found, committed: committed === true, signal: o.signal });
    const bases = await basesOf(context, found, o.signal);
    const result = await tools.engine.compute(at, { sides, bases, signal: o.signal });
    const keeper = new TrainKeeper(tools.train);
    keeper.set({ found, sides, bases, result });
    const hazards = new HazardKeeper({ engine: tools.engine, judge: tools.hazards, place: placeOf(context.layout) });
    hazards.set({ sides, bases, result, rules });
    hazards.setFiles({ ...result, train: [] });
    const [, processes] = await Promise.all([keeper.merge(at, signal), judge(context, hazards, at, signal)]);
    hazards.setFiles({ ...result, train: keeper.steps });
    const more = await judge(context, hazards, at, signal);
    const timing = {
      ...result.timing,
      ms: Math.round((performance.now() - began) * 10) / 10,
      gitProcesses: context.git.started - before + processes + more,
    };
    const nobody = { prior: null, changedAt: new Map<string, string>(), host: context.host };
    return composeMatrix({
      found,
      sides,
      result,
      live,
      mergeOrder: keeper.order,
      train: keeper.steps,
      hazards,
      mutes,
      timing,
      ...nobody,
    });
  });
  return given === undefined ? work.finally(() => tools.hazards.dispose()) : work;
}

/** Where nothing can be judged, the cells say so. @returns processes of git. @throws GitError cancelled */
async function judge(
  { host }: TaskContext,
  hazards: HazardKeeper,
  at: ScratchPlace,
  signal: AbortSignal,
): Promise<number> {
  try {
    return await hazards.judge(at, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    host.log.warn(`The hazards could not be judged: ${messageOf(error)}`);
    return 0;
  }
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
  return seen.flatMap((side) => side ?? rest.next().value ?? []);
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
