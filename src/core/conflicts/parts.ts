import type { Cell, ConflictsJson } from '../../contract/conflicts';
import type { Event } from '../event';
import type { Side, SideWorktree, Snapshot } from './side';

/** One generation of the scratch store. Everything in it belongs together: an index knows only blobs of its own generation. */
export interface ScratchPlace {
  /** Absolute folder of the generation. */
  readonly dir: string;
  readonly generation: string;
  /** For git: objects are written to the scratch, and read from it and from the repository. */
  readonly env: Readonly<Record<string, string>>;
}

/** A store of our own for what only looking needs: objects, private indexes, attribute folders. Kept between runs. */
export interface Scratch {
  /** The generation in use stays on disk while `fn` runs, in this and in other processes. */
  use<T>(fn: (at: ScratchPlace) => Promise<T>): Promise<T>;
}

export interface Snapshots {
  /** Takes the working state of a worktree; a failure is a snapshot that is `unknown`. Only `cancelled` is thrown. */
  take(at: ScratchPlace, worktree: SideWorktree, o: SnapshotOptions): Promise<Snapshot>;
}
export interface SnapshotOptions {
  /** Absolute paths of all worktrees: those inside this one are no part of it. */
  readonly worktrees: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What merging one side into the other gave. */
export interface Merged {
  readonly cell: Cell;
  /** The result's tree, with conflict markers where it conflicts; null: unknown. */
  readonly tree: string | null;
}

export interface PairJob {
  readonly a: Side;
  readonly b: Side;
  /** They have several merge bases, so the direction may matter. */
  readonly crissCross: boolean;
  /** They have no merge base, which git then need not be asked. */
  readonly unrelated?: boolean | undefined;
  /** Their merge bases, where these are known already; full ids. */
  readonly bases?: readonly string[] | undefined;
  /** Neither touches a `.gitattributes`, wherever it lies, against the one merge base: then nobody need look. */
  readonly sameAttributes?: boolean | undefined;
}

/** What a real merge would say, made in memory. Failures are `unknown` cells; only `cancelled` is thrown. */
export interface Merger {
  /**
   * A key of everything but the commits that verdicts rest on: configuration, attributes outside the trees. Under another
   * key, cells that were kept say nothing any more. Without any process while nothing changed. @throws GitError
   */
  rules(signal?: AbortSignal): Promise<string>;
  /** Both directions wherever the direction can matter, as few git processes as possible. In the order of the jobs. */
  pairs(at: ScratchPlace, jobs: readonly PairJob[], signal?: AbortSignal): Promise<Cell[]>;
  /** One direction only: `theirs` merged into `ours` with the attributes of `ours`. */
  into(at: ScratchPlace, ours: Side, theirs: Side, signal?: AbortSignal): Promise<Merged>;
}

/** The matrix as a window sees it, whoever computed it. */
export interface MatrixState {
  /** Ages applied: what is too old to be said is `unknown` already. */
  readonly json: ConflictsJson;
  /** Files that each ref changes against its merge base with the base, by ref: relative paths with `/`. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
}

export interface MatrixView {
  /** null: nothing computed yet. */
  readonly state: MatrixState | null;
  /** Also when only ages made something unknown. */
  readonly onDidChange: Event<void>;
  /** Looks at every worktree anew, in whichever window has the duty. */
  refresh(): Promise<void>;
}
