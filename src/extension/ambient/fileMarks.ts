import type { ConflictBranch, ConflictPair, UnknownReason, Verdict } from '../../contract/conflicts';
import type { MatrixState } from '../../core/conflicts/parts';

/** Another side that changes a file, and how both get on in it. */
export interface OtherChange {
  /** Short ref name, as in the matrix. */
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  /** In this file; null: this side does not change it. */
  readonly verdict: Verdict | null;
  /** Null unless `unknown`; null also where the two conflict, but git may call this file by another name. */
  readonly reason: UnknownReason | null;
}

/** A file of a worktree that another side changes too. */
export interface FileMark {
  /** This side changes it as well. */
  readonly own: boolean;
  /** The worst first, then by ref. */
  readonly others: readonly OtherChange[];
}

const rank = { conflict: 0, unknown: 1, clean: 2 } as const satisfies Record<Verdict, number>;

/**
 * What other sides change as well, by path relative to the worktree.
 * @param worktree real path, as the matrix has it
 * @returns nothing where the matrix does not know the worktree
 */
export function fileMarks({ json, changed }: MatrixState, worktree: string): Map<string, FileMark> {
  const own = json.branches.find((branch) => branch.worktree === worktree);
  if (own === undefined) return new Map();
  const mine = new Set(changed.get(own.ref) ?? []);
  const pairs = pairsOf(json.pairs, own.ref);
  const found = new Map<string, { own: boolean; others: OtherChange[] }>();
  for (const other of json.branches) {
    if (other === own) continue;
    const theirs = changed.get(other.ref) ?? [];
    const changes = new Changes(other, pairs.get(other.ref) ?? null, mine, theirs);
    for (const path of changes.paths(theirs)) {
      const change = changes.of(path);
      const mark = found.get(path) ?? { own: false, others: [] };
      mark.own ||= change.verdict !== null;
      mark.others.push(change);
      found.set(path, mark);
    }
  }
  for (const { own, others } of found.values()) if (own && others.length > 1) others.sort(byVerdict);
  return found;
}

function byVerdict(x: OtherChange, y: OtherChange): number {
  return rank[x.verdict ?? 'clean'] - rank[y.verdict ?? 'clean'];
}

function pairsOf(pairs: readonly ConflictPair[], ref: string): Map<string, ConflictPair> {
  const found = new Map<string, ConflictPair>();
  for (const pair of pairs) {
    if (pair.a === ref) found.set(pair.b, pair);
    else if (pair.b === ref) found.set(pair.a, pair);
  }
  return found;
}

/** What one other side does to the files of this one. Thousands of files share a few answers. */
class Changes {
  readonly #pair: ConflictPair | null;
  readonly #mine: ReadonlySet<string>;
  readonly #conflicts: ReadonlySet<string>;
  readonly #apart: OtherChange;
  readonly #beside: OtherChange;
  readonly #against: OtherChange;

  constructor(
    other: Pick<ConflictBranch, 'ref' | 'task'>,
    pair: ConflictPair | null,
    mine: ReadonlySet<string>,
    theirs: readonly string[],
  ) {
    const change = (verdict: Verdict | null, reason: UnknownReason | null = null): OtherChange => {
      return { ref: other.ref, task: other.task, verdict, reason };
    };
    this.#pair = pair;
    this.#mine = mine;
    this.#conflicts = new Set(pair?.verdict === 'conflict' ? pair.files.map(({ path }) => path) : []);
    this.#apart = change(null);
    this.#against = change('conflict');
    this.#beside = change(...this.#elsewhere(theirs));
  }

  /** Everything the other side changes, and what the matrix says conflicts under our name for it. */
  *paths(theirs: readonly string[]): Iterable<string> {
    const left = new Set(this.#conflicts);
    for (const path of theirs) {
      left.delete(path);
      yield path;
    }
    yield* left;
  }

  of(path: string): OtherChange {
    if (this.#conflicts.has(path)) return this.#against;
    return this.#mine.has(path) ? this.#beside : this.#apart;
  }

  /** How files get on that both change and that are in no conflict. */
  #elsewhere(theirs: readonly string[]): [Verdict, UnknownReason | null] {
    if (this.#pair === null) return ['unknown', 'not scanned yet'];
    if (this.#pair.verdict !== 'conflict') return [this.#pair.verdict, this.#pair.reason];
    // git names a renamed or moved file by one of its names only: a conflict in a file that not both change under that
    // name may be about any of those that both do.
    const all = new Set(theirs);
    const named = [...this.#conflicts].every((path) => this.#mine.has(path) && all.has(path));
    return named && this.#conflicts.size > 0 ? ['clean', null] : ['unknown', null];
  }
}

/** Whether both marks say the same. */
export function sameMark(x: FileMark, y: FileMark): boolean {
  if (x === y) return true;
  if (x.own !== y.own || x.others.length !== y.others.length) return false;
  return x.others.every((one, index) => {
    const other = y.others[index];
    return (
      other !== undefined &&
      one.ref === other.ref &&
      one.task === other.task &&
      one.verdict === other.verdict &&
      one.reason === other.reason
    );
  });
}

/** Paths whose marks came, went or changed. */
export function changedMarks(before: ReadonlyMap<string, FileMark>, after: ReadonlyMap<string, FileMark>): string[] {
  const changed: string[] = [];
  for (const [path, mark] of after) {
    const was = before.get(path);
    if (was === undefined || !sameMark(was, mark)) changed.push(path);
  }
  for (const path of before.keys()) if (!after.has(path)) changed.push(path);
  return changed;
}
