import pLimit from 'p-limit';
import type { BaseCell, Cell, ConflictPair, ConflictsJson } from '../../../contract/conflicts';
import { type BytePath, shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import type { Log } from '../../ports';
import { Breath } from '../breath';
import { cleanCell, unknownCell } from '../cell';
import { Facts, type Found } from '../meet/facts';
import type { KnownPair, Meeting } from '../meet/meetings';
import type { Origins } from '../meet/origins';
import type { Merger, PairJob, ScratchPlace } from '../parts';
import type { Side } from '../side';
import { type Answer, CellCache, type Comparison, comparisonOf, knownSide, seen, unknownOf } from './cells';
import { rulesStamp } from './rules';

export interface EngineParts {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly merger: Merger;
  readonly log: Log;
}

export interface EngineOptions {
  /** Their refs are unique. */
  readonly sides: readonly Side[];
  /** What each is held against, by the ref of the side; absent: nothing. */
  readonly bases: ReadonlyMap<string, Side>;
  readonly signal?: AbortSignal | undefined;
}

export interface EngineResult {
  /** All of them, sorted by `a`, then `b`. */
  readonly pairs: readonly ConflictPair[];
  /** In the order of the sides. */
  readonly againstBase: readonly BaseCell[];
  /**
   * Files that each ref changes against its merge base with its base, uncommitted ones included, sorted; refs without
   * a base, with no common history, or of which nothing is known, are absent.
   */
  readonly changed: ReadonlyMap<string, readonly BytePath[]>;
  /** Whether the changes of two refs can meet at all: false means clean whatever they hold. null: not known. */
  meets(a: string, b: string): boolean | null;
  /** A key of what the cells rest on besides the states of the sides: see `Merger.rules`. null: not known. */
  readonly rules: string | null;
  /** Comparisons with bases are counted in `merged`, `skipped` and `cached`, but not in `pairs`. */
  readonly timing: ConflictsJson['timing'];
}

/** Every pair of sides, merged in memory, with as little asking as is true. */
export interface MatrixEngine {
  /** Calls wait for each other. @throws GitError cancelled */
  compute(at: ScratchPlace, o: EngineOptions): Promise<EngineResult>;
  /**
   * Since which commits the sides of pairs are judged, in order; `b` may be what `a` is held against. null: not known.
   * @throws GitError cancelled
   */
  origins(
    at: ScratchPlace,
    pairs: readonly (readonly [a: Side, b: Side])[],
    o: Pick<EngineOptions, 'bases' | 'signal'>,
  ): Promise<(Origins | null)[]>;
  /** Every cell is merged anew the next time: for whoever doubts one. */
  forget(): void;
}

export function createEngine(parts: EngineParts): MatrixEngine {
  return new Engine(parts);
}

class Engine implements MatrixEngine {
  readonly #facts: Facts;
  readonly #cells = new CellCache();
  readonly #inTurn = pLimit(1);
  #rules: string | null = null;
  #parents = '';

  constructor(private readonly parts: EngineParts) {
    this.#facts = new Facts(parts.git);
  }

  compute(at: ScratchPlace, o: EngineOptions): Promise<EngineResult> {
    return this.#inTurn(() => this.#compute(at, o));
  }

  async origins(
    at: ScratchPlace,
    pairs: readonly (readonly [a: Side, b: Side])[],
    { bases, signal }: Pick<EngineOptions, 'bases' | 'signal'>,
  ): Promise<(Origins | null)[]> {
    const baseOf = ({ ref }: Side) => {
      const base = bases.get(ref);
      return base === undefined ? null : knownSide(base);
    };
    const standings = pairs.map(([one, other]) => {
      const [a, b] = [knownSide(one), knownSide(other)];
      return a === null || b === null ? null : { a, b, baseOfA: baseOf(one), baseOfB: baseOf(other) };
    });
    const known = standings.filter((standing) => standing !== null);
    const found = (await this.#inTurn(() => this.#facts.origins(this.#place(at), known, signal))).values();
    return standings.map((standing) => (standing === null ? null : (found.next().value ?? null)));
  }

  forget(): void {
    // Not in the midst of a computation, which reads what it found at its start.
    void this.#inTurn(() => this.#cells.clear());
  }

  async #compute(at: ScratchPlace, o: EngineOptions): Promise<EngineResult> {
    const began = performance.now();
    const before = this.parts.git.started;
    await this.#obeyRules(o.signal);
    const asked = await questions(o);
    const open = new Map<string, Comparison>();
    const cached = new Set<string>();
    for (const { comparison } of asked) {
      if (comparison === null) continue;
      if (this.#cells.get(comparison.key) === undefined) open.set(comparison.key, comparison);
      else cached.add(comparison.key);
    }
    const held = heldPairs(o);
    const place = this.#place(at);
    const pairs = [...open.values()].map(({ a, b }): KnownPair => [a, b]);
    const found = await this.#facts.find(place, { pairs, held }, o.signal);
    const fresh = await this.#answer(at, [...open.values()], found, o.signal);
    const merged = [...fresh.values()].filter((answer) => answer.merged).length;
    for (const [key, answer] of fresh) this.#cells.keep(key, answer);
    const known = (comparison: Comparison | null) =>
      comparison === null ? null : (fresh.get(comparison.key) ?? this.#cells.get(comparison.key) ?? null);
    const result = await assemble(asked, known, held, found);
    this.#cells.forgetUnused(new Set([...open.keys(), ...cached]));
    const timing = {
      ms: performance.now() - began,
      gitProcesses: this.parts.git.started - before,
      pairs: result.pairs.length,
      merged,
      skipped: fresh.size - merged,
      cached: cached.size,
    };
    const rules = this.#rules === null ? null : `${this.#rules} ${this.#parents}`;
    return { ...result, rules, timing };
  }

  /** What was computed under other rules says nothing now. */
  async #obeyRules(signal: AbortSignal | undefined): Promise<void> {
    const [parents, rules] = await Promise.all([rulesStamp(this.parts.layout), this.#readRules(signal)]);
    if (parents !== this.#parents) this.#facts.clear();
    if (parents !== this.#parents || rules === null || rules !== this.#rules) this.#cells.clear();
    this.#parents = parents;
    this.#rules = rules;
  }

  /** null: not known, so nothing that was kept can be relied on. */
  async #readRules(signal: AbortSignal | undefined): Promise<string | null> {
    try {
      return await this.parts.merger.rules(signal);
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
      this.parts.log.warn(`The rules of merging are not known: ${error.message}`);
      return null;
    }
  }

  #place(at: ScratchPlace): GitPlace {
    return { ...placeOf(this.parts.layout), env: at.env };
  }

  /** Merges those that can meet; the others are clean without. */
  async #answer(
    at: ScratchPlace,
    open: readonly Comparison[],
    found: Found,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, Answer & { merged: boolean }>> {
    const answers = new Map<string, Answer & { merged: boolean }>();
    const jobs: (PairJob & { key: string; meeting: Meeting })[] = [];
    const breath = new Breath();
    for (const { key, a, b } of open) {
      if (breath.due) await breath.take();
      const meeting = found.meetings.of(a, b);
      const plain = withoutMerge(meeting);
      if (plain !== null) answers.set(key, { ...plain, merged: false });
      else jobs.push({ key, meeting, ...jobOf(a.side, b.side, meeting) });
    }
    const cells = jobs.length === 0 ? [] : await this.parts.merger.pairs(at, jobs, signal);
    for (const [index, { key, meeting }] of jobs.entries()) {
      const cell = cells[index] ?? unknownCell('git failed');
      answers.set(key, { cell: honest(cell, meeting), meets: meeting.bases === null ? null : true, merged: true });
    }
    return answers;
  }
}

function jobOf(a: Side, b: Side, { bases, sameAttributes }: Meeting): PairJob {
  return { a, b, crissCross: bases?.length !== 1, bases: bases ?? undefined, sameAttributes };
}

/** What needs no merge; null: it does. */
function withoutMerge({ bases, meets, leftOut, inTheWay }: Meeting): Answer | null {
  if (bases?.length === 0) return { cell: unknownCell('unrelated histories'), meets: null };
  if (meets || leftOut !== null) return null;
  const cell = inTheWay === null ? cleanCell : unknownCell('in the way', shownPath(inTheWay));
  return { cell, meets: false };
}

/** A clean merge of what the snapshots hold says nothing when it depends on what they leave out. */
function honest(cell: Cell, { leftOut, inTheWay }: Meeting): Cell {
  if (cell.verdict !== 'clean') return cell;
  if (leftOut !== null) return unknownCell('left out', leftOut);
  return inTheWay === null ? cell : unknownCell('in the way', shownPath(inTheWay));
}

/** A cell that somebody wants to see. */
interface Question {
  readonly a: Side;
  readonly b: Side;
  readonly ofBase: boolean;
  /** null: unknown, whatever the other side is. */
  readonly comparison: Comparison | null;
}

async function questions({ sides, bases }: EngineOptions): Promise<Question[]> {
  const breath = new Breath();
  const sorted = [...sides].sort((x, y) => (x.ref < y.ref ? -1 : 1));
  const asked: Question[] = [];
  for (const [index, a] of sorted.entries()) {
    if (breath.due) await breath.take();
    for (const b of sorted.slice(index + 1)) asked.push({ a, b, ofBase: false, comparison: comparisonOf(a, b) });
  }
  for (const a of sides) {
    const b = bases.get(a.ref);
    if (b !== undefined) asked.push({ a, b, ofBase: true, comparison: comparisonOf(a, b) });
  }
  return asked;
}

function heldPairs({ sides, bases }: EngineOptions): KnownPair[] {
  return sides.flatMap((side) => {
    const base = bases.get(side.ref);
    const comparison = base === undefined ? null : comparisonOf(side, base);
    if (comparison === null) return [];
    const { a, b, turned } = comparison;
    return turned ? [[b, a] as const] : [[a, b] as const];
  });
}

async function assemble(
  asked: readonly Question[],
  known: (comparison: Comparison | null) => Answer | null,
  held: readonly KnownPair[],
  found: Found,
): Promise<Omit<EngineResult, 'timing' | 'rules'>> {
  const breath = new Breath();
  const pairs: ConflictPair[] = [];
  const againstBase: BaseCell[] = [];
  const meeting = new Map<string, boolean | null>();
  for (const { a, b, ofBase, comparison } of asked) {
    if (breath.due) await breath.take();
    const answer = known(comparison);
    const cell = answer === null ? unknownOf(a, b) : seen(answer.cell, comparison?.turned === true);
    const checkedAt = a.snapshot.scannedAt < b.snapshot.scannedAt ? a.snapshot.scannedAt : b.snapshot.scannedAt;
    if (ofBase) againstBase.push({ ...cell, ref: a.ref, base: b.ref, checkedAt });
    else {
      pairs.push({ ...cell, a: a.ref, b: b.ref, hazards: null, checkedAt });
      meeting.set(`${a.ref}\0${b.ref}`, answer?.meets ?? null);
    }
  }
  const changed = new Map<string, readonly BytePath[]>();
  for (const pair of held) {
    const files = found.changed(pair);
    if (files !== null) changed.set(pair[0].side.ref, files);
  }
  const meets = (a: string, b: string) => meeting.get(a < b ? `${a}\0${b}` : `${b}\0${a}`) ?? null;
  return { pairs, againstBase, changed, meets };
}
