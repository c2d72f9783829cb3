import type { BytePath } from '../../git/bytePath';
import { Breath } from '../breath';
import type { Side } from '../side';
import { canMeet, meetInMoves } from './canMeet';
import { type Changes, unknownFiles } from './changes';
import { Lying } from './lying';
import type { CommitPair } from './mergeBases';
import type { Names } from './names';

/** A side whose state is known. */
export interface KnownSide {
  readonly side: Side;
  readonly commit: string;
  /** What is committed: a snapshot of uncommitted work is its child, so both have the same merge bases. */
  readonly head: string;
}

export type KnownPair = readonly [a: KnownSide, b: KnownSide];

/** How two sides stand to each other. */
export interface Meeting {
  /** All of them; null: not known. */
  readonly bases: readonly string[] | null;
  /** false: merging them is clean, whatever the files hold. */
  readonly meets: boolean;
  /** A file that a snapshot leaves out and that the outcome may depend on. */
  readonly leftOut: BytePath | null;
  /** A file of one worktree that is in no commit, and lies where a merge of the other side would write. */
  readonly inTheWay: BytePath | null;
  /** Neither changed a `.gitattributes`; false also where that is not known. */
  readonly sameAttributes: boolean;
}

interface Sources {
  readonly names: Names;
  readonly basesOf: (a: KnownSide, b: KnownSide) => readonly string[] | null;
  readonly routes: (base: string, head: string, commit: string) => CommitPair[];
  /** null: not known. */
  readonly changesOf: (from: string, to: string) => Changes | null;
}

/** Tells of pairs of sides whether they can meet. */
export class Meetings {
  readonly #known = new Map<Changes, Map<Changes, boolean>>();
  readonly #leftOut = new Map<KnownSide, Changes>();
  readonly #lying = new Map<KnownSide, Lying>();
  readonly #sums = new Map<KnownSide, Map<string, readonly Changes[] | null>>();

  constructor(private readonly from: Sources) {}

  /** The differences that must be known before `of`. */
  async needs(pairs: readonly KnownPair[]): Promise<CommitPair[]> {
    const breath = new Breath();
    const wanted = new Map<KnownSide, Set<string>>();
    const want = (side: KnownSide, base: string) => {
      const bases = wanted.get(side);
      if (bases === undefined) wanted.set(side, new Set([base]));
      else bases.add(base);
    };
    for (const [a, b] of pairs) {
      if (breath.due) await breath.take();
      const bases = this.from.basesOf(a, b) ?? [];
      for (const each of bases) {
        if (hasInTheWay(a)) want(b, each);
        if (hasInTheWay(b)) want(a, each);
      }
      const [base, ...more] = bases;
      if (base === undefined || more.length > 0) continue;
      if (a.side.snapshot.leftOut.length + b.side.snapshot.leftOut.length === 0) {
        if (base === a.commit || base === b.commit) continue;
      }
      want(a, base);
      want(b, base);
    }
    return [...wanted].flatMap(([side, bases]) => [...bases].flatMap((base) => this.#route(base, side)));
  }

  of(a: KnownSide, b: KnownSide): Meeting {
    const bases = this.from.basesOf(a, b);
    const [base, ...more] = bases ?? [];
    const inTheWay = () => this.#inTheWay(a, b, bases) ?? this.#inTheWay(b, a, bases);
    if (base === undefined || more.length > 0) {
      const [hidden] = [...a.side.snapshot.leftOut, ...b.side.snapshot.leftOut];
      return { bases, meets: true, leftOut: hidden?.path ?? null, inTheWay: inTheWay(), sameAttributes: false };
    }
    const ours = this.#changes(base, a);
    const theirs = this.#changes(base, b);
    const meets = a.commit !== b.commit && this.#meet(ours, theirs);
    const sameAttributes = [ours, theirs].every((all) => all?.every(({ attributes }) => !attributes) === true);
    return { bases, meets, leftOut: this.#meetsLeftOut(a, b, ours, theirs), inTheWay: inTheWay(), sameAttributes };
  }

  #route(base: string, { head, commit }: KnownSide): CommitPair[] {
    return base === commit ? [] : this.from.routes(base, head, commit).filter(([from, to]) => from !== to);
  }

  /** null: not all is known. */
  #changes(base: string, side: KnownSide): readonly Changes[] | null {
    const row = this.#sums.get(side) ?? new Map<string, readonly Changes[] | null>();
    this.#sums.set(side, row);
    const known = row.get(base);
    if (known !== undefined) return known;
    const parts = this.#route(base, side).map(([from, to]) => this.from.changesOf(from, to));
    const sum = parts.every((part) => part !== null) ? parts : null;
    row.set(base, sum);
    return sum;
  }

  #meet(a: readonly Changes[] | null, b: readonly Changes[] | null): boolean {
    if (a?.length === 0 || b?.length === 0) return false;
    if (a === null || b === null) return true;
    return a.some((x) => b.some((y) => this.#canMeet(x, y)));
  }

  /** Steps between anchors are held against every side: once is enough. */
  #canMeet(a: Changes, b: Changes): boolean {
    const row = this.#known.get(a) ?? new Map<Changes, boolean>();
    this.#known.set(a, row);
    const answer = row.get(b) ?? canMeet(a, b);
    row.set(b, answer);
    return answer;
  }

  #meetsLeftOut(
    a: KnownSide,
    b: KnownSide,
    ours: readonly Changes[] | null,
    theirs: readonly Changes[] | null,
  ): BytePath | null {
    const hidden = [...a.side.snapshot.leftOut, ...b.side.snapshot.leftOut];
    const [first] = hidden;
    if (first === undefined) return null;
    if (ours === null || theirs === null) return first.path;
    const [mine, others] = [this.#leftOutOf(a), this.#leftOutOf(b)];
    const touched =
      hidden.find(({ path }, index) => {
        const one = unknownFiles(this.from.names, [path]);
        const other = index < a.side.snapshot.leftOut.length ? [...theirs, others] : [...ours, mine];
        return other.some((part) => canMeet(one, part));
      }) ?? (ours.some((x) => theirs.some((y) => meetInMoves(x, y))) ? first : null);
    return touched?.path ?? null;
  }

  /** What `own` holds where merging `other` into it would write. */
  #inTheWay(own: KnownSide, other: KnownSide, bases: readonly string[] | null): BytePath | null {
    const { inTheWay } = own.side.snapshot;
    if (inTheWay === undefined || own.commit === other.commit || bases?.length === 0) return null;
    const parts = bases?.map((base) => this.#changes(base, other)) ?? [null];
    // Nobody knows what it would write.
    if (parts.some((part) => part === null)) return inTheWay.overlooked[0] ?? inTheWay.ignored[0] ?? null;
    const lying = this.#lying.get(own) ?? new Lying(this.from.names, inTheWay);
    this.#lying.set(own, lying);
    for (const part of parts.flatMap((all) => all ?? [])) {
      const path = lying.under(part);
      if (path !== null) return path;
    }
    return null;
  }

  #leftOutOf(known: KnownSide): Changes {
    const found = this.#leftOut.get(known);
    if (found !== undefined) return found;
    const made = unknownFiles(
      this.from.names,
      known.side.snapshot.leftOut.map(({ path }) => path),
    );
    this.#leftOut.set(known, made);
    return made;
  }
}

function hasInTheWay({ side: { snapshot } }: KnownSide): boolean {
  return snapshot.inTheWay !== undefined;
}
