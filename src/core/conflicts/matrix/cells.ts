import type { Cell } from '../../../contract/conflicts';
import { unknownCell } from '../cell';
import type { KnownSide } from '../meet/meetings';
import type { Side } from '../side';
import { sideKey } from './sideKey';

/** One question to the matrix: two sides whose states are known, in the order of their keys. */
export interface Comparison {
  readonly key: string;
  readonly a: KnownSide;
  readonly b: KnownSide;
  /** Who asked has them the other way round. */
  readonly turned: boolean;
}

/** What is known of a comparison. */
export interface Answer {
  readonly cell: Cell;
  /** Whether their changes can meet at all; null: not known. */
  readonly meets: boolean | null;
}

/** null when one of them is not known: `unknownOf` says why. */
export function comparisonOf(a: Side, b: Side): Comparison | null {
  const [left, right] = [known(a), known(b)];
  if (left === null || right === null) return null;
  const turned = left.key > right.key;
  const [first, second] = turned ? [right, left] : [left, right];
  return { key: `${first.key} ${second.key}`, a: first.known, b: second.known, turned };
}

const knownSides = new WeakMap<Side, { key: string; known: KnownSide } | null>();

/** null when its state is not known. */
export function knownSide(side: Side): KnownSide | null {
  return known(side)?.known ?? null;
}

function known(side: Side): { key: string; known: KnownSide } | null {
  const kept = knownSides.get(side);
  if (kept !== undefined) return kept;
  const key = sideKey(side.snapshot);
  const { commit, head } = side.snapshot;
  const found = key === null || commit === null || head === null ? null : { key, known: { side, commit, head } };
  knownSides.set(side, found);
  return found;
}

export function unknownOf(a: Side, b: Side): Cell {
  const told = a.snapshot.unknown ?? b.snapshot.unknown;
  return told === null ? unknownCell('no commit yet') : unknownCell(told.reason, told.detail);
}

/** The cell for who asked. */
export function seen(cell: Cell, turned: boolean): Cell {
  if (!turned || cell.direction === null) return cell;
  return { ...cell, direction: cell.direction === 'a-into-b' ? 'b-into-a' : 'a-into-b' };
}

/** What may be otherwise the next time, with the same two states. */
const passing: ReadonlySet<Cell['reason']> = new Set([
  'timeout',
  'git failed',
  'file cannot be read',
  'submodule commit missing',
]);

/** Answers by the states of both sides, kept between calls. */
export class CellCache {
  readonly #answers = new Map<string, Answer>();

  get(key: string): Answer | undefined {
    return this.#answers.get(key);
  }

  keep(key: string, answer: Answer): void {
    if (!passing.has(answer.cell.reason)) this.#answers.set(key, answer);
  }

  clear(): void {
    this.#answers.clear();
  }

  /** States come back (a change undone), so some that are not in use are kept. */
  forgetUnused(used: ReadonlySet<string>): void {
    if (this.#answers.size <= 3 * used.size + 1000) return;
    for (const key of [...this.#answers.keys()]) if (!used.has(key)) this.#answers.delete(key);
  }
}
