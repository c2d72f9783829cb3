import type { ConflictFile, ConflictsJson, UnjudgedFile } from '../../../contract/conflicts';
import { Breath, breathe } from '../../conflicts/breath';
import { Aging } from '../../conflicts/hazards/aging';
import type { FoundHazard, HazardJudge } from '../../conflicts/hazards/hazards';
import type { TaskRules } from '../../conflicts/hazards/parts';
import type { EngineResult, MatrixEngine } from '../../conflicts/matrix/engine';
import type { ScratchPlace } from '../../conflicts/parts';
import type { Side } from '../../conflicts/side';
import type { GitPlace } from '../../git/treeDiff';
import { Asking, type Case, type Judged, stretchMs } from './hazardQuestion';
import { ResolutionKeeper } from './resolutionKeeper';

/** What is to be judged. */
export interface HazardParts {
  readonly sides: readonly Side[];
  readonly bases: ReadonlyMap<string, Side>;
  readonly result: EngineResult;
  /** What plan and task say to each side, by its ref; absent: nothing. */
  readonly rules: ReadonlyMap<string, TaskRules>;
}

/** What is known of hazards now. */
export interface KnownHazards {
  /** Of two refs, `a` < `b`. null: not judged. */
  ofPair(a: string, b: string): readonly FoundHazard[] | null;
  /** Of a ref and its base. null: not judged. */
  ofBase(ref: string): readonly FoundHazard[] | null;
  /** Of a ref by itself. null: not judged. */
  ofSide(ref: string): readonly FoundHazard[] | null;
  readonly unjudged: readonly UnjudgedFile[];
  /** Conflicting files with who resolves them, where that is known. */
  told(files: readonly ConflictFile[]): readonly ConflictFile[];
}

/** Nothing was judged. */
export const nobodysHazards: KnownHazards = Object.freeze({
  ofPair: () => null,
  ofBase: () => null,
  ofSide: () => null,
  unjudged: [],
  told: (files: readonly ConflictFile[]) => files,
});

interface Wanted extends HazardParts {
  readonly cases: readonly Case[];
  /** Number of each side's state, by its ref. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Answers kept for states that come back. */
const keptAnswers = 50_000;
/** Different states that have a number at a time. */
const keptNumbers = 20_000;

const unknown: Judged = { hazards: null, unjudged: [] };

/** Judges what the cells call clean, a while after them. What holds is kept; only what changed is judged anew. */
export class HazardKeeper implements KnownHazards {
  readonly #engine: MatrixEngine;
  readonly #judge: HazardJudge;
  readonly #place: Omit<GitPlace, 'env'>;
  /** By what the judges were given, so that a state that comes back, or a base that moves, costs nothing. */
  readonly #answers = new Aging<Judged>(keptAnswers);
  readonly #numbers = new Map<string, number>();
  #numbered = 0;
  /** By the key of the case. */
  #known = new Map<string, Judged>();
  #wanted: Wanted | null = null;
  readonly #resolutions = new ResolutionKeeper();

  constructor(o: { engine: MatrixEngine; judge: HazardJudge; place: Omit<GitPlace, 'env'> }) {
    this.#engine = o.engine;
    this.#judge = o.judge;
    this.#place = o.place;
  }

