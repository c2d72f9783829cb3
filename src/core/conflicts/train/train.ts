import type { TrainStep } from '../../../contract/conflicts';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import type { Log } from '../../ports';
import { unknownCell } from '../cell';
import { rulesStamp } from '../matrix/rules';
import type { Merger, ScratchPlace } from '../parts';
import type { Side } from '../side';
import { Chain, landedBase, type Step } from './chain';
import { type Fork, Forks } from './forks';
import type { MergePlace } from './mergeOrder';

export interface PreviewOptions {
  readonly order: readonly MergePlace[];
  readonly sides: readonly Side[];
  /** What each ref lands on. Refs with the same base make one train. */
  readonly bases: ReadonlyMap<string, Side>;
  readonly signal?: AbortSignal | undefined;
}

/** All that is to be merged, merged in memory: what pairs cannot show is seen before anyone merges. */
export interface Train {
  /**
   * One step for each ref of the order, in that order, each onto the result of those before it on the same base. What
   * conflicts or is unknown is left out of the result. Steps whose beginning has not changed since the last call are
   * not merged again.
   * @throws GitError cancelled
   */
  preview(at: ScratchPlace, o: PreviewOptions): Promise<TrainStep[]>;
}

export interface TrainParts {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly merger: Merger;
  readonly log: Log;
}

export function createTrain(parts: TrainParts): Train {
  return new Preview(parts);
}

/** Fewer steps than this are merged outright: to look at what they change costs two processes by itself. */
const worthLooking = 4;
/** Trains kept between calls; a repository has as many bases as it has long-lived branches. */
const keptBases = 8;

type KeptStep = Step & { readonly key: string };

interface Kept {
  /** Base, generation of the scratch store (the results are there and nowhere else), and what else merges rest on. */
  readonly start: string;
  readonly steps: readonly KeptStep[];
}

/** One train, and how much of it is known. */
interface Run {
  readonly base: Side;
  readonly commit: string;
  readonly tree: string;
  readonly start: string;
  readonly sides: readonly Side[];
  readonly held: readonly KeptStep[];
  readonly signal: AbortSignal | undefined;
}

class Preview implements Train {
  #forks: Forks;
  #rules: string | null = null;
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly parts: TrainParts) {
    this.#forks = new Forks(parts.git);
  }

  async preview(at: ScratchPlace, o: PreviewOptions): Promise<TrainStep[]> {
    const sides = new Map(o.sides.map((side) => [side.ref, side]));
    const trains = new Map<string, { base: Side; sides: Side[] }>();
    for (const { ref } of o.order) {
      const base = o.bases.get(ref);
      const side = sides.get(ref);
      if (base === undefined || side === undefined) continue;
      const train = trains.get(base.ref) ?? { base, sides: [] };
      train.sides.push(side);
      trains.set(base.ref, train);
    }
    await this.#obeyRules(o.signal);
    const steps = new Map<string, Step>();
    for (const train of trains.values()) {
      const made = await this.#run(at, train.base, train.sides, o.signal);
      train.sides.forEach((side, index) => {
        const step = made[index];
        if (step !== undefined) steps.set(side.ref, step);
      });
    }
    return o.order.map(({ ref, why }) => {
      const { verdict, reason, detail, files } = steps.get(ref)?.cell ?? unknownCell('git failed', noBase);
      return { ref, verdict, reason, detail, files, why };
    });
  }

  /** What was merged under other rules says nothing now. */
  async #obeyRules(signal?: AbortSignal): Promise<void> {
    const { git, layout, merger, log } = this.parts;
    try {
      const rules = `${await merger.rules(signal)} ${await rulesStamp(layout)}`;
      if (rules === this.#rules) return;
      this.#rules = rules;
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
      log.debug(`The rules of merging are not known, so nothing is kept: ${error.message}`);
      this.#rules = null;
    }
    this.#kept.clear();
    this.#forks = new Forks(git);
  }

  async #run(at: ScratchPlace, base: Side, sides: readonly Side[], signal?: AbortSignal): Promise<readonly Step[]> {
    const { commit, tree, unknown } = base.snapshot;
    if (commit === null || tree === null) {
      const cell = unknownCell(unknown?.reason ?? 'git failed', unknown?.detail ?? noBase);
      return sides.map(() => ({ cell, after: landedBase('', '') }));
    }
    const start = `${at.generation} ${commit}`;
    const known = this.#kept.get(base.ref);
    const held = known?.start === start ? samePrefix(known.steps, sides) : [];
    const steps = await this.#merge(at, { base, commit, tree, start, sides, held, signal });
    // What was kept may be gone: anybody may delete the scratch store.
    const lost = held.length > 0 && steps[held.length]?.cell.reason === 'git failed';
    return lost ? this.#merge(at, { base, commit, tree, start, sides, held: [], signal }) : steps;
  }

  async #merge(at: ScratchPlace, o: Run): Promise<readonly Step[]> {
    const { base, sides, held, signal } = o;
    const { git, merger, layout } = this.parts;
    const { cwd, args } = placeOf(layout);
    const place = { cwd, args, env: at.env };
    const todo = sides.slice(held.length);
    const forks = todo.length < worthLooking ? new Map() : await this.#look(place, o.commit, sides, signal);
    const from = held.at(-1)?.after ?? landedBase(o.commit, o.tree);
    const chain = new Chain({ git, merger, at, place, base, forks, signal }, from);
    const steps = [...held];
    try {
      for (const side of todo) steps.push({ ...(await chain.step(side)), key: keyOf(side) });
    } finally {
      // Cancelled: the next call goes on from here.
      this.#keep(base.ref, { start: o.start, steps });
    }
    return steps;
  }

  /** Without an answer every step is merged by git. */
  async #look(
    place: GitPlace,
    base: string,
    sides: readonly Side[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Fork>> {
    const commits = sides.flatMap(({ snapshot }) => snapshot.commit ?? []);
    try {
      return await this.#forks.read(place, base, [...new Set(commits)], signal);
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
      this.parts.log.debug(`Where branches forked is not known, so all are merged: ${error.message}`);
      return new Map();
    }
  }

  #keep(ref: string, kept: Kept): void {
    this.#kept.delete(ref);
    this.#kept.set(ref, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptBases) break;
      this.#kept.delete(oldest);
    }
  }
}

const noBase = 'there is no base to start from';

/** What may be different the next time is not kept. */
const passing: readonly unknown[] = ['timeout', 'git failed'];

function samePrefix(kept: Kept['steps'], sides: readonly Side[]): readonly KeptStep[] {
  const differs = kept.findIndex((step, index) => {
    const side = sides[index];
    return side === undefined || step.key !== keyOf(side) || passing.includes(step.cell.reason);
  });
  return kept.slice(0, differs < 0 ? kept.length : differs);
}

/** All that a step depends on. A file that is staged keeps the commit, but is no longer untracked. */
function keyOf({ ref, snapshot }: Side): string {
  const { commit, unknown, untracked, leftOut } = snapshot;
  return JSON.stringify([ref, commit, unknown, [...untracked].sort(), leftOut.map(({ path }) => path).sort()]);
}
