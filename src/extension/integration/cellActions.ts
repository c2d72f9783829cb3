import type { ConflictFile } from '../../contract/conflicts';

/** One cell of the matrix of one repository. */
export interface CellRef {
  /** The repository's common directory, as sessions are known by. */
  readonly repository: string;
  /** Short ref name, or `worktree:<name>`, as in `ConflictsJson`. */
  readonly a: string;
  /** null: the base that `a` is held against. */
  readonly b: string | null;
}

/** A file as the matrix names it: `pathBytes` where `path` could not say the name. */
export type CellFile = Pick<ConflictFile, 'path' | 'pathBytes'>;

/**
 * What can be done with a cell. Each is asked of the state as it is when it is asked; what is gone by then is an error
 * whose message is one sentence for people.
 */
export interface CellActions {
  /** Both sides' changes of one file against their base, as diffs. */
  openFile(cell: CellRef, file: CellFile): Promise<void>;
  /** What a merge makes of one file, with its conflict markers. */
  previewResult(cell: CellRef, file: CellFile): Promise<void>;
  /** Runs the real merge in a scratch copy and shows git's own output. */
  prove(cell: CellRef): Promise<void>;
  openWorktrees(cell: CellRef): Promise<void>;
  /** Puts a text on the clipboard that tells the agents what conflicts. */
  copyMessage(cell: CellRef): Promise<void>;
}