  /** The cells changed: what is to be judged. */
  set(parts: HazardParts): void {
    if (this.#numbers.size > keptNumbers) this.#numbers.clear();
    const sides = new Map(parts.sides.map((side) => [side.ref, side]));
    const numbers = new Map(parts.sides.map((side) => [side.ref, this.#numberOf(side, parts)]));
    const cases: Case[] = [];
    for (const { verdict, a, b } of parts.result.pairs) {
      const [one, other] = [sides.get(a), sides.get(b)];
      if (verdict !== 'clean' || one === undefined || other === undefined) continue;
      const held = parts.bases.get(a)?.ref === b || parts.bases.get(b)?.ref === a ? 'base' : 'side';
      cases.push({ key: `${numbers.get(a)} ${numbers.get(b)}`, a: one, b: other, held });
    }
    for (const { verdict, ref } of parts.result.againstBase) {
      const [side, base] = [sides.get(ref), parts.bases.get(ref)];
      if (side === undefined || base === undefined || side.snapshot.commit === null) continue;
      cases.push({ key: aloneKey(numbers.get(ref)), a: side, b: base, held: 'alone' });
      if (verdict === 'clean') cases.push({ key: baseKey(numbers.get(ref)), a: side, b: base, held: 'base' });
    }
    this.#wanted = { ...parts, cases, numbers };
    const kept = new Map<string, Judged>();
    for (const { key } of cases) {
      const judged = this.#known.get(key);
      if (judged !== undefined) kept.set(key, judged);
    }
    this.#known = kept;
  }

  /** Equal for equal states. What else the answer rests on is in it: the base, what the task was told, the parents. */
  #numberOf({ ref, snapshot }: Side, { bases, result, rules }: HazardParts): number {
    const base = bases.get(ref);
    const told = rules.get(ref);
    const state = [result.rules, ref, snapshot.commit, snapshot.head, base?.ref, base?.snapshot.commit];
    const text = [...state, told === undefined ? '' : JSON.stringify(told)].join('\0');
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbered += 1;
    this.#numbers.set(text, this.#numbered);
    return this.#numbered;
  }

  /** Conflicts were told: who resolves their files is to be found out. */
  setFiles({ pairs, againstBase, train }: Pick<ConflictsJson, 'pairs' | 'againstBase' | 'train'>): void {
    this.#resolutions.want([...pairs, ...againstBase, ...train].flatMap(({ files }) => files));
  }

  /** Whether anything is to be judged. */
  get stale(): boolean {
    return this.#resolutions.open.length > 0 || this.#known.size < (this.#wanted?.cases.length ?? 0);
  }

  told(files: readonly ConflictFile[]): readonly ConflictFile[] {
    return this.#resolutions.told(files);
  }

  ofPair(a: string, b: string): readonly FoundHazard[] | null {
    const numbers = this.#wanted?.numbers;
    return this.#known.get(`${numbers?.get(a)} ${numbers?.get(b)}`)?.hazards ?? null;
  }

  ofBase(ref: string): readonly FoundHazard[] | null {
    return this.#known.get(baseKey(this.#wanted?.numbers.get(ref)))?.hazards ?? null;
  }

  ofSide(ref: string): readonly FoundHazard[] | null {
    return this.#known.get(aloneKey(this.#wanted?.numbers.get(ref)))?.hazards ?? null;
  }

  get unjudged(): UnjudgedFile[] {
    const lists = new Set([...this.#known.values()].flatMap(({ unjudged }) => unjudged));
    const files = new Map([...lists].flat().map((file) => [`${file.ref}\0${file.path}`, file]));
    return [...files].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, file]) => file);
  }

  /**
   * Judges what is open.
   * @returns processes of git that it took
   * @throws GitError
   */
  async judge(at: ScratchPlace, signal: AbortSignal): Promise<number> {
    const wanted = this.#wanted;
    const open = wanted?.cases.filter(({ key }) => !this.#known.has(key)) ?? [];
    if (wanted === null || !this.stale) return 0;
    const pairs = open.map(({ a, b }) => [a, b] as const);
    await breathe();
    const origins = await this.#engine.origins(at, pairs, { bases: wanted.bases, signal });
    const ask = new Asking(wanted.rules, this.#answers);
    const breath = new Breath(stretchMs);
    const answers: (() => Judged | undefined)[] = [];
    for (const [index, each] of open.entries()) {
      if (breath.due) await breath.take();
      answers.push(ask.add(each, origins[index] ?? null));
    }
    const processes = await ask.send(this.#judge, { ...this.#place, env: at.env }, this.#resolutions, signal);
    for (const [index, { key }] of open.entries()) this.#known.set(key, answers[index]?.() ?? unknown);
    return processes;
  }

  /** What could not be judged is not tried again until something changes. */
  fail(): void {
    for (const { key } of this.#wanted?.cases ?? []) if (!this.#known.has(key)) this.#known.set(key, unknown);
    this.#resolutions.fail();
  }

  /** What could not be judged is tried again. */
  retry(): void {
    for (const [key, { hazards }] of this.#known) if (hazards === null) this.#known.delete(key);
    this.#resolutions.retry();
  }
}

function aloneKey(number: number | undefined): string {
  return `${number} alone`;
}

function baseKey(number: number | undefined): string {
  return `${number} base`;
}
