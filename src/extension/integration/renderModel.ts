import {
  type BaseCell,
  type Cell,
  type ConflictFile,
  type ConflictPair,
  type ConflictsJson,
  conflictKinds,
  type Hazard,
  type TrainStep,
} from '../../contract/conflicts';
import type { TaskRow } from '../../contract/json';
import {
  mostFiles,
  type PanelBranch,
  type PanelCell,
  type PanelFile,
  type PanelGroup,
  type PanelHazard,
  type PanelMatrix,
  type PanelTrainStep,
} from '../../protocol/integration';
import type { Translate } from '../words';

/** What the panel's matrix is made of. */
export interface MatrixFacts {
  readonly json: ConflictsJson;
  readonly rows: readonly Pick<TaskRow, 'plan' | 'task' | 'title'>[];
  readonly plans: readonly { readonly id: string; readonly title: string | null }[];
}

/** Texts of one cell beyond this say nothing more to a reader. */
const longestText = 500;

/** The matrix as the panel shows it: in merge order, each plan's branches together, what is the same sent once. */
export function panelMatrix(facts: MatrixFacts, t: Translate): PanelMatrix {
  const { json } = facts;
  const groups = groupsOf(facts, t);
  const order = groups.flatMap(({ refs }) => refs);
  const index = new Map(order.map((ref, at) => [ref, at]));
  const shared = new Shared(json.hazards);
  const pairs = pairRows(json.pairs, index, shared);
  const bases = new Map(json.againstBase.map((cell) => [cell.ref, cell]));
  let next = 0;
  return {
    base: json.base,
    groups: groups.map(({ plan, title, refs }): PanelGroup => {
      const from = next;
      next += refs.length;
      return { plan, title, branches: refs.map((_, at) => from + at) };
    }),
    branches: branchesOf(facts, order, shared),
    pairs,
    againstBase: order.map((ref) => {
      const cell = bases.get(ref);
      return cell === undefined ? null : { base: cell.base, cell: shared.cell(cell, true, shared.ofBase(cell)) };
    }),
    train: trainOf(json, index, shared),
    cells: shared.cells,
    files: shared.files,
    hazards: shared.hazards,
    by: { pid: json.by.pid, window: json.by.window, version: json.by.version },
  };
}

interface Group {
  readonly plan: string | null;
  readonly title: string;
  readonly refs: string[];
}

/** Plans by their first branch in merge order; what belongs to none comes last. */
function groupsOf({ json, plans }: MatrixFacts, t: Translate): Group[] {
  const known = new Map(json.branches.map((branch) => [branch.ref, branch]));
  const ordered = new Set([...json.mergeOrder, ...json.branches.map(({ ref }) => ref)]);
  const titles = new Map(plans.map(({ id, title }) => [id, title ?? (id === 'inbox' ? t('Inbox') : id)]));
  const groups = new Map<string | null, Group>();
  for (const ref of ordered) {
    const branch = known.get(ref);
    if (branch === undefined) continue;
    const plan = branch.task === null ? null : (branch.task.split('/', 1)[0] ?? null);
    const title = plan === null ? t('Other branches') : (titles.get(plan) ?? plan);
    const group = groups.get(plan) ?? { plan, title, refs: [] };
    groups.set(plan, group);
    group.refs.push(ref);
  }
  const loose = groups.get(null);
  groups.delete(null);
  return [...groups.values(), ...(loose === undefined ? [] : [loose])];
}

function branchesOf({ json, rows }: MatrixFacts, order: readonly string[], shared: Shared): PanelBranch[] {
  const known = new Map(json.branches.map((branch) => [branch.ref, branch]));
  const titles = new Map(rows.map((row) => [`${row.plan}/${row.task}`, row.title]));
  return order.flatMap((ref) => {
    const branch = known.get(ref);
    if (branch === undefined) return [];
    const { task, head, snapshot, dirty, live, scannedAt, changedAt, changedFiles } = branch;
    const title = task === null ? null : (titles.get(task) ?? null);
    const leftOut = branch.leftOut.slice(0, mostFiles).map(({ path, why }) => ({ path: cut(path), why: cut(why) }));
    const unjudged = json.unjudged.filter((file) => file.ref === ref);
    return [
      {
        ...{ ref, task, title, worktree: branch.worktree !== null, head, snapshot, dirty, live, scannedAt, changedAt },
        ...{ changedFiles, leftOut, hazards: shared.ofBranches(ref).indexes, unjudgedCount: unjudged.length },
        unjudged: unjudged.slice(0, mostFiles).map(({ path, why }) => ({ path: cut(path), why: cut(why) })),
      },
    ];
  });
}

/** Pairs that are not in the matrix are said to be unknown. */
function pairRows(pairs: readonly ConflictPair[], index: ReadonlyMap<string, number>, shared: Shared): number[][] {
  const missing = shared.missing();
  const rows = [...index.values()].map((at) => new Array<number>(at).fill(missing));
  for (const pair of pairs) {
    const [a, b] = [index.get(pair.a), index.get(pair.b)];
    if (a === undefined || b === undefined || a === b) continue;
    const row = rows[Math.max(a, b)];
    if (row !== undefined) row[Math.min(a, b)] = shared.cell(pair, a > b, shared.ofPair(pair));
  }
  return rows;
}

