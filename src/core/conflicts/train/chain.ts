import type { Cell } from '../../../contract/conflicts';
import type { BytePath } from '../../git/bytePath';
import { editTree } from '../../git/editTree';
import { GitError, tellingLine } from '../../git/errors';
import type { Git } from '../../git/git';
import { writeOwnCommit } from '../../git/looseObject';
import { diffTrees, type GitPlace, type TreeChange } from '../../git/treeDiff';
import { cleanCell, unknownCell } from '../cell';
import type { Merger, ScratchPlace } from '../parts';
import type { Side, Snapshot } from '../side';
import { Footprint, type Relation, relate } from './apart';
import type { Fork } from './forks';

/** What has been merged so far. Never changed, so that a later preview can go on from any step. */
export interface Landed {
  readonly commit: string;
  readonly tree: string;
  /** Sides that are certainly clean, to be laid over `tree` when somebody has to be merged with them. */
  readonly waiting: readonly Waiting[];
  /** Commits of all sides that are in, those that wait as well. */
  readonly sides: readonly string[];
  /** What had changed from the base when the first `sides` were in, as git said. */
  readonly told: { readonly sides: number; readonly changes: readonly TreeChange[] };
  /** Since then nothing has changed but what the sides changed: no merge has moved anything elsewhere. */
  readonly exact: boolean;
  readonly untracked: ReadonlySet<BytePath>;
  readonly leftOut: Snapshot['leftOut'];
}

interface Waiting {
  readonly commit: string;
  readonly changes: readonly TreeChange[];
}

export interface Step {
  readonly cell: Cell;
  readonly after: Landed;
}

/** The result with nothing but the base in it. */
export function landedBase(commit: string, tree: string): Landed {
  return {
    commit,
    tree,
    waiting: [],
    sides: [],
    told: { sides: 0, changes: [] },
    exact: true,
    untracked: new Set(),
    leftOut: [],
  };
}

export interface ChainParts {
  readonly git: Git;
  readonly merger: Merger;
  readonly at: ScratchPlace;
  /** For git: where to ask, with the scratch store's objects. */
  readonly place: GitPlace;
  readonly base: Side;
  /** By commit of the side; empty: every step is merged by git. */
  readonly forks: ReadonlyMap<string, Fork>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Merges one side after another onto a base, in memory. A side that certainly stays apart from all before it costs no
 * process: it is noted, and laid over the result, together with others, once a later side has to be merged by git.
 *
 * That is decided against what has changed in the result itself, and not by what the matrix says of its pairs, because
 * those are held against their own merge bases: a branch that takes back what the base changed does not "change" that
 * file for a pair with an older branch, and what one branch moves into a folder that another renamed lies at a path
 * that neither of them changed.
 */
export class Chain {
  /** What changed from the base to the result; where that is not exact, only a part of it. */
  #changed: Footprint;
  #landed: Landed;
  readonly #own: Set<string>;
  /** By the commit where a side left the base. */
  readonly #baseChanged = new Map<string, Footprint>();

  constructor(
    private readonly p: ChainParts,
    from: Landed,
  ) {
    this.#landed = from;
    const forksOf = (sides: readonly string[]) => sides.flatMap((side) => p.forks.get(side) ?? []);
    this.#own = new Set(forksOf(from.sides).flatMap(({ own }) => [...own]));
    this.#changed = new Footprint(from.told.changes);
    for (const { since } of forksOf(from.sides.slice(from.told.sides))) this.#changed.add(since?.changes ?? []);
  }

  /** The next side. What conflicts or is unknown is left out of the result. @throws GitError cancelled */
  async step(side: Side): Promise<Step> {
    const { commit, unknown } = side.snapshot;
    if (commit === null || unknown !== null) {
      return this.#stays(unknownCell(unknown?.reason ?? 'git failed', unknown?.detail ?? null));
    }
    try {
      const fork = this.p.forks.get(commit);
      // What was left out may lie where others changed something, and the merger knows how to look.
      const whole = side.snapshot.leftOut.length + this.#landed.leftOut.length === 0;
      if (fork?.own.size === 0 && whole) return this.#stays(cleanCell);
      const relation = fork === undefined ? 'entangled' : await this.#relate(fork);
      if (relation === 'apart' && whole) return this.#wait(side, commit, fork);
      return await this.#merge(side, commit, fork, relation);
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
      const reason = error.reason === 'timeout' ? 'timeout' : 'git failed';
      return this.#stays(unknownCell(reason, tellingLine(error.stderr) || error.message));
    }
  }

