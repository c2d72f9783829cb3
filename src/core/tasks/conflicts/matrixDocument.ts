import * as z from 'zod/mini';
import {
  type BaseCell,
  type Cell,
  type ConflictBranch,
  type ConflictPair,
  type ConflictsJson,
  conflictKinds,
  hazardKinds,
  resolutionTypes,
  resolvers,
  unknownReasons,
  verdicts,
} from '../../../contract/conflicts';
import type { MatrixState } from '../../conflicts/parts';
import { leftOutSchema, type Schema } from '../../store/schemas';

/**
 * `matrix/matrix.json`: the matrix as the window that has the duty computed it. Thousands of cells say the same, mostly
 * nothing: each different one is kept once (`cells`), and `pairs` and `base` are runs, `[cell, count, cell, count …]`,
 * over all pairs in their order, and over all branches (`-1`: no cell). `checkedAt` is the older of both sides' scans.
 */
export interface MatrixDocument {
  readonly v: 1;
  readonly branches: readonly ConflictBranch[];
  readonly cells: readonly KeptCell[];
  readonly pairs: readonly number[];
  readonly base: readonly number[];
  /** Each branch's base: the index of its name in `baseNames`. */
  readonly baseOf: readonly number[];
  readonly baseNames: readonly string[];
  /** Files that each branch changes. */
  readonly changed: readonly (readonly string[])[];
  readonly rest: Omit<ConflictsJson, 'branches' | 'pairs' | 'againstBase'>;
}

type KeptCell = Cell & Pick<ConflictPair, 'hazards'>;

const text = z.string();
const textOrNull = z.nullable(text);
const count = z.int().check(z.minimum(0));

const fileSchema = z.object({
  path: text,
  pathBytes: z.optional(text),
  kind: z.enum(conflictKinds),
  type: z.nullable(z.enum(resolutionTypes)),
  who: z.nullable(z.enum(resolvers)),
  strategy: textOrNull,
  candidate: z.boolean(),
});
const branchSchema = z.object({
  ref: text,
  task: textOrNull,
  worktree: textOrNull,
  head: textOrNull,
  snapshot: textOrNull,
  scannedAt: textOrNull,
  dirty: z.nullable(z.boolean()),
  leftOut: z.array(leftOutSchema),
  changedFiles: z.nullable(z.number()),
  live: z.boolean(),
  changedAt: textOrNull,
}) satisfies Schema<ConflictBranch>;
const said = { verdict: z.enum(verdicts), reason: z.nullable(z.enum(unknownReasons)), detail: textOrNull };
const cellSchema = z.object({
  ...said,
  direction: z.nullable(z.enum(['a-into-b', 'b-into-a'])),
  driver: textOrNull,
  files: z.array(fileSchema),
  hazards: z.nullable(z.array(z.enum(hazardKinds))),
}) satisfies Schema<KeptCell>;

export const matrixDocumentSchema = z.object({
  v: z.literal(1),
  branches: z.array(branchSchema),
  cells: z.array(cellSchema),
  pairs: z.array(count),
  base: z.array(z.int()),
  baseOf: z.array(count),
  baseNames: z.array(text),
  changed: z.array(z.array(text)),
  rest: z.object({
    base: textOrNull,
    generatedAt: text,
    hazards: z.array(
      z.object({
        id: text,
        kind: z.enum(hazardKinds),
        branches: z.array(text),
        files: z.array(text),
        message: text,
        line: z.optional(z.number()),
        at: text,
        prevention: textOrNull,
        muted: z.nullable(z.object({ reason: text, who: textOrNull, at: text })),
      }),
    ),
    unjudged: z.array(z.object({ ref: text, path: text, why: text })),
    mergeOrder: z.array(text),
    train: z.array(z.object({ ref: text, ...said, files: z.array(fileSchema), why: text })),
    timing: z.object({
      ms: z.number(),
      gitProcesses: z.number(),
      pairs: z.number(),
      merged: z.number(),
      skipped: z.number(),
      cached: z.number(),
    }),
    by: z.object({ pid: z.number(), window: textOrNull, version: text }),
  }),
}) satisfies Schema<MatrixDocument>;

