import { type ConflictsJson, type Hazard, type HazardKind, hazardKinds } from '../../../contract/conflicts';
import type { FoundHazard } from '../../conflicts/hazards/hazards';
import type { Mutes } from './mutes';

const none: readonly HazardKind[] = Object.freeze([]);

/** Gathers the hazards of all cells; what is found twice (with the base, and with whoever has it checked out) is in it once. */
export class HazardList {
  readonly #hazards = new Map<string, Hazard>();

  constructor(private readonly mutes: Mutes) {}

  /** @returns the kinds of those that nobody has muted, for the cell; null: not judged */
  add(found: readonly FoundHazard[] | null): readonly HazardKind[] | null {
    if (found === null || found.length === 0) return found === null ? null : none;
    const kinds = new Set<HazardKind>();
    for (const hazard of found) {
      const muted = this.mutes.get(hazard.id) ?? null;
      if (muted === null) kinds.add(hazard.kind);
      if (!this.#hazards.has(hazard.id)) this.#hazards.set(hazard.id, { ...hazard, muted });
    }
    return hazardKinds.filter((kind) => kinds.has(kind));
  }

  /** By kind, then by branches. */
  sorted(): Hazard[] {
    const keys = new Map(
      [...this.#hazards.values()].map((hazard) => [
        hazard,
        `${hazardKinds.indexOf(hazard.kind)} ${hazard.branches.join('\0')}\0${hazard.files[0]}\0${hazard.id}`,
      ]),
    );
    return [...keys].sort(([, x], [, y]) => (x < y ? -1 : 1)).map(([hazard]) => hazard);
  }
}

/** The same matrix with other hazards muted. */
export function withMutes(json: ConflictsJson, mutes: Mutes): ConflictsJson {
  const hazards = json.hazards.map((hazard) => ({ ...hazard, muted: mutes.get(hazard.id) ?? null }));
  const keyOf = (refs: readonly string[]) => [...refs].sort().join('\0');
  const left = new Map<string, Set<HazardKind>>();
  for (const { branches, kind, muted } of hazards) {
    if (muted !== null) continue;
    const key = keyOf(branches);
    left.set(key, (left.get(key) ?? new Set()).add(kind));
  }
  const kindsOf = (judged: readonly HazardKind[] | null | undefined, refs: readonly string[]) =>
    judged == null ? null : hazardKinds.filter((kind) => left.get(keyOf(refs))?.has(kind) === true);
  return {
    ...json,
    hazards,
    pairs: json.pairs.map((pair) => ({ ...pair, hazards: kindsOf(pair.hazards, [pair.a, pair.b]) })),
    againstBase: json.againstBase.map((cell) => ({ ...cell, hazards: kindsOf(cell.hazards, [cell.ref, cell.base]) })),
  };
}
