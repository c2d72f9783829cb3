import type {
  ConflictBranch,
  ConflictPair,
  ConflictsJson,
  UnknownReason,
  Verdict,
} from '../../../src/contract/conflicts';
import type { MatrixState } from '../../../src/core/conflicts/parts';

/** A side with a worktree of its own. */
export function branch(ref: string, task: string | null = null, changes: Partial<ConflictBranch> = {}): ConflictBranch {
  return {
    ref,
    task,
    worktree: `/w/${ref}`,
    head: 'a'.repeat(40),
    snapshot: 'b'.repeat(40),
    scannedAt: '2026-01-20T00:00:00.000Z',
    dirty: false,
    leftOut: [],
    changedFiles: null,
    live: false,
    changedAt: null,
    ...changes,
  };
}

interface Said {
  readonly verdict: Verdict;
  readonly reason?: UnknownReason;
  readonly files?: readonly string[];
}

function cell({ verdict, reason, files = [] }: Said) {
  const listed = files.map((path) => ({
    path,
    kind: 'content' as const,
    type: null,
    who: null,
    strategy: null,
    candidate: false,
  }));
  return { verdict, reason: reason ?? null, detail: null, direction: null, driver: null, files: listed };
}

/** @param a before `b` */
export function pair(a: string, b: string, said: Said): ConflictPair {
  return { a, b, ...cell(said), hazards: [], checkedAt: null };
}

export function againstBase(ref: string, base: string, said: Said): ConflictsJson['againstBase'][number] {
  return { ref, base, ...cell(said), checkedAt: null };
}

export function conflictsJson(o: Partial<ConflictsJson>): ConflictsJson {
  return {
    base: 'main',
    generatedAt: '2026-01-20T00:00:00.000Z',
    branches: [],
    pairs: [],
    againstBase: [],
    hazards: [],
    unjudged: [],
    mergeOrder: [],
    train: [],
    timing: { ms: 0, gitProcesses: 0, pairs: 0, merged: 0, skipped: 0, cached: 0 },
    by: { pid: 1, window: null, version: '0' },
    ...o,
  };
}

export function matrixState(
  json: Partial<ConflictsJson>,
  changed: Readonly<Record<string, readonly string[]>> = {},
): MatrixState {
  return { json: conflictsJson(json), changed: new Map(Object.entries(changed)) };
}
