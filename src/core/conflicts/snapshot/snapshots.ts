import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, joinPaths, shownPath } from '../../git/bytePath';
import { GitError, tellingLine } from '../../git/errors';
import type { Git, GitResult } from '../../git/git';
import { treeOfLooseCommit, writeOwnCommit } from '../../git/looseObject';
import type { RepositoryLayout } from '../../git/repository';
import { indexInfo } from '../../git/treeDiff';
import type { Log } from '../../ports';
import { errorText } from '../../store/errors';
import { sha256 } from '../../store/names';
import type { ScratchPlace, SnapshotOptions, Snapshots } from '../parts';
import { closeGeneration } from '../scratch/generations';
import type { SideWorktree, Snapshot, Unknown } from '../side';
import { type Choice, choose, defaultSnapshotLimits, type SnapshotLimits } from './choose';
import { readHeadId, readOperation } from './head';
import { OverlookedFiles } from './overlooked';
import { OwnRules } from './ownRules';
import { indexKey, type PrivateIndex, takeIndex } from './privateIndex';
import { parseWorkingState, statusArgs, type WorkingState } from './workingState';

export interface SnapshotDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly log: Log;
  readonly limits?: Partial<SnapshotLimits> | undefined;
  /** Of one git process. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Takes working states as commits in the scratch store: one git process for a clean worktree, three for a dirty one.
 * The worktree, its index, refs and objects stay as they are.
 */
export function createSnapshots(deps: SnapshotDeps): Snapshots {
  const overlooked = new Map<string, OverlookedFiles>();
  const rules = new OwnRules(deps.git, deps.layout);
  return {
    take(at, worktree, o) {
      const known = overlooked.get(worktree.gitDir) ?? new OverlookedFiles();
      overlooked.set(worktree.gitDir, known);
      return new Take(deps, at, worktree, { ...o, overlooked: known, rules }).run();
    },
  };
}

/** How often a worktree is looked at anew because its HEAD moved meanwhile, or because our own index was no good. */
const attempts = 3;

class Take {
  readonly #scannedAt = new Date().toISOString();
  readonly #env: Readonly<Record<string, string>>;
  readonly #config: readonly string[];
  readonly #objects: string;
  /** Last known, for an answer that is unknown. */
  #head: string | null = null;

  constructor(
    private readonly deps: SnapshotDeps,
    private readonly at: ScratchPlace,
    private readonly worktree: SideWorktree,
    private readonly o: SnapshotOptions & { readonly overlooked: OverlookedFiles; readonly rules: OwnRules },
  ) {
    // Named outright: in a folder whose `.git` is gone git would find the repository around it.
    this.#env = { ...at.env, GIT_DIR: worktree.gitDir, GIT_WORK_TREE: worktree.path };
    this.#config = configFor(at);
    this.#objects = at.env.GIT_OBJECT_DIRECTORY ?? path.join(at.dir, 'objects');
  }

