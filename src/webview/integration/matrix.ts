import type { UnknownReason, Verdict } from '../../contract/conflicts';
import type {
  PanelBaseCell,
  PanelBranch,
  PanelCell,
  PanelFile,
  PanelHazard,
  PanelMatrix,
} from '../../protocol/integration';
import { plain, shortNames } from '../shared/format';
import { isBehind, isTooOld } from './ages';

/** A cell as it may be shown now. */
export interface Seen {
  readonly cell: PanelCell;
  readonly behind: boolean;
}

const nobody: ReadonlySet<number> = new Set();

/** Reads the matrix that came, with what time has done to it since. */
export class Matrix {
  readonly data: PanelMatrix;
  /** Names for where there is little room, by branch. */
  readonly shortNames: readonly string[];
  #behind: ReadonlySet<number> = nobody;
  #tooOld: ReadonlySet<number> = nobody;

  constructor(data: PanelMatrix) {
    this.data = data;
    this.shortNames = shortNames(data.branches.map(({ ref }) => plain(ref)));
  }

  get branches(): readonly PanelBranch[] {
    return this.data.branches;
  }

  /** Takes the time. @returns whether a cell is another now */
  tick(now: number): boolean {
    const behind = this.#which((branch) => isBehind(branch, now));
    const tooOld = this.#which((branch) => isTooOld(branch, now));
    const changed = !sameSet(behind, this.#behind) || !sameSet(tooOld, this.#tooOld);
    this.#behind = behind;
    this.#tooOld = tooOld;
    return changed;
  }

  #which(is: (branch: PanelBranch) => boolean): ReadonlySet<number> {
    const found = this.branches.flatMap((branch, index) => (is(branch) ? [index] : []));
    return found.length === 0 ? nobody : new Set(found);
  }

  isBehind(branch: number): boolean {
    return this.#behind.has(branch);
  }

  /** The cell of two branches, whichever comes first; the same one twice has none. */
  pair(a: number, b: number): Seen | null {
    if (a === b) return null;
    const index = this.data.pairs[Math.max(a, b)]?.[Math.min(a, b)];
    return this.#seen(index, [a, b]);
  }

  againstBase(branch: number): (Seen & { readonly base: string }) | null {
    const cell: PanelBaseCell | null | undefined = this.data.againstBase[branch];
    if (cell === null || cell === undefined) return null;
    return { ...this.#seen(cell.cell, [branch]), base: cell.base };
  }

  #seen(index: number | undefined, branches: readonly number[]): Seen {
    const cell = (index === undefined ? undefined : this.data.cells[index]) ?? unknown('not scanned yet');
    const behind = branches.some((branch) => this.#behind.has(branch));
    if (cell.verdict !== 'unknown' && branches.some((branch) => this.#tooOld.has(branch)))
      return { cell: unknown('scan is too old'), behind };
    return { cell, behind };
  }

  files(indexes: readonly number[]): PanelFile[] {
    return indexes.flatMap((index) => this.data.files[index] ?? []);
  }

  hazards(indexes: readonly number[]): PanelHazard[] {
    return indexes.flatMap((index) => this.data.hazards[index] ?? []);
  }

  /** Verdicts of all cells, the base's too; `hazards`: those of them that are dangerous. */
  counts(): Readonly<Record<Verdict | 'hazards', number>> {
    const counts = { clean: 0, conflict: 0, unknown: 0, hazards: 0 };
    const count = ({ cell }: Seen) => {
      counts[cell.verdict] += 1;
      if (cell.hazardCount > 0) counts.hazards += 1;
    };
    for (let a = 0; a < this.branches.length; a += 1) {
      const base = this.againstBase(a);
      if (base !== null) count(base);
      for (let b = 0; b < a; b += 1) {
        const seen = this.pair(a, b);
        if (seen !== null) count(seen);
      }
    }
    return counts;
  }
}

/** What a cell says of which nothing came. */
export function unknown(reason: UnknownReason): PanelCell {
  return {
    verdict: 'unknown',
    reason,
    detail: null,
    direction: null,
    driver: null,
    files: [],
    fileCount: 0,
    hazards: null,
    hazardCount: 0,
  };
}

function sameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}
