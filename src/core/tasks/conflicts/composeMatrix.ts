import type {
  BaseCell,
  Cell,
  ConflictBranch,
  ConflictPair,
  ConflictsJson,
  TrainStep,
  UnjudgedFile,
} from '../../../contract/conflicts';
import { unknownCell } from '../../conflicts/cell';
import type { FoundHazard } from '../../conflicts/hazards/hazards';
import type { EngineResult } from '../../conflicts/matrix/engine';
import type { MatrixState } from '../../conflicts/parts';
import type { Side, Snapshot, Subject } from '../../conflicts/side';
import { shownPath } from '../../git/bytePath';
import type { Host } from '../../ports';
import { type KnownHazards, nobodysHazards } from './hazardKeeper';
import { HazardList } from './hazardList';
import { older } from './matrixDocument';
import type { Mutes } from './mutes';
import type { FoundSubjects } from './subjects';

/** Everything that the matrix is put together from. */
export interface MatrixParts {
  readonly found: FoundSubjects;
  /** Of all subjects, in their order. */
  readonly sides: readonly Side[];
  readonly result: EngineResult | null;
  /** What a former holder said: holds for worktrees not looked at yet. null: nothing, or nobody kept it up to date. */
  readonly prior: MatrixState | null;
  /** Paths of the worktrees in which an agent works. */
  readonly live: ReadonlySet<string>;
  /** When a change was last told, by path of the worktree; ISO 8601. */
  readonly changedAt: ReadonlyMap<string, string>;
  readonly mergeOrder: readonly string[];
  readonly train: readonly TrainStep[];
  /** What was judged of `result`. */
  readonly hazards: KnownHazards;
  readonly mutes: Mutes;
  readonly timing: ConflictsJson['timing'];
  readonly host: Pick<Host, 'window' | 'version'>;
}

/** The matrix as it is known now: every pair is in it, and what is not known yet is `unknown: not scanned yet`. */
export function composeMatrix(given: MatrixParts): MatrixState {
  const p = given.result === null ? { ...given, hazards: nobodysHazards } : given;
  const prior = p.prior === null ? null : new Prior(p.prior);
  const branches = p.found.subjects.map((subject, index) => branchOf(p, prior, subject, p.sides[index]));
  const computed = new Computed(p.result?.pairs ?? []);
  const list = new HazardList(p.mutes);
  const pairs: ConflictPair[] = [];
  for (const [i, a] of branches.entries()) {
    for (const [n, b] of branches.slice(i + 1).entries()) {
      const before = prior?.pair(a, b);
      const cell = before ?? computed.get(a.ref, b.ref, pairs.length) ?? unsaid(p.sides[i], p.sides[i + 1 + n]);
      const found =
        before === undefined ? p.hazards.ofPair(a.ref, b.ref) : (prior?.hazards(before, [a.ref, b.ref]) ?? null);
      const hazards = list.add(cell.verdict === 'clean' ? found : null);
      pairs.push({
        ...cell,
        files: p.hazards.told(cell.files),
        a: a.ref,
        b: b.ref,
        hazards,
        checkedAt: older(a.scannedAt, b.scannedAt),
      });
    }
  }
  for (const branch of branches) list.add(prior?.ofSide(branch) ?? p.hazards.ofSide(branch.ref));
  const againstBase = branches.flatMap((branch, index) => baseCell(p, prior, branch, p.sides[index], list));
  const { changed } = p.result ?? { changed: new Map() };
  const files = branches.map(({ ref }) => {
    const own: readonly string[] | undefined = changed.get(ref)?.map(shownPath);
    return [ref, own ?? prior?.changed.get(ref) ?? []] as const;
  });
  return {
    json: {
      base: p.found.base?.name ?? null,
      generatedAt: new Date().toISOString(),
      branches,
      pairs,
      againstBase,
      hazards: list.sorted(),
      unjudged: unjudgedFiles(p, prior, branches),
      mergeOrder: p.mergeOrder,
      train: p.train.map((step) => ({ ...step, files: p.hazards.told(step.files) })),
      timing: p.timing,
      by: { pid: process.pid, window: p.host.window, version: p.host.version },
    },
    changed: new Map(files),
  };
}

/** Where nothing was computed: what is known to stand in the way, else that nobody has looked. */
function unsaid(...sides: readonly (Side | undefined)[]): Cell {
  const unknown = sides.find((side) => side?.snapshot.unknown != null)?.snapshot.unknown;
  return unknownCell(unknown?.reason ?? 'not scanned yet', unknown?.detail);
}

function branchOf(p: MatrixParts, prior: Prior | null, subject: Subject, side: Side | undefined): ConflictBranch {
  const { ref, task, worktree } = subject;
  const at = worktree?.path ?? null;
  const common = {
    ref,
    task,
    worktree: at,
    live: at !== null && p.live.has(at),
    changedAt: at === null ? null : (p.changedAt.get(at) ?? null),
  };
  const snapshot = side?.snapshot ?? null;
  if (snapshot === null || snapshot.scannedAt === '') {
    const known = prior?.branch(ref, at);
    if (known !== undefined) return { ...known, ...common };
    const nothing = { snapshot: null, scannedAt: null, dirty: null, leftOut: [], changedFiles: null };
    return { ...common, head: subject.head, ...nothing };
  }
  return { ...common, ...seen(snapshot), changedFiles: p.result?.changed.get(ref)?.length ?? null };
}