  async run(): Promise<Snapshot> {
    try {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const snapshot = await this.#attempt(attempt === attempts);
        if (snapshot !== null) return snapshot;
      }
      return this.#unknown({ reason: 'operation in progress', detail: 'HEAD moved while it was read' });
    } catch (error) {
      if (GitError.is(error) && error.reason === 'cancelled') throw error;
      return this.#unknown(await this.#reasonOf(error));
    }
  }

  /** null: to be tried again. */
  async #attempt(last: boolean): Promise<Snapshot | null> {
    const { gitDir } = this.worktree;
    this.#checkSignal();
    const headBefore = await readHeadId(gitDir, this.deps.layout.commonDir);
    this.#head = headBefore;
    const operation = await readOperation(gitDir);
    if (operation !== null) return this.#unknown({ reason: 'operation in progress', detail: operation });
    // Without it git would take the repository for none.
    await mkdir(this.#objects, { recursive: true, mode: 0o700 });
    const index = await takeIndex(path.join(this.at.dir, 'indexes', sha256(gitDir).slice(0, 32)), gitDir);
    let snapshot: Snapshot;
    try {
      snapshot = await this.#look(index);
    } catch (error) {
      // git replaces an index as a whole, so one that was cancelled at its work left a good one.
      if (GitError.is(error) && error.reason === 'cancelled') await this.#keep(index);
      else await index.drop();
      // A kept index may be damaged, and a file may have gone between two steps: a fresh look tells.
      if (!last && GitError.is(error) && (error.reason === 'failed' || error.reason === 'locked')) return null;
      throw error;
    }
    await this.#keep(index);
    return (await this.#isSettled(snapshot, index, headBefore)) ? snapshot : null;
  }

  async #keep(index: PrivateIndex): Promise<void> {
    await index.keep().catch((error: unknown) => {
      // The next look makes its own.
      this.deps.log.debug(`An index of ${this.worktree.path} could not be kept: ${errorText(error)}`);
    });
  }

  async #look(index: PrivateIndex): Promise<Snapshot> {
    const { deps, worktree } = this;
    const answer = await this.#git(statusArgs, index.file, { keepRefreshed: true });
    const state = parseWorkingState(answer.stdoutBytes, answer.stderr);
    const { head } = state;
    this.#head = head;
    if (head === null) return this.#unknown({ reason: 'no commit yet', detail: null });
    const [unmerged] = state.unmerged;
    if (unmerged !== undefined) {
      return this.#unknown({ reason: 'operation in progress', detail: shownPath(unmerged) });
    }
    if (state.inDoubt !== null) return this.#unknown({ reason: 'file cannot be read', detail: state.inDoubt });
    const overlooked = await this.o.overlooked.find({
      top: worktree.path,
      index,
      hashBytes: head.length / 2,
      git: (args, file, o) => this.#git(args, file, o),
    });
    const own = await this.#ownRules(state, overlooked);
    if (own !== null) return this.#unknown({ reason: 'own rules', detail: own });
    const limits = { ...defaultSnapshotLimits, ...deps.limits };
    const choice = await choose(worktree, state, { worktrees: this.o.worktrees, limits });
    if (choice.tooMuch !== null) return this.#unknown({ reason: 'left out', detail: choice.tooMuch });
    const { leftOut, untracked } = choice;
    const dirty = choice.dirty || overlooked.length > 0;
    const { ignored } = state;
    const inTheWay = ignored.length + overlooked.length === 0 ? {} : { inTheWay: { ignored, overlooked } };
    const known = { head, dirty, leftOut, untracked, ...inTheWay, unknown: null, scannedAt: this.#scannedAt };
    if (!choice.differs) {
      const tree = await treeOfLooseCommit(path.join(deps.layout.commonDir, 'objects'), head);
      return { ...known, commit: head, tree };
    }
    this.#checkSignal();
    const tree = await index.withCopy((file) => this.#writeTree(choice, file));
    const commit = await writeOwnCommit(this.#objects, { tree, parents: [head], message: 'working state\n' });
    return { ...known, commit, tree };
  }

  /** By what a merge here would go otherwise than the commits and the repository say; null: nothing. */
  async #ownRules(state: WorkingState, overlooked: readonly BytePath[]): Promise<string | null> {
    // git reads these from the disk, whether or not they could ever be committed.
    const attributes = [...state.ignored, ...overlooked].find((file) => /(^|\/)\.gitattributes$/.test(file));
    if (attributes !== undefined) return shownPath(attributes);
    return this.o.rules.of(this.worktree, this.o.signal);
  }

  async #writeTree(choice: Choice, index: string): Promise<string> {
    if (choice.set.length > 0) {
      await this.#git(['update-index', '-z', '--index-info'], index, { input: indexInfo(choice.set) });
    }
    if (choice.update.length > 0) {
      // A sparse checkout has no files where it skips entries: that is no deletion.
      const options = ['-z', '--add', '--remove', '--replace', '--ignore-skip-worktree-entries', '--stdin'];
      await this.#git(['update-index', ...options], index, { input: joinPaths(choice.update) });
    }
    // Every object was written just now or is the repository's; of a partial clone none is fetched for a look.
    return (await this.#git(['write-tree', '--missing-ok'], index)).stdout.trim();
  }

  /**
   * Whether the index that the look began with belongs to the HEAD that it told. The same index file all the time is
   * enough: HEAD was read in between, and whatever moves HEAD writes the index afterwards (a soft reset and a moved
   * branch do not; what HEAD was told then is true of that moment). A new index file with HEAD unmoved came from a
   * refresh, as editors do all the time, or from staging: true of the moment before. Only where both moved, tracked
   * files that cannot be told from the disk alone (ignored, skipped) might be of one commit and the parent another, or
   * a checkout was at work. A clean look is its own proof: index, disk and HEAD agreed.
   */
  async #isSettled(snapshot: Snapshot, index: PrivateIndex, headBefore: string | null): Promise<boolean> {
    const { gitDir } = this.worktree;
    if (snapshot.commit !== null && snapshot.commit === snapshot.head) return true;
    if ((await readOperation(gitDir)) !== null) return false;
    if ((await indexKey(gitDir)) === index.key) return true;
    const headAfter = await readHeadId(gitDir, this.deps.layout.commonDir);
    return headBefore !== null && headBefore === headAfter && headBefore === snapshot.head;
  }

  #git(
    args: readonly string[],
    index: string,
    o: { readonly input?: Buffer; readonly keepRefreshed?: boolean } = {},
  ): Promise<GitResult> {
    const { timeoutMs } = this.deps;
    return this.deps.git.run([...this.#config, ...args], {
      cwd: this.worktree.path,
      env: {
        ...this.#env,
        GIT_INDEX_FILE: index,
        // The lock in question is our own index's, so that what git found to be unchanged is not read again next time.
        ...(o.keepRefreshed === true ? { GIT_OPTIONAL_LOCKS: '1' } : {}),
      },
      signal: this.o.signal,
      ...(o.input === undefined ? {} : { input: o.input }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  #checkSignal(): void {
    if (this.o.signal?.aborted) {
      throw new GitError('cancelled', `The look at ${this.worktree.path} was cancelled.`, { cwd: this.worktree.path });
    }
  }

  async #reasonOf(error: unknown): Promise<Unknown> {
    this.deps.log.warn(`The working state of ${this.worktree.path} could not be read: ${errorText(error)}`);
    if (!GitError.is(error)) return { reason: 'git failed', detail: errorText(error) };
    if (error.reason === 'timeout') return { reason: 'timeout', detail: error.message };
    if (this.#isOfScratch(error.stderr)) await closeGeneration(this.at.dir);
    return { reason: 'git failed', detail: tellingLine(error.stderr) || error.message };
  }

  /** Full, damaged or not ours any more: a new generation begins without that. One of the repository's it cannot mend. */
  #isOfScratch(stderr: string): boolean {
    if (stderr.includes(path.join(this.deps.layout.commonDir, 'objects'))) return false;
    return /loose object|object file|temporary file|adding an object|No space left/.test(stderr);
  }

  #unknown(unknown: Unknown): Snapshot {
    return {
      commit: null,
      tree: null,
      head: this.#head,
      // Nothing was seen, so nothing is said to be clean.
      dirty: true,
      untracked: new Set(),
      leftOut: [],
      unknown,
      scannedAt: this.#scannedAt,
    };
  }
}

/**
 * Whatever the user configured: no daemon and no cache is asked what is on the disk, an index is one whole file
 * (whose hash nobody needs), no hook of the user's hears of ours, nothing is forced to the disk, and line ends that would not come back are no error.
 */
function configFor(at: ScratchPlace): string[] {
  const settings = [
    'core.fsmonitor=false',
    'core.untrackedCache=false',
    'core.splitIndex=false',
    'index.skipHash=true',
    `core.hooksPath=${path.join(at.dir, 'no-hooks')}`,
    'core.fsync=none',
    'core.safecrlf=false',
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}
