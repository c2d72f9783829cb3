import type {
  BaseCell,
  Cell,
  ConflictBranch,
  ConflictFile,
  ConflictPair,
  ConflictsJson,
  TrainStep,
} from '../../../src/contract/conflicts';

export const noted = '2026-01-01T12:00:00.000Z';

export function conflictFile(path: string, changes: Partial<ConflictFile> = {}): ConflictFile {
  return { path, kind: 'content', type: null, who: null, strategy: null, candidate: false, ...changes };
}

export const cleanCell: Cell = {
  verdict: 'clean',
  reason: null,
  detail: null,
  direction: null,
  driver: null,
  files: [],
};

export function conflictCell(paths: readonly string[], changes: Partial<Cell> = {}): Cell {
  return { ...cleanCell, verdict: 'conflict', files: paths.map((path) => conflictFile(path)), ...changes };
}

export function unknownCell(reason: Cell['reason'] = 'not scanned yet', detail: string | null = null): Cell {
  return { ...cleanCell, verdict: 'unknown', reason, detail };
}

export function conflictBranch(ref: string, changes: Partial<ConflictBranch> = {}): ConflictBranch {
  const hash = [...ref].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  const id = hash.toString(16).padStart(8, '0').repeat(5);
  return {
    ref,
    task: null,
    worktree: `/w/${ref}`,
    head: id,
    snapshot: id,
    scannedAt: noted,
    dirty: false,
    leftOut: [],
    changedFiles: 3,
    live: false,
    changedAt: null,
    ...changes,
  };
}

/** Says what each pair is; the base's cells by the branch alone. */
export type CellOf = (a: string, b: string | null) => Cell;

export interface MatrixOptions {
  readonly cell?: CellOf;
  readonly base?: string | null;
  readonly order?: readonly string[];
  readonly train?: (ref: string) => Partial<TrainStep>;
}

/** A whole matrix of these branches; what `cell` does not say is clean. */
export function conflictsJson(branches: readonly ConflictBranch[], o: MatrixOptions = {}): ConflictsJson {
  const sorted = [...branches].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const cellOf = o.cell ?? (() => cleanCell);
  const base = o.base === undefined ? 'main' : o.base;
  const order = o.order ?? branches.map(({ ref }) => ref);
  const pairs = sorted.flatMap((a, index) =>
    sorted.slice(index + 1).map((b): ConflictPair => {
      return { a: a.ref, b: b.ref, hazards: [], checkedAt: noted, ...cellOf(a.ref, b.ref) };
    }),
  );
  const againstBase: BaseCell[] =
    base === null ? [] : sorted.map(({ ref }) => ({ ref, base, hazards: [], checkedAt: noted, ...cellOf(ref, null) }));
  const step = { verdict: 'clean', reason: null, detail: null, files: [], why: 'fewest conflicts' } as const;
  return {
    base,
    generatedAt: noted,
    branches: sorted,
    pairs,
    againstBase,
    hazards: [],
    unjudged: [],
    mergeOrder: order,
    train: order.map((ref): TrainStep => ({ ...step, ref, ...o.train?.(ref) })),
    timing: { ms: 12, gitProcesses: 3, pairs: pairs.length, merged: 4, skipped: 0, cached: 0 },
    by: { pid: 4711, window: '/repo', version: '0.1.0' },
  };
}

/** `count` task branches in three plans, some of which conflict or are unknown. */
export function manyBranches(count: number): ConflictsJson {
  const plans = ['dashboard', 'billing', 'search'];
  const branches = Array.from({ length: count }, (_, index) => {
    const plan = plans[index % plans.length] ?? '';
    const name = `task-${String(index).padStart(3, '0')}`;
    return conflictBranch(`agent/${plan}-${name}`, {
      task: `${plan}/${name}`,
      dirty: index % 4 === 0,
      live: index % 10 === 0,
      scannedAt: noted,
    });
  });
  const number = (ref: string) => Number(/(\d+)$/.exec(ref)?.[1] ?? 0);
  return conflictsJson(branches, {
    cell: (a, b) => {
      const mixed = b === null ? number(a) * 7 : number(a) * 31 + number(b) * 17;
      if (mixed % 13 === 1) {
        return conflictCell([`src/part${mixed % 5}/service.ts`, `docs/page${mixed % 3}.md`].slice(0, 1 + (mixed % 2)), {
          direction: mixed % 4 === 0 ? 'a-into-b' : null,
          driver: mixed % 7 === 0 ? 'ours-json' : null,
        });
      }
      return mixed % 29 === 2 ? unknownCell('timeout') : cleanCell;
    },
  });
}
