import type { KnownPair } from './meetings';
import type { CommitPair, MergeBases } from './mergeBases';

/** Beyond so many steps between anchors for each side, they are taken along one chain. */
const stepsPerSide = 3;

/**
 * By which commits the way from a merge base to a side goes. What a side changed since its merge base with another is
 * within the sum of what changed at each step of any way between the two, so the ways are laid to share their steps:
 * by the side's *anchor*, which is its merge base with what it is held against, else the newest of its merge bases.
 * N sides that were cut from few places then cost about N differences, not one for each merge base of each.
 */
export class Anchors {
  readonly #anchors = new Map<string, string>();

  /** Chooses for heads that have none yet. */
  choose(pairs: readonly KnownPair[], held: readonly KnownPair[], bases: MergeBases): void {
    if (this.#anchors.size > 10_000) this.#anchors.clear();
    for (const [side, base] of held) {
      const [only, ...more] = bases.of(side.head, base.head) ?? [];
      if (only !== undefined && more.length === 0) this.#anchors.set(side.head, only);
    }
    const newest = new Map<string, string>();
    for (const [a, b] of pairs) {
      const [only, ...more] = bases.of(a.head, b.head) ?? [];
      if (only === undefined || more.length > 0) continue;
      for (const { head } of [a, b]) {
        if (bases.dateOf(only) >= bases.dateOf(newest.get(head) ?? '')) newest.set(head, only);
      }
    }
    for (const [head, anchor] of newest) if (!this.#anchors.has(head)) this.#anchors.set(head, anchor);
  }

  /** @returns the steps from a merge base to a side, the side's own last */
  routes(pairs: readonly KnownPair[], bases: MergeBases): (base: string, head: string, commit: string) => CommitPair[] {
    const steps = this.#steps(pairs, bases);
    const chain = steps.count > stepsPerSide * steps.heads ? steps.anchors : null;
    return (base, head, commit) => {
      const anchor = this.#anchors.get(head) ?? base;
      // An anchor behind the merge base would be a way back and forth again.
      if (anchor === base || bases.dateOf(base) > bases.dateOf(anchor)) return [[base, commit]];
      return [...(chain === null ? [[base, anchor] as const] : along(chain, base, anchor)), [anchor, commit]];
    };
  }

  #steps(pairs: readonly KnownPair[], bases: MergeBases) {
    const steps = new Set<string>();
    const anchors = new Set<string>();
    const heads = new Set<string>();
    for (const [a, b] of pairs) {
      const [base, ...more] = bases.of(a.head, b.head) ?? [];
      if (base === undefined || more.length > 0) continue;
      anchors.add(base);
      for (const { head } of [a, b]) {
        heads.add(head);
        const anchor: string = this.#anchors.get(head) ?? base;
        anchors.add(anchor);
        if (anchor !== base) steps.add(`${base} ${anchor}`);
      }
    }
    const byDate = [...anchors].sort((x, y) => bases.dateOf(x) - bases.dateOf(y));
    return { count: steps.size, heads: heads.size, anchors: byDate };
  }
}

/** The steps from one member of the chain to another, which may come before it. */
function along(chain: readonly string[], from: string, to: string): CommitPair[] {
  const [start, end] = [chain.indexOf(from), chain.indexOf(to)];
  const stretch = chain.slice(Math.min(start, end), Math.max(start, end) + 1);
  return stretch.slice(1).map((next, index) => [stretch[index] ?? next, next] as const);
}
