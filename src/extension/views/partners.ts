import type { Cell, ConflictsJson, Hazard, UnknownReason } from '../../contract/conflicts';

/** Another side that one does not get on with, or of which that is not known. */
export interface Partner {
  /** Short ref name. */
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  /** Files that conflict. */
  readonly files: readonly string[];
  /** Null where they conflict; null too where nobody said why nothing is known. */
  readonly reason: UnknownReason | null;
}

/** The worst cells of one side; nothing of what is clean and harmless. */
export interface Partners {
  readonly conflicts: readonly Partner[];
  readonly unknown: readonly Partner[];
  /** Not a single cell of it is known. */
  readonly nothingKnown: boolean;
  /** What is dangerous about it though git calls it clean, each in a sentence; none that is muted. */
  readonly hazards: readonly string[];
}

/** What the trees show of the matrix. */
export interface TreePartners {
  /** By `plan/task`. */
  readonly tasks: ReadonlyMap<string, Partners>;
  /** By path. */
  readonly worktrees: ReadonlyMap<string, Partners>;
}

export const noPartners: TreePartners = { tasks: new Map(), worktrees: new Map() };

/** @param json ages applied */
export function treePartners(json: ConflictsJson): TreePartners {
  const taskOf = new Map(json.branches.map(({ ref, task }) => [ref, task]));
  const rows = new Map(json.branches.map(({ ref }) => [ref, new Row()]));
  const note = (ref: string, other: string, cell: Cell) => rows.get(ref)?.add(other, taskOf.get(other) ?? null, cell);
  for (const pair of json.pairs) {
    note(pair.a, pair.b, pair);
    note(pair.b, pair.a, pair);
  }
  for (const cell of json.againstBase) note(cell.ref, cell.base, cell);
  const hazards = hazardsByRef(json.hazards);
  const tasks = new Map<string, Partners>();
  const worktrees = new Map<string, Partners>();
  for (const { ref, task, worktree } of json.branches) {
    const partners = rows.get(ref)?.partners(hazards.get(ref) ?? []) ?? null;
    if (partners === null) continue;
    // A task may be here and on a remote: its worktree is where its work is.
    if (task !== null && (worktree !== null || !tasks.has(task))) tasks.set(task, partners);
    if (worktree !== null) worktrees.set(worktree, partners);
  }
  return { tasks, worktrees };
}

function hazardsByRef(hazards: readonly Hazard[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { branches, message, muted } of hazards) {
    if (muted !== null) continue;
    for (const ref of branches) found.set(ref, [...(found.get(ref) ?? []), message]);
  }
  return found;
}

/** Partners of one side, each once: the base may be a side of its own. */
class Row {
  readonly #conflicts = new Map<string, Partner>();
  readonly #unknown = new Map<string, Partner>();
  #known = 0;

  add(ref: string, task: string | null, { verdict, files, reason }: Cell): void {
    if (verdict !== 'unknown') this.#known += 1;
    if (verdict === 'clean') return;
    const list = verdict === 'conflict' ? this.#conflicts : this.#unknown;
    const paths = [...new Set([...(list.get(ref)?.files ?? []), ...files.map(({ path }) => path)])];
    list.set(ref, { ref, task, files: paths, reason });
  }

  /** null: all is clean. */
  partners(hazards: readonly string[]): Partners | null {
    const conflicts = [...this.#conflicts.values()];
    const unknown = [...this.#unknown.values()].filter(({ ref }) => !this.#conflicts.has(ref));
    if (conflicts.length + unknown.length + hazards.length === 0) return null;
    return { conflicts, unknown, nothingKnown: this.#known === 0, hazards };
  }
}
