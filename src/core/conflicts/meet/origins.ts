import type { GitPlace } from '../../git/treeDiff';
import { Breath, breathe } from '../breath';
import type { KnownSide } from './meetings';
import type { CommitPair, MergeBases } from './mergeBases';

/** Two sides that are to be judged together, each with what it is held against. */
export interface Standing {
  readonly a: KnownSide;
  readonly b: KnownSide;
  /** null: nothing. */
  readonly baseOfA: KnownSide | null;
  readonly baseOfB: KnownSide | null;
}

/** Since which commits two sides are judged. Full ids. */
export interface Origins {
  /** What a side contributes is what it changed since this commit. */
  readonly a: string;
  readonly b: string;
  /** One holds all that the other has: nothing comes together that was not together before. */
  readonly contained: boolean;
}

/** The thread is given away after so many ms: this is of little hurry, and the thread is that of a window. */
const stretchMs = 4;

/**
 * Each side is judged for its own work: what it changed since it left its base. Only what two have in common beyond their
 * bases (one is stacked on the other, or one is the base) moves both origins to the merge base of the two.
 * @returns in order; null: they have no history in common, or several merge bases, each of which lacks what both have by
 *   way of the other (what they share would seem to be new on both); or it is not known
 * @throws GitError cancelled
 */
export async function findOrigins(
  mergeBases: MergeBases,
  at: GitPlace,
  standings: readonly Standing[],
  signal?: AbortSignal,
): Promise<(Origins | null)[]> {
  const breath = new Breath(stretchMs);
  const heads: CommitPair[] = [];
  const held = new Map<KnownSide, KnownSide>();
  for (const { a, b, baseOfA, baseOfB } of standings) {
    if (breath.due) await breath.take();
    heads.push([a.head, b.head]);
    for (const [side, base] of [[a, baseOfA] as const, [b, baseOfB] as const]) {
      // A side stands in many pairs, and mostly has one base.
      if (base === null || held.get(side) === base) continue;
      held.set(side, base);
      heads.push([side.head, base.head]);
    }
  }
  await breathe();
  await mergeBases.prepare(at, heads, signal);
  await breathe();
  const open: (Places | null)[] = [];
  for (const standing of standings) {
    if (breath.due) await breath.take();
    open.push(placesOf(mergeBases, standing));
  }
  const between = open.flatMap((places) =>
    places === null || isPlain(places)
      ? []
      : [[places.common, places.a ?? ''] as const, [places.common, places.b ?? ''] as const],
  );
  await mergeBases.prepare(at, between, signal);
  return open.map((places) => {
    if (places === null) return null;
    const { a, b, common, contained } = places;
    const own = a !== null && b !== null && (isPlain(places) || isOnBase(mergeBases, common, [a, b]));
    if (own) return { a, b, contained };
    return places.only ? { a: common, b: common, contained } : null;
  });
}

interface Places {
  /** Where each left its base; null: that is not to be asked. */
  readonly a: string | null;
  readonly b: string | null;
  /** A merge base of both. */
  readonly common: string;
  /** It is the only one. */
  readonly only: boolean;
  readonly contained: boolean;
}

function placesOf(mergeBases: MergeBases, { a, b, baseOfA, baseOfB }: Standing): Places | null {
  const all = mergeBases.of(a.head, b.head) ?? [];
  const common = newest(mergeBases, all);
  if (common === null) return null;
  const only = all.length === 1;
  const contained = all.includes(a.commit) || all.includes(b.commit) || a.commit === b.commit;
  const isBase = baseOfA?.side.ref === b.side.ref || baseOfB?.side.ref === a.side.ref;
  if (isBase || baseOfA === null || baseOfB === null) return { a: null, b: null, common, only, contained };
  const forkOf = (side: KnownSide, base: KnownSide) => {
    const [fork, ...more] = mergeBases.of(side.head, base.head) ?? [];
    return fork === undefined || more.length > 0 ? null : fork;
  };
  return { a: forkOf(a, baseOfA), b: forkOf(b, baseOfB), common, only, contained };
}

/** It need not be asked whether what both have in common is on a base. */
function isPlain({ a, b, common }: Places): boolean {
  return a === null || b === null || common === a || common === b;
}

function isOnBase(mergeBases: MergeBases, common: string, forks: readonly string[]): boolean {
  return forks.some((fork) => mergeBases.of(common, fork)?.includes(common) === true);
}

/** The ids decide among equally old ones, so that it is always the same. */
function newest(mergeBases: MergeBases, all: readonly string[]): string | null {
  const [first] = all.toSorted((x, y) => mergeBases.dateOf(y) - mergeBases.dateOf(x) || (x < y ? -1 : 1));
  return first ?? null;
}
