import fc from 'fast-check';
import {
  type Cell,
  type ConflictBranch,
  type ConflictPair,
  type ConflictsJson,
  conflictKinds,
  hazardKinds,
  resolutionTypes,
  unknownReasons,
} from '../../../../src/contract/conflicts';
import type { MatrixState } from '../../../../src/core/conflicts/parts';
import { older } from '../../../../src/core/tasks/conflicts/matrixDocument';

const clean: Cell = { verdict: 'clean', reason: null, detail: null, direction: null, driver: null, files: [] };

/** A matrix of these branches, all clean. @param order of the train */
export function matrixOf(some: readonly Partial<ConflictBranch>[], order: readonly string[]): ConflictsJson {
  const branches = some.map(
    (branch): ConflictBranch => ({
      ref: 'x',
      task: null,
      worktree: null,
      head: null,
      snapshot: null,
      scannedAt: null,
      dirty: null,
      leftOut: [],
      changedFiles: null,
      live: false,
      changedAt: null,
      ...branch,
    }),
  );
  return {
    base: 'main',
    generatedAt: '2026-01-01T00:00:00.000Z',
    branches,
    pairs: pairsOf(branches, () => ({ ...clean, hazards: [] })),
    againstBase: branches.map(({ ref, scannedAt }) => ({
      ref,
      base: 'main',
      ...clean,
      hazards: [],
      checkedAt: scannedAt,
    })),
    hazards: [],
    unjudged: [],
    mergeOrder: order,
    train: order.map((ref) => ({ ref, verdict: 'clean', reason: null, detail: null, files: [], why: 'by name' })),
    timing: { ms: 1, gitProcesses: 1, pairs: 1, merged: 1, skipped: 0, cached: 0 },
    by: { pid: 1, window: null, version: '0' },
  };
}

function pairsOf(
  branches: readonly ConflictBranch[],
  cellOf: (index: number) => Cell & Pick<ConflictPair, 'hazards'>,
): ConflictPair[] {
  const pairs: ConflictPair[] = [];
  for (const [i, a] of branches.entries()) {
    for (const b of branches.slice(i + 1)) {
      const checkedAt = older(a.scannedAt, b.scannedAt);
      pairs.push({ ...cellOf(pairs.length), a: a.ref, b: b.ref, checkedAt });
    }
  }
  return pairs;
}

/** As JSON gives them back. */
const plain = { noNullPrototype: true };
const orNull = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const time = fc
  .integer({ min: -60_000, max: 60_000 })
  .map((ms) => new Date(Date.parse('2026-01-01') + ms).toISOString());
const file = fc.record(
  {
    path: fc.string(),
    kind: fc.constantFrom(...conflictKinds),
    who: fc.constantFrom(null, 'automated' as const, 'human' as const, 'agent' as const),
    type: fc.constantFrom(null, ...resolutionTypes),
    strategy: orNull(fc.string()),
    candidate: fc.boolean(),
  },
  plain,
);
const cell: fc.Arbitrary<Cell> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(clean) },
  fc.record(
    {
      verdict: fc.constant('conflict' as const),
      reason: fc.constant(null),
      detail: orNull(fc.string()),
      direction: fc.constantFrom(null, 'a-into-b' as const, 'b-into-a' as const),
      driver: orNull(fc.string()),
      files: fc.array(file, { maxLength: 3 }),
    },
    plain,
  ),
  fc.constantFrom(...unknownReasons).map((reason): Cell => ({ ...clean, verdict: 'unknown', reason })),
);
const branch = fc.record(
  {
    ref: fc.string({ minLength: 1 }),
    task: orNull(fc.string()),
    worktree: orNull(fc.string()),
    head: orNull(fc.string()),
    snapshot: orNull(fc.string()),
    scannedAt: orNull(time),
    dirty: orNull(fc.boolean()),
    leftOut: fc.array(fc.record({ path: fc.string(), why: fc.string() }, plain), { maxLength: 2 }),
    changedFiles: orNull(fc.nat()),
    live: fc.boolean(),
    changedAt: orNull(time),
  },
  plain,
);

/** Any matrix that could have been computed. */
export const anyMatrix: fc.Arbitrary<MatrixState> = fc
  .record({
    branches: fc.uniqueArray(branch, { selector: ({ ref }) => ref, maxLength: 8 }),
    cells: fc.array(cell, { minLength: 36, maxLength: 36 }),
    kinds: fc.array(orNull(fc.subarray([...hazardKinds])), { minLength: 36, maxLength: 36 }),
    bases: fc.array(fc.constantFrom(null, 'main', 'release'), { minLength: 8, maxLength: 8 }),
    changed: fc.array(fc.array(fc.string(), { maxLength: 3 }), { minLength: 8, maxLength: 8 }),
  })
  .map(({ branches: some, cells, kinds, bases, changed }) => {
    const branches = [...some].sort((a, b) => (a.ref < b.ref ? -1 : 1));
    const json = matrixOf(branches, branches.map(({ ref }) => ref).reverse());
    return {
      json: {
        ...json,
        pairs: pairsOf(branches, (index) => ({ ...(cells[index] ?? clean), hazards: kinds[index] ?? null })),
        againstBase: branches.flatMap(({ ref, scannedAt }, index) => {
          const base = bases[index] ?? null;
          return base === null
            ? []
            : [
                {
                  ref,
                  base,
                  ...(cells[28 + index] ?? clean),
                  hazards: kinds[28 + index] ?? null,
                  checkedAt: scannedAt,
                },
              ];
        }),
      },
      changed: new Map(branches.map(({ ref }, index) => [ref, changed[index] ?? []])),
    };
  });
