import type {
  BaseCell,
  Cell,
  ConflictBranch,
  ConflictPair,
  ConflictsJson,
  TrainStep,
} from '../../../contract/conflicts';
import { unknownCell } from '../../conflicts/cell';
import type { EngineResult } from '../../conflicts/matrix/engine';
import type { MatrixState } from '../../conflicts/parts';
import type { Side, Snapshot, Subject } from '../../conflicts/side';
import { shownPath } from '../../git/bytePath';
import type { Host } from '../../ports';
import { older } from './matrixDocument';
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
  readonly timing: ConflictsJson['timing'];
  readonly host: Pick<Host, 'window' | 'version'>;
}

/** The matrix as it is known now: every pair is in it, and what is not known yet is `unknown: not scanned yet`. */
export function composeMatrix(p: MatrixParts): MatrixState {
  const prior = p.prior === null ? null : new Prior(p.prior);
  const branches = p.found.subjects.map((subject, index) => branchOf(p, prior, subject, p.sides[index]));
  const computed = new Computed(p.result?.pairs ?? []);
  const pairs: ConflictPair[] = [];
  for (const [i, a] of branches.entries()) {
    for (const [n, b] of branches.slice(i + 1).entries()) {
      const known = prior?.pair(a, b) ?? computed.get(a.ref, b.ref, pairs.length);
      const cell = known ?? { ...unsaid(p.sides[i], p.sides[i + 1 + n]), hazards: null };
      pairs.push({ ...cell, a: a.ref, b: b.ref, checkedAt: older(a.scannedAt, b.scannedAt) });
    }
  }
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
      againstBase: branches.flatMap((branch, index) => baseCell(p, prior, branch, p.sides[index])),
      hazards: [],
      unjudged: [],
      mergeOrder: p.mergeOrder,
      train: p.train,
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

function baseCell(p: MatrixParts, prior: Prior | null, branch: ConflictBranch, side: Side | undefined): BaseCell[] {
  const base = p.found.bases.get(branch.ref);
  if (base === undefined) return [];
  const cell = prior?.base(branch) ?? p.result?.againstBase.find(({ ref }) => ref === branch.ref) ?? unsaid(side);
  const { verdict, reason, detail, direction, driver, files } = cell;
  const said = { verdict, reason, detail, direction, driver, files };
  return [{ ref: branch.ref, base: base.name, ...said, checkedAt: branch.scannedAt }];
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
  readonly #branches: ReadonlyMap<string, ConflictBranch>;
  readonly #pairs: ReadonlyMap<string, ConflictPair>;
  readonly #bases: ReadonlyMap<string, BaseCell>;

  constructor({ json, changed }: MatrixState) {
    this.changed = changed;
    this.#branches = new Map(json.branches.map((branch) => [branch.ref, branch]));
    this.#pairs = new Map(json.pairs.map((pair) => [`${pair.a}\0${pair.b}`, pair]));
    this.#bases = new Map(json.againstBase.map((cell) => [cell.ref, cell]));
  }

  branch(ref: string, worktree: string | null): ConflictBranch | undefined {
    const known = this.#branches.get(ref);
    return known !== undefined && known.worktree === worktree && known.scannedAt !== null ? known : undefined;
  }

  pair(a: ConflictBranch, b: ConflictBranch): ConflictPair | undefined {
    if (!this.#holds(a) && !this.#holds(b)) return undefined;
    return this.#fits(a) && this.#fits(b) ? this.#pairs.get(`${a.ref}\0${b.ref}`) : undefined;
  }

  base(branch: ConflictBranch): BaseCell | undefined {
    return this.#holds(branch) ? this.#bases.get(branch.ref) : undefined;
  }

  /** Nobody has looked at it since. */
  #holds({ ref, worktree, scannedAt }: ConflictBranch): boolean {
    const known = this.branch(ref, worktree);
    return known !== undefined && known.scannedAt === scannedAt;
  }

  /** Whether or not somebody has, it is what it was. */
  #fits({ ref, worktree, snapshot }: ConflictBranch): boolean {
    const known = this.branch(ref, worktree);
    return known !== undefined && known.snapshot === snapshot;
  }
}
