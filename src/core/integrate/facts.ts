import type { AnsweredCommit, UntoldBranch } from '../../contract/checklist';
import type {
  BaseCell,
  ConflictBranch,
  ConflictPair,
  ConflictsJson,
  Hazard,
  TrainStep,
  UnjudgedFile,
} from '../../contract/conflicts';
import type { ApprovedMark, VerifiedMark } from '../../contract/json';
import type { TaskState } from '../../contract/states';
import type { Plan } from '../plan/plan';
import { isTooOld } from '../tasks/conflicts/ages';
import type { TaskRecord } from '../tasks/fold';
import { hasLanded } from '../tasks/holds';

/** What an evaluator may know of one task. */
export interface TaskFacts {
  readonly id: string;
  /** null: not begun. */
  readonly state: TaskState | null;
  readonly landed: boolean;
  /** The branch on record, short name; null: none was ever made. */
  readonly branch: string | null;
  /** Its sides in the matrix, by their names there. */
  readonly refs: readonly string[];
  /** It should have a branch, and no branch of that name is there. */
  readonly gone: boolean;
  /** null: nobody has. */
  readonly approved: ApprovedMark | null;
  readonly verified: VerifiedMark | null;
}

/** The part of the matrix that is about the branches of one plan. */
export interface MatrixFacts {
  /** Both sides are the plan's. */
  readonly pairs: readonly ConflictPair[];
  readonly againstBase: readonly BaseCell[];
  /** Of these branches alone, of two of them, or of one and its base; muted ones too. */
  readonly hazards: readonly Hazard[];
  readonly unjudged: readonly UnjudgedFile[];
  /** The branches that hazards were looked for in. */
  readonly judged: ReadonlySet<string>;
  readonly train: readonly TrainStep[];
}

/** All that an evaluator may know: plain data, about one plan. */
export interface PlanFacts {
  readonly plan: Plan;
  /** Those with a file or with events, by id. */
  readonly tasks: readonly TaskFacts[];
  /** The plan's sides in the matrix, sorted by ref. */
  readonly branches: readonly ConflictBranch[];
  /** null: nobody has computed one. */
  readonly matrix: MatrixFacts | null;
  /** What an answer would be about. */
  readonly commits: readonly AnsweredCommit[];
  readonly untold: readonly UntoldBranch[];
  /** Every task has landed: what there is to check is the base. */
  readonly allLanded: boolean;
}

export interface PlanFactsParts {
  readonly plan: Plan;
  /** Of the plan's tasks, by id. */
  readonly records: ReadonlyMap<string, TaskRecord>;
  /** null: nobody has computed one. */
  readonly json: ConflictsJson | null;
  /** Short names of the local branches that are there. */
  readonly localBranches: ReadonlySet<string>;
  /** Where the plan's work lands; null: not known. */
  readonly base: AnsweredCommit | null;
  /** Milliseconds. */
  readonly now: number;
}

/** Picks what is about one plan. Pure. */
export function planFacts(p: PlanFactsParts): PlanFacts {
  const branches = (p.json?.branches ?? []).filter(({ task }) => task?.startsWith(`${p.plan.id}/`) === true);
  const ids = [...new Set([...p.plan.tasks.map(({ ref }) => ref.task), ...p.records.keys()])].sort();
  const tasks = ids.map((id) => taskFacts(p, id, branches));
  const json = p.json;
  const allLanded = tasks.length > 0 && branches.length === 0 && tasks.every(isSettled) && tasks.some((t) => t.landed);
  const now = allLanded ? baseNow(p) : branchesNow(p, branches);
  return {
    plan: p.plan,
    tasks,
    branches,
    matrix: json === null ? null : matrixFacts(json, branches),
    ...now,
    allLanded,
  };
}

