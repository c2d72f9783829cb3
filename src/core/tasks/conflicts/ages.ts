import type { BaseCell, ConflictBranch, ConflictPair, ConflictsJson, UnknownReason } from '../../../contract/conflicts';
import { unknownCell } from '../../conflicts/cell';

/** A worktree with a live agent that was not looked at for longer than this may hold anything by now. */
export const tooOldMs = 30_000;

/** A look that lies further ahead was made before the clock was set back: nobody knows how long ago. */
export const aheadMs = 5_000;

/**
 * The matrix as it may be shown at `now`: whatever rests on a worktree with a live agent that nobody has looked at for
 * 30 s is `unknown: scan is too old`. Every reader applies it, whoever computed the matrix.
 * @param now milliseconds
 * @returns `json` itself where nothing is too old
 */
export function withAges(json: ConflictsJson, now: number): ConflictsJson {
  return unknownWhere(json, (branch) => isTooOld(branch, now), 'scan is too old');
}

/** When the next cell becomes too old, in milliseconds; null: none will. */
export function nextAging(json: ConflictsJson, now: number): number | null {
  const times = json.branches.map(agesAt).filter((at) => at >= now && at !== Number.POSITIVE_INFINITY);
  return times.length === 0 ? null : Math.min(...times);
}

/** Whether the worktree may hold anything by now. @param now milliseconds */
export function isTooOld(branch: ConflictBranch, now: number): boolean {
  const at = agesAt(branch);
  return at < now || (branch.live && at > now + tooOldMs + aheadMs);
}

/** The last moment at which the branch's cells may be shown. */
function agesAt({ live, scannedAt }: ConflictBranch): number {
  if (!live) return Number.POSITIVE_INFINITY;
  const at = scannedAt === null ? Number.NaN : Date.parse(scannedAt);
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at + tooOldMs;
}

/**
 * The matrix that a former window left, where nobody has looked since: of worktrees nothing is known any more.
 * @returns `json` itself where no worktree is in it
 */
export function withoutScans(json: ConflictsJson): ConflictsJson {
  const forgotten = unknownWhere(json, ({ worktree }) => worktree !== null, 'not scanned yet');
  if (forgotten === json) return json;
  const branches = json.branches.map((branch) =>
    branch.worktree === null ? branch : { ...branch, snapshot: null, scannedAt: null, dirty: null },
  );
  return { ...forgotten, branches };
}

/** Makes everything unknown that rests on one of these branches; what is unknown already keeps its reason. */
export function unknownWhere(
  json: ConflictsJson,
  isBad: (branch: ConflictBranch) => boolean,
  reason: UnknownReason,
): ConflictsJson {
  const bad = new Set(json.branches.filter(isBad).map(({ ref }) => ref));
  if (bad.size === 0) return json;
  // What stands behind a bad one is merged onto it.
  const firstBad = json.train.findIndex(({ ref }) => bad.has(ref));
  return {
    ...json,
    pairs: json.pairs.map((pair) => (bad.has(pair.a) || bad.has(pair.b) ? asUnknown(pair, reason) : pair)),
    againstBase: json.againstBase.map((cell) => (bad.has(cell.ref) ? asUnknown(cell, reason) : cell)),
    hazards: json.hazards.filter(({ branches }) => !branches.some((ref) => bad.has(ref))),
    unjudged: json.unjudged.filter(({ ref }) => !bad.has(ref)),
    train: json.train.map((step, index) =>
      firstBad < 0 || index < firstBad || step.verdict === 'unknown'
        ? step
        : { ...step, verdict: 'unknown', reason, detail: null, files: [] },
    ),
  };
}

function asUnknown<T extends ConflictPair | BaseCell>(cell: T, reason: UnknownReason): T {
  return cell.verdict === 'unknown' ? cell : { ...cell, ...unknownCell(reason), hazards: null };
}