function trainOf(json: ConflictsJson, index: ReadonlyMap<string, number>, shared: Shared): PanelTrainStep[] {
  const lookup = new Map(json.pairs.map((pair) => [pairKey(pair.a, pair.b), pair]));
  const bases = new Map(json.againstBase.map((cell) => [cell.ref, cell]));
  return json.train.map((step, at) => ({
    ref: step.ref,
    branch: index.get(step.ref) ?? null,
    verdict: step.verdict,
    reason: step.reason,
    detail: step.detail === null ? null : cut(step.detail),
    files: shared.indexes(step.files),
    fileCount: step.files.length,
    why: cut(step.why),
    onlyTogether: isOnlyTogether(step, json.train.slice(0, at), lookup, bases.get(step.ref)),
  }));
}

/** A conflict that neither the base nor any earlier branch has alone with this one, as far as all of that is known. */
function isOnlyTogether(
  step: TrainStep,
  earlier: readonly TrainStep[],
  pairs: ReadonlyMap<string, ConflictPair>,
  base: BaseCell | undefined,
): boolean {
  if (step.verdict !== 'conflict' || (base !== undefined && base.verdict !== 'clean')) return false;
  return earlier.every(({ ref }) => pairs.get(pairKey(ref, step.ref))?.verdict === 'clean');
}

function pairKey(a: string, b: string): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}

/** What is dangerous about a cell; null: not judged. */
interface CellHazards {
  readonly indexes: readonly number[];
  /** Those that nobody has muted. */
  readonly count: number;
}

/** Cells, files and hazards of one message, each content once. */
class Shared {
  readonly cells: PanelCell[] = [];
  readonly files: PanelFile[] = [];
  readonly hazards: readonly PanelHazard[];
  readonly #cells = new Map<string, number>();
  readonly #files = new Map<string, number>();
  readonly #hazards = new Map<string, number[]>();

  constructor(hazards: readonly Hazard[]) {
    const sorted = [...hazards].sort((x, y) => Number(x.muted !== null) - Number(y.muted !== null));
    this.hazards = sorted.map(panelHazard);
    for (const [index, { branches }] of sorted.entries()) {
      const key = JSON.stringify([...branches].sort());
      const known = this.#hazards.get(key);
      if (known === undefined) this.#hazards.set(key, [index]);
      else known.push(index);
    }
  }

  ofPair({ a, b, hazards }: ConflictPair): CellHazards | null {
    return hazards === null ? null : this.ofBranches(a, b);
  }

  ofBase({ ref, base, hazards }: BaseCell): CellHazards | null {
    return hazards == null ? null : this.ofBranches(ref, base);
  }

  ofBranches(...refs: readonly string[]): CellHazards {
    const all = this.#hazards.get(JSON.stringify([...refs].sort())) ?? [];
    const count = all.filter((index) => this.hazards[index]?.muted === null).length;
    return { indexes: all.slice(0, mostFiles), count };
  }

  missing(): number {
    return this.cell(
      { verdict: 'unknown', reason: 'not scanned yet', detail: null, direction: null, driver: null, files: [] },
      true,
      null,
    );
  }

  /** @param aIsLater `a` of the cell is shown after its `b`; against a base it always is */
  cell(cell: Cell, aIsLater: boolean, judged: CellHazards | null): number {
    const { verdict, reason, driver } = cell;
    const detail = cell.detail === null ? null : cut(cell.detail);
    const laterOnly = (cell.direction === 'a-into-b') === aIsLater;
    const direction = cell.direction === null ? null : laterOnly ? 'later-into-earlier' : 'earlier-into-later';
    const files = this.indexes(cell.files);
    // What conflicts is judged once it no longer does.
    const known = verdict === 'clean' ? judged : null;
    const hazards = { hazards: known?.indexes ?? null, hazardCount: known?.count ?? 0 };
    return once(
      {
        ...{ verdict, reason, detail, direction, driver, files, fileCount: cell.files.length },
        ...hazards,
      } satisfies PanelCell,
      this.#cells,
      this.cells,
    );
  }

  indexes(files: readonly ConflictFile[]): number[] {
    return files.slice(0, mostFiles).map((file) => {
      const { path, pathBytes = null, kind, type, who, strategy, candidate } = file;
      const known = conflictKinds.includes(kind) ? kind : 'other';
      return once({ path, pathBytes, kind: known, type, who, strategy, candidate }, this.#files, this.files);
    });
  }
}

function panelHazard({ id, kind, branches, files, message, line, at, prevention, muted }: Hazard): PanelHazard {
  return {
    ...{ id, kind, branches, at, line: line ?? null, muted },
    files: files.slice(0, mostFiles).map(cut),
    message: cut(message),
    prevention: prevention === null ? null : cut(prevention),
  };
}

function once<T>(value: T, known: Map<string, number>, all: T[]): number {
  const key = JSON.stringify(value);
  const found = known.get(key);
  if (found !== undefined) return found;
  known.set(key, all.length);
  return all.push(value) - 1;
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
