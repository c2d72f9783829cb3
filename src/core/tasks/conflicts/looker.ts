import type { ScratchPlace } from '../../conflicts/parts';
import type { Side, Snapshot, Subject, Unknown } from '../../conflicts/side';
import { GitError } from '../../git/errors';
import type { TaskContext } from '../context';
import { committedSides, readTrees } from './committedSides';
import { refsSignature, worktreeSignature } from './probe';
import { type FoundSubjects, findSubjects } from './subjects';
import type { ConflictTools } from './tools';

/** What a side is known by between looks: a worktree keeps its path when it changes its branch. */
function keyOf({ ref, worktree }: Subject): string {
  return worktree === null ? `ref ${ref}` : worktree.path;
}

/** Of commits, remembered. */
const maxTrees = 10_000;

/** Who is in the matrix and what each was when it was last looked at. Works when told to; keeps no time. */
export class Looker {
  readonly #context: TaskContext;
  readonly #tools: ConflictTools;
  #found: FoundSubjects | null = null;
  readonly #seen = new Map<string, { readonly ref: string; readonly snapshot: Snapshot }>();
  #bases: ReadonlyMap<string, Side> = new Map();
  #refsSignature = '';
  readonly #signatures = new Map<string, string>();
  #generation: string | null = null;
  readonly #trees = new Map<string, string>();

  constructor(context: TaskContext, tools: ConflictTools) {
    this.#context = context;
    this.#tools = tools;
  }

  /** null: nobody has been looked for yet. */
  get found(): FoundSubjects | null {
    return this.#found;
  }

  /** What each base is, by the ref of the side that is held against it. */
  get bases(): ReadonlyMap<string, Side> {
    return this.#bases;
  }

