import type { BaseCell, ConflictFile, ConflictPair, HazardKind } from '../../../contract/conflicts';
import {
  counted,
  type Evaluator,
  evaluation,
  goneBranches,
  notBegun,
  type Point,
  withoutBranches,
} from '../evaluation';
import type { MatrixFacts, PlanFacts } from '../facts';

/** An item that hazards and conflicts speak about. */
export interface HazardItem {
  /** Any of these, unless put aside, fails it. */
  readonly kinds: readonly HazardKind[];
  /** Whether a file is what the item is about, so that it must have been judged. */
  readonly isAbout: (path: string) => boolean;
  /** Whether a conflict in a file is one of those that must not be. */
  readonly isFailure: (file: ConflictFile) => boolean;
  /** Completes "2 pairs of branches judged: …". */
  readonly passes: string;
}

/** Passes only when every pair of the plan's branches was judged, and each of them against its base. */
export function fromHazards(item: HazardItem): Evaluator {
  return (facts) => {
    const early = withoutBranches(facts);
    if (early !== null || facts.matrix === null) return early ?? evaluation('ask', []);
    const { matrix } = facts;
    const found = [...hazardPoints(item, matrix), ...conflictPoints(item, matrix)];
    if (found.length > 0) return evaluation('fail', found);
    const unknown = [...goneBranches(facts), ...unknownPoints(matrix), ...unjudgedPoints(item, facts)];
    if (unknown.length > 0) return evaluation('ask', unknown);
    const aside = matrix.hazards.filter(({ kind, muted }) => item.kinds.includes(kind) && muted !== null);
    const muted = aside.map(({ id, message, muted: by }) => ({
      text: `Put aside (${by?.reason}): ${message}`,
      links: [{ kind: 'hazard' as const, id }],
    }));
    const pairs = matrix.pairs.length;
    const what = pairs === 0 ? 'The one branch' : `${counted(pairs, 'pair')} of branches`;
    return evaluation('pass', [{ text: `${what} judged: ${item.passes}.`, links: [] }, ...muted], notBegun(facts));
  };
}

function hazardPoints({ kinds }: HazardItem, { hazards }: MatrixFacts): Point[] {
  return hazards
    .filter(({ kind, muted }) => kinds.includes(kind) && muted === null)
    .map(({ id, message }) => ({ text: message, links: [{ kind: 'hazard', id }] }));
}

function conflictPoints({ isFailure }: HazardItem, { pairs, againstBase }: MatrixFacts): Point[] {
  return [...pairs, ...againstBase].flatMap((cell) => {
    const files: readonly ConflictFile[] = cell.verdict === 'conflict' ? cell.files.filter(isFailure) : [];
    if (files.length === 0) return [];
    const [a, b] = sidesOf(cell);
    return [{ text: `${a} and ${b} conflict in ${files.map(({ path }) => path).join(', ')}.`, links: [linkTo(a, b)] }];
  });
}

/** Cells that say nothing about hazards: sides that conflict are not judged either. */
function unknownPoints({ pairs, againstBase }: MatrixFacts): Point[] {
  return [...pairs, ...againstBase].flatMap((cell) => {
    const [a, b] = sidesOf(cell);
    const why = whyNotJudged(cell);
    return why === null ? [] : [{ text: `${a} and ${b}: ${why}.`, links: [linkTo(a, b)] }];
  });
}

function whyNotJudged(cell: ConflictPair | BaseCell): string | null {
  if (cell.verdict === 'unknown') return `not known (${cell.reason})`;
  if (cell.verdict === 'conflict') return 'they conflict, and are judged when they no longer do';
  return cell.hazards == null ? 'not judged yet' : null;
}

function unjudgedPoints({ isAbout }: HazardItem, { branches, matrix }: PlanFacts): Point[] {
  if (matrix === null) return [];
  const files = matrix.unjudged.filter(({ path }) => isAbout(path));
  const sides = branches.filter(({ ref }) => !matrix.judged.has(ref));
  return [
    ...files.map(({ ref, path, why }) => ({ text: `${path} of ${ref} was not judged: ${why}.`, links: [] })),
    ...sides.map(({ ref }) => ({ text: `${ref} was not judged yet.`, links: [] })),
  ];
}

function sidesOf(cell: ConflictPair | BaseCell): readonly [string, string] {
  return 'ref' in cell ? [cell.ref, cell.base] : [cell.a, cell.b];
}

function linkTo(a: string, b: string): Point['links'][number] {
  return { kind: 'pair', a, b };
}