  /** The result with all that is in it in one commit. @throws GitError */
  async whole(): Promise<Landed> {
    await this.#layOver();
    return this.#landed;
  }

  /** The result is what it was. */
  #stays(cell: Cell): Step {
    return { cell, after: this.#landed };
  }

  /** How a side stands to the result. What is told is certain. */
  async #relate({ since, own }: Fork): Promise<Relation> {
    if (since === null) return 'entangled';
    // Stacked on something that is in already: then their common commit is the merge base, and not the fork.
    for (const commit of own) if (this.#own.has(commit)) return 'entangled';
    const side = new Footprint(since.changes);
    const base = this.#baseChanged.get(since.commit) ?? new Footprint(since.baseChanges);
    this.#baseChanged.set(since.commit, base);
    const relation = relate(side, [base, this.#changed]);
    if (this.#landed.exact || relation !== 'apart') return this.#landed.exact ? relation : 'entangled';
    const { git, place, base: start } = this.p;
    await this.#layOver();
    const changes = await diffTrees(git, place, start.snapshot.tree ?? '', this.#landed.tree);
    this.#changed = new Footprint(changes);
    this.#landed = { ...this.#landed, told: { sides: this.#landed.sides.length, changes }, exact: true };
    return relate(side, [base, this.#changed]);
  }

  #wait(side: Side, commit: string, fork: Fork | undefined): Step {
    const changes = fork?.since?.changes ?? [];
    this.#takeIn(side, commit, fork);
    this.#landed = { ...this.#landed, waiting: [...this.#landed.waiting, { commit, changes }] };
    return this.#stays(cleanCell);
  }

  async #merge(side: Side, commit: string, fork: Fork | undefined, relation: Relation): Promise<Step> {
    await this.#layOver();
    const ours = this.#asSide(side);
    const { cell, tree } = await this.p.merger.into(this.p.at, ours, side, this.p.signal);
    if (cell.verdict !== 'clean') return this.#stays(cell);
    if (tree === null) return this.#stays(unknownCell('git failed'));
    const made = await this.#commit(tree, [commit]);
    this.#takeIn(side, commit, fork);
    this.#landed = { ...this.#landed, commit: made, tree, exact: this.#landed.exact && relation !== 'entangled' };
    return this.#stays(cell);
  }

  /** Puts what waits into the result. One git process. */
  async #layOver(): Promise<void> {
    const { waiting, tree } = this.#landed;
    if (waiting.length === 0) return;
    const { git, place, signal } = this.p;
    const changes = waiting.flatMap((each) => each.changes);
    const next = await editTree(git, { ...place, objects: this.#objects() }, tree, changes, signal);
    // All are parents: whoever is stacked on one of them has it as the merge base.
    const commit = await this.#commit(
      next,
      waiting.map((each) => each.commit),
    );
    this.#landed = { ...this.#landed, commit, tree: next, waiting: [] };
  }

  #takeIn(side: Side, commit: string, fork: Fork | undefined): void {
    const { untracked, leftOut } = side.snapshot;
    for (const own of fork?.own ?? []) this.#own.add(own);
    this.#changed.add(fork?.since?.changes ?? []);
    this.#landed = {
      ...this.#landed,
      sides: [...this.#landed.sides, commit],
      untracked: untracked.size === 0 ? this.#landed.untracked : new Set([...this.#landed.untracked, ...untracked]),
      leftOut: leftOut.length === 0 ? this.#landed.leftOut : [...this.#landed.leftOut, ...leftOut],
    };
  }

  /** The result as what the next one is merged into. */
  #asSide(next: Side): Side {
    const { commit, tree, untracked, leftOut } = this.#landed;
    const { scannedAt } = next.snapshot;
    const ref = this.p.base.ref;
    return {
      ref,
      snapshot: { commit, tree, head: commit, dirty: false, untracked, leftOut, unknown: null, scannedAt },
    };
  }

  #commit(tree: string, others: readonly string[]): Promise<string> {
    const parents = [this.#landed.commit, ...others];
    return writeOwnCommit(this.#objects(), { tree, parents, message: 'merged in memory\n' });
  }

  #objects(): string {
    return this.p.at.env.GIT_OBJECT_DIRECTORY ?? this.p.at.dir;
  }
}