function matrixFacts(json: ConflictsJson, branches: readonly ConflictBranch[]): MatrixFacts {
  const refs = new Set(branches.map(({ ref }) => ref));
  const againstBase = json.againstBase.filter(({ ref }) => refs.has(ref));
  const withBases = new Set([...refs, ...againstBase.map(({ base }) => base)]);
  return {
    pairs: json.pairs.filter(({ a, b }) => refs.has(a) && refs.has(b)),
    againstBase,
    hazards: json.hazards.filter(
      (hazard) => hazard.branches.some((ref) => refs.has(ref)) && hazard.branches.every((ref) => withBases.has(ref)),
    ),
    unjudged: json.unjudged.filter(({ ref }) => refs.has(ref)),
    judged: new Set([...refs].filter((ref) => isJudged(json, ref))),
    train: json.train.filter(({ ref }) => refs.has(ref)),
  };
}

/** Whoever is judged at all is so in every cell that is clean; where there is none, the cells say why. */
function isJudged({ pairs, againstBase }: ConflictsJson, ref: string): boolean {
  const own = [
    ...pairs.filter(({ a, b }) => a === ref || b === ref),
    ...againstBase.filter((cell) => cell.ref === ref),
  ];
  const clean = own.filter(({ verdict }) => verdict === 'clean');
  return clean.length === 0 || clean.some(({ hazards }) => hazards != null);
}

function taskFacts(p: PlanFactsParts, id: string, branches: readonly ConflictBranch[]): TaskFacts {
  const record = p.records.get(id);
  const branch = branchOf(record);
  const refs = branches.filter(({ task }) => task === `${p.plan.id}/${id}`).map(({ ref }) => ref);
  return {
    id,
    state: record?.state ?? null,
    landed: hasLanded(record),
    branch,
    refs,
    gone: branch !== null && !isOver(record) && refs.length === 0 && !p.localBranches.has(branch),
    // Reviews and verify runs leave no events yet.
    approved: null,
    verified: null,
  };
}

/** Nothing more of it will land. */
function isSettled({ landed, state }: TaskFacts): boolean {
  return landed || state === 'cleaned' || state === 'abandoned';
}

/** A branch that nobody has looked at, because nobody has looked at any. */
function unseen(record: TaskRecord): UntoldBranch[] {
  const branch = branchOf(record);
  return branch === null || isOver(record) ? [] : [{ ref: branch, why: 'no matrix has been computed yet' }];
}

/** Short name of the branch on record; null: none was ever made, or HEAD was detached. */
export function branchOf(record: TaskRecord | undefined): string | null {
  return (record?.worktree?.branch ?? record?.dispatch?.branch) || null;
}

/** Nothing of it will land any more. */
export function isOver(record: TaskRecord | undefined): boolean {
  return record?.state === 'integrated' || record?.state === 'cleaned' || record?.state === 'abandoned';
}

function baseNow({ base }: PlanFactsParts): Pick<PlanFacts, 'commits' | 'untold'> {
  return base === null
    ? { commits: [], untold: [{ ref: 'the base', why: 'it names no commit' }] }
    : { commits: [base], untold: [] };
}

function branchesNow(
  { json, records, now }: PlanFactsParts,
  branches: readonly ConflictBranch[],
): Pick<PlanFacts, 'commits' | 'untold'> {
  const commits: AnsweredCommit[] = [];
  const untold: UntoldBranch[] = [];
  if (json === null) return { commits, untold: [...records].flatMap(([, record]) => unseen(record)) };
  for (const branch of branches) {
    const { ref, snapshot } = branch;
    if (snapshot === null) untold.push({ ref, why: whyUnknown(json, ref) });
    else if (isTooOld(branch, now)) untold.push({ ref, why: 'its agent is at work, and the last look is too old' });
    else commits.push({ ref, commit: snapshot });
  }
  return { commits, untold };
}

/** What stands in the way of the look, as the cells say it. */
function whyUnknown(json: ConflictsJson | null, ref: string): string {
  const cells = [
    ...(json?.againstBase ?? []).filter((cell) => cell.ref === ref),
    ...(json?.pairs ?? []).filter(({ a, b }) => a === ref || b === ref),
  ];
  const cell = cells.find(({ reason }) => reason !== null);
  if (cell === undefined) return 'not scanned yet';
  return cell.detail === null ? `${cell.reason}` : `${cell.reason}: ${cell.detail}`;
}