function seen(snapshot: Snapshot): Pick<ConflictBranch, 'head' | 'snapshot' | 'scannedAt' | 'dirty' | 'leftOut'> {
  return {
    head: snapshot.head,
    snapshot: snapshot.commit,
    scannedAt: snapshot.scannedAt,
    dirty: snapshot.commit === null ? null : snapshot.dirty,
    leftOut: snapshot.leftOut.map((each) => ({ path: shownPath(each.path), why: each.why })),
  };
}

function baseCell(
  p: MatrixParts,
  prior: Prior | null,
  branch: ConflictBranch,
  side: Side | undefined,
  list: HazardList,
): BaseCell[] {
  const base = p.found.bases.get(branch.ref);
  if (base === undefined) return [];
  const { ref } = branch;
  const before = prior?.base(branch);
  const cell = before ?? p.result?.againstBase.find((each) => each.ref === ref) ?? unsaid(side);
  const found = before === undefined ? p.hazards.ofBase(ref) : (prior?.hazards(before, [ref, before.base]) ?? null);
  const { verdict, reason, detail, direction, driver } = cell;
  const said = { verdict, reason, detail, direction, driver, files: p.hazards.told(cell.files) };
  const hazards = list.add(verdict === 'clean' ? found : null);
  return [{ ref, base: base.name, ...said, hazards, checkedAt: branch.scannedAt }];
}

/** What a former holder could not judge counts while its cells do. */
function unjudgedFiles(p: MatrixParts, prior: Prior | null, branches: readonly ConflictBranch[]): UnjudgedFile[] {
  if (prior === null) return [...p.hazards.unjudged];
  const held = new Set(branches.filter((branch) => prior.holds(branch)).map(({ ref }) => ref));
  return [
    ...p.hazards.unjudged.filter(({ ref }) => !held.has(ref)),
    ...prior.unjudged.filter(({ ref }) => held.has(ref)),
  ];
}

/** What was computed. The order is the same unless somebody came or went since: only then are thousands looked up. */
class Computed {
  readonly #pairs: readonly ConflictPair[];
  #byKey: ReadonlyMap<string, ConflictPair> | null = null;

  constructor(pairs: readonly ConflictPair[]) {
    this.#pairs = pairs;
  }

  get(a: string, b: string, index: number): ConflictPair | undefined {
    const here = this.#pairs[index];
    if (here?.a === a && here.b === b) return here;
    this.#byKey ??= new Map(this.#pairs.map((pair) => [`${pair.a}\0${pair.b}`, pair]));
    return this.#byKey.get(`${a}\0${b}`);
  }
}

/** What a former holder of the duty said. It holds as long as a side is what it was then, or was not looked at since. */
class Prior {
  readonly changed: MatrixState['changed'];
  readonly unjudged: readonly UnjudgedFile[];
  /** By their branches. */
  readonly #hazards = new Map<string, FoundHazard[]>();
  readonly #branches: ReadonlyMap<string, ConflictBranch>;
  readonly #pairs: ReadonlyMap<string, ConflictPair>;
  readonly #bases: ReadonlyMap<string, BaseCell>;

  constructor({ json, changed }: MatrixState) {
    this.changed = changed;
    this.unjudged = json.unjudged;
    for (const { muted: _, ...hazard } of json.hazards) {
      const key = keyOf(hazard.branches);
      this.#hazards.set(key, [...(this.#hazards.get(key) ?? []), hazard]);
    }
    this.#branches = new Map(json.branches.map((branch) => [branch.ref, branch]));
    this.#pairs = new Map(json.pairs.map((pair) => [`${pair.a}\0${pair.b}`, pair]));
    this.#bases = new Map(json.againstBase.map((cell) => [cell.ref, cell]));
  }

  branch(ref: string, worktree: string | null): ConflictBranch | undefined {
    const known = this.#branches.get(ref);
    return known !== undefined && known.worktree === worktree && known.scannedAt !== null ? known : undefined;
  }

  pair(a: ConflictBranch, b: ConflictBranch): ConflictPair | undefined {
    if (!this.holds(a) && !this.holds(b)) return undefined;
    return this.#fits(a) && this.#fits(b) ? this.#pairs.get(`${a.ref}\0${b.ref}`) : undefined;
  }

  base(branch: ConflictBranch): BaseCell | undefined {
    return this.holds(branch) ? this.#bases.get(branch.ref) : undefined;
  }

  /** Those of a cell that it was judged for; null: it was not. */
  hazards({ hazards }: Pick<BaseCell, 'hazards'>, refs: readonly string[]): readonly FoundHazard[] | null {
    return hazards == null ? null : (this.#hazards.get(keyOf(refs)) ?? []);
  }

  ofSide(branch: ConflictBranch): readonly FoundHazard[] | undefined {
    return this.holds(branch) ? this.#hazards.get(keyOf([branch.ref])) : undefined;
  }

  /** Nobody has looked at it since. */
  holds({ ref, worktree, scannedAt }: ConflictBranch): boolean {
    const known = this.branch(ref, worktree);
    return known !== undefined && known.scannedAt === scannedAt;
  }

  /** Whether or not somebody has, it is what it was. */
  #fits({ ref, worktree, snapshot }: ConflictBranch): boolean {
    const known = this.branch(ref, worktree);
    return known !== undefined && known.snapshot === snapshot;
  }
}

function keyOf(refs: readonly string[]): string {
  return [...refs].sort().join('\0');
}