  /** Of all subjects, in their order; those that were not looked at yet are `unknown: not scanned yet`. */
  get sides(): Side[] {
    return (this.#found?.subjects ?? []).map((subject) => {
      const seen = this.#seen.get(keyOf(subject));
      return { ref: subject.ref, snapshot: seen?.snapshot ?? notScanned(subject) };
    });
  }

  isSeen(subject: Subject): boolean {
    return this.#seen.has(keyOf(subject));
  }

  /**
   * Looks for everyone anew, and takes what needs no look: refs without a worktree, and bases.
   * @returns the worktrees that are to be looked at: new ones, and those that are somewhere else than when last seen
   * @throws GitError
   */
  async find(signal?: AbortSignal): Promise<string[]> {
    const scannedAt = new Date().toISOString();
    const old = this.#found;
    const before = await this.#signatureOf(old);
    const found = await findSubjects(this.#context);
    const refs = found.subjects.filter(({ worktree }) => worktree === null);
    const bases = [...found.bases].map(([ref, { name, commit }]) => ({ of: ref, ref: name, commit }));
    const items = [...refs.map(({ ref, head }) => ({ ref, commit: head })), ...bases];
    const sides = await committedSides(this.#context, items, { scannedAt, signal });
    // What moved while we read is looked for once more, as are those that nobody watched meanwhile.
    const quiet = membersOf(old) === membersOf(found) && before === (await this.#signatureOf(old));
    this.#refsSignature = quiet ? await this.#signatureOf(found) : '';
    this.#found = found;
    this.#bases = new Map(
      bases.flatMap(({ of }, index) => [[of, sides[refs.length + index]] as const].filter(isThere)),
    );
    const kept = new Set(found.subjects.map(keyOf));
    for (const key of this.#seen.keys()) if (!kept.has(key)) this.#seen.delete(key);
    for (const [index, subject] of refs.entries()) {
      const side = sides[index];
      if (side !== undefined) this.#seen.set(keyOf(subject), side);
    }
    return found.subjects.filter((subject) => this.#isElsewhere(subject)).map(keyOf);
  }

  /** Under another name what was seen there says nothing; with another commit it is old. */
  #isElsewhere(subject: Subject): boolean {
    if (subject.worktree === null) return false;
    const seen = this.#seen.get(keyOf(subject));
    if (seen !== undefined && seen.ref !== subject.ref) this.#seen.delete(keyOf(subject));
    return seen === undefined || seen.ref !== subject.ref || seen.snapshot.head !== subject.head;
  }

  /**
   * The worktrees whose uncommitted work went with a generation of the scratch store: it is to be taken anew before
   * anything is merged with it.
   */
  lostIn(at: ScratchPlace): string[] {
    if (this.#generation === at.generation) return [];
    this.#generation = at.generation;
    return (this.#found?.subjects ?? []).filter((subject) => this.#seen.get(keyOf(subject))?.snapshot.dirty).map(keyOf);
  }

  /** Looks at the working states of these. A look that fails leaves its side unknown. @throws GitError `cancelled` */
  async look(at: ScratchPlace, keys: readonly string[], signal: AbortSignal): Promise<void> {
    const found = this.#found;
    if (found === null) return;
    const wanted = new Set(keys);
    const subjects = found.subjects.filter(({ worktree }) => worktree !== null && wanted.has(worktree.path));
    await Promise.all(subjects.map((subject) => this.#lookAt(at, subject, found, signal)));
    await this.#fillTrees(subjects.map(keyOf), signal);
  }

  /** A look at a clean worktree knows the commit only, and asking costs a process: a commit is asked for once. */
  async #fillTrees(keys: readonly string[], signal: AbortSignal): Promise<void> {
    if (this.#trees.size > maxTrees) this.#trees.clear();
    const open = keys.flatMap((key) => {
      const seen = this.#seen.get(key);
      const commit = seen?.snapshot.commit ?? null;
      return seen === undefined || commit === null || seen.snapshot.tree !== null ? [] : [{ key, seen, commit }];
    });
    const unknown = new Set(open.flatMap(({ commit }) => (this.#trees.has(commit) ? [] : [commit])));
    const trees = await readTrees(this.#context, [...unknown], signal);
    for (const [commit, tree] of trees) this.#trees.set(commit, tree);
    for (const { key, seen, commit } of open) {
      this.#seen.set(key, { ...seen, snapshot: { ...seen.snapshot, tree: this.#trees.get(commit) ?? null } });
    }
  }

  async #lookAt(at: ScratchPlace, subject: Subject, found: FoundSubjects, signal: AbortSignal): Promise<void> {
    const { worktree, ref } = subject;
    if (worktree === null) return;
    const scannedAt = new Date().toISOString();
    // Before the look: what changes meanwhile is seen as a change by the next probe.
    this.#signatures.set(worktree.path, await worktreeSignature(this.#context.layout.commonDir, subject));
    try {
      const { worktrees } = found;
      this.#seen.set(worktree.path, {
        ref,
        snapshot: await this.#tools.snapshots.take(at, worktree, { worktrees, signal }),
      });
    } catch (error) {
      if (signal.aborted) throw error;
      this.#context.host.log.warn(`${worktree.path} could not be looked at: ${messageOf(error)}`);
      const unknown = { reason: 'git failed' as const, detail: messageOf(error) };
      this.#seen.set(worktree.path, { ref, snapshot: unknownSnapshot(subject.head, unknown, scannedAt) });
    }
  }

  /** After a failure nobody knows which of these are what they were. */
  fail(keys: readonly string[], detail: string): void {
    const wanted = new Set(keys);
    const scannedAt = new Date().toISOString();
    for (const subject of this.#found?.subjects ?? []) {
      const key = keyOf(subject);
      const unknown = { reason: 'git failed' as const, detail };
      if (wanted.has(key)) {
        this.#seen.set(key, { ref: subject.ref, snapshot: unknownSnapshot(subject.head, unknown, scannedAt) });
      }
    }
  }

  /** What changed though no event told: without any process. `refs`: everyone is to be looked for anew. */
  async probe(): Promise<{ readonly refs: boolean; readonly worktrees: readonly string[] }> {
    const found = this.#found;
    if (found === null) return { refs: true, worktrees: [] };
    const refs = (await this.#signatureOf(found)) !== this.#refsSignature;
    const changed = await Promise.all(
      found.subjects.map(async (subject) => {
        const known = this.#signatures.get(keyOf(subject));
        if (known === undefined || known === (await worktreeSignature(this.#context.layout.commonDir, subject)))
          return [];
        return [keyOf(subject)];
      }),
    );
    return { refs, worktrees: changed.flat() };
  }

  #signatureOf(found: FoundSubjects | null): Promise<string> {
    const globs = this.#context.host.settings().remoteBranches;
    return found === null ? Promise.resolve('') : refsSignature(this.#context.layout, found, globs);
  }
}

/** Whose refs are watched. */
function membersOf(found: FoundSubjects | null): string | null {
  if (found === null) return null;
  const refs = found.subjects.flatMap(({ ref, worktree }) => (worktree === null ? [ref] : []));
  return [...refs, ...new Set([...found.bases.values()].map(({ name }) => name))].join('\n');
}

function isThere(entry: readonly [string, Side | undefined]): entry is readonly [string, Side] {
  return entry[1] !== undefined;
}

function notScanned({ head }: Subject): Snapshot {
  return unknownSnapshot(head, { reason: 'not scanned yet', detail: null }, '');
}

function unknownSnapshot(head: string | null, unknown: Unknown, scannedAt: string): Snapshot {
  const nothing = { commit: null, tree: null, dirty: false, untracked: new Set<string>(), leftOut: [] };
  return { ...nothing, head, unknown, scannedAt };
}

/** One line for people. */
export function messageOf(error: unknown): string {
  if (GitError.is(error)) return error.message;
  return error instanceof Error ? error.message : String(error);
}