/** The matrix in the form in which it is kept. @param state every pair of its branches, in the contract's order */
export function encodeMatrix({ json, changed }: MatrixState): MatrixDocument {
  const { branches, pairs, againstBase, ...rest } = json;
  const cells: KeptCell[] = [];
  const known = new Map<string, number>();
  const indexOf = (cell: Cell, hazards: KeptCell['hazards']): number => {
    const { verdict, reason, detail, direction, driver, files } = cell;
    const kept: KeptCell = { verdict, reason, detail, direction, driver, files, hazards };
    // Most of thousands are plainly clean.
    const isPlain =
      verdict === 'clean' && detail === null && driver === null && files.length + (hazards?.length ?? 0) === 0;
    const key = isPlain ? `clean ${hazards === null}` : JSON.stringify(kept);
    const index = known.get(key) ?? cells.push(kept) - 1;
    known.set(key, index);
    return index;
  };
  const byRef = new Map(againstBase.map((cell) => [cell.ref, cell]));
  const baseNames = [...new Set(againstBase.map(({ base }) => base))];
  return {
    v: 1,
    branches,
    pairs: toRuns(pairs.map((pair) => indexOf(pair, pair.hazards))),
    base: toRuns(
      branches.map(({ ref }) => {
        const cell = byRef.get(ref);
        return cell === undefined ? -1 : indexOf(cell, cell.hazards ?? null);
      }),
    ),
    baseOf: branches.map(({ ref }) => Math.max(0, baseNames.indexOf(byRef.get(ref)?.base ?? ''))),
    baseNames,
    changed: branches.map(({ ref }) => changed.get(ref) ?? []),
    cells,
    rest,
  };
}

/** Half a million pairs: what says it has more is damaged. */
const maxBranches = 1_000;

/** The matrix as it was encoded; null when the parts do not fit together. */
export function decodeMatrix(document: MatrixDocument): MatrixState | null {
  const { branches, cells, rest } = document;
  if (branches.length > maxBranches) return null;
  const pairCells = fromRuns(document.pairs, (branches.length * (branches.length - 1)) / 2);
  const baseCells = fromRuns(document.base, branches.length);
  if (pairCells === null || baseCells === null) return null;
  const pairs: ConflictPair[] = [];
  const againstBase: BaseCell[] = [];
  for (const [i, a] of branches.entries()) {
    for (const b of branches.slice(i + 1)) {
      const cell = cells[pairCells[pairs.length] ?? -1];
      if (cell === undefined) return null;
      pairs.push({ a: a.ref, b: b.ref, ...cell, checkedAt: older(a.scannedAt, b.scannedAt) });
    }
    const index = baseCells[i] ?? -1;
    if (index === -1) continue;
    const cell = cells[index];
    const base = document.baseNames[document.baseOf[i] ?? -1];
    if (cell === undefined || base === undefined) return null;
    againstBase.push({ ref: a.ref, base, ...cell, checkedAt: a.scannedAt });
  }
  const changed = new Map(branches.map(({ ref }, index) => [ref, document.changed[index] ?? []]));
  return { json: { ...rest, branches, pairs, againstBase }, changed };
}

/** The older of two times; null when one is not known. */
export function older(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null;
  return a < b ? a : b;
}

function toRuns(values: readonly number[]): number[] {
  const runs: number[] = [];
  for (const value of values) {
    const last = runs.length - 2;
    if (runs[last] === value) runs[last + 1] = (runs[last + 1] ?? 0) + 1;
    else runs.push(value, 1);
  }
  return runs;
}

/** null unless the runs are as long as they should be; whatever they say, no more than that is made. */
function fromRuns(runs: readonly number[], length: number): number[] | null {
  const values: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const [value, times] = [runs[i], runs[i + 1]];
    if (value === undefined || times === undefined || times < 0 || values.length + times > length) return null;
    for (let n = 0; n < times; n += 1) values.push(value);
  }
  return values.length === length ? values : null;
}
