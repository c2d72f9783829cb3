import * as vscode from 'vscode';
import type { BaseCell, Cell, ConflictBranch, ConflictFile, ConflictsJson } from '../../contract/conflicts';
import type { MatrixView } from '../../core/conflicts/parts';
import { type BytePath, bytePath } from '../../core/git/bytePath';
import { placeOf } from '../../core/git/repository';
import type { CellFile, CellRef } from '../integration/cellActions';
import { reasonWords } from '../reasonWords';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine } from '../words';

/** One side of a cell as it is now. */
export interface CellSide {
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  readonly worktree: string | null;
  readonly uncommitted: boolean;
  /** Full id of the state that the cell is about. */
  readonly commit: string;
}

/** A cell as it is now, with all that its actions need. */
export interface ShownCell {
  readonly session: RepositorySession;
  readonly matrix: MatrixView;
  readonly cell: Cell;
  readonly a: CellSide;
  readonly b: CellSide;
  /** `b` is the base that `a` is held against. */
  readonly isBase: boolean;
  /** Who lands first; null: the order does not say. */
  readonly first: 'a' | 'b' | null;
}

/** @throws one sentence for people, where the cell is gone or nothing is known of a side */
export async function findCell(session: RepositorySession, matrix: MatrixView, ref: CellRef): Promise<ShownCell> {
  const { state } = matrix;
  if (state === null) throw new Error(vscode.l10n.t('The conflict matrix has not been computed yet; try again soon.'));
  const { json } = state;
  const { b } = ref;
  if (b === null) {
    const cell = json.againstBase.find((each) => each.ref === ref.a);
    if (cell === undefined) throw notThere(ref.a);
    const [side, base] = [sideOf(json, ref.a, cell), await baseSide(session, json, cell)];
    return { session, matrix, cell, a: side, b: base, isBase: true, first: 'b' };
  }
  const cell = json.pairs.find((pair) => (pair.a === ref.a && pair.b === b) || (pair.a === b && pair.b === ref.a));
  if (cell === undefined) throw notThere(`${ref.a}, ${b}`);
  const sides = { a: sideOf(json, cell.a, cell), b: sideOf(json, cell.b, cell) };
  return { session, matrix, cell, ...sides, isBase: false, first: firstOf(json, cell.a, cell.b) };
}

function notThere(refs: string): Error {
  return new Error(vscode.l10n.t('{0}: no longer part of the conflict matrix; open another cell.', oneLine(refs)));
}

/** @param cell says why nothing is known of the side, where that is so */
function sideOf(json: ConflictsJson, ref: string, cell: Cell): CellSide {
  const branch = json.branches.find((each) => each.ref === ref);
  if (branch === undefined) throw notThere(ref);
  if (branch.snapshot === null) {
    const { text, advice } = reasonWords(vscode.l10n.t)[cell.reason ?? 'not scanned yet'];
    throw new Error(vscode.l10n.t('Nothing of {0} can be merged: {1}. {2}', oneLine(ref), text, advice));
  }
  return side(branch, branch.snapshot);
}

function side({ ref, task, worktree, dirty }: ConflictBranch, commit: string): CellSide {
  return { ref, task, worktree, uncommitted: dirty === true, commit };
}

/** What is on the base counts, not what lies uncommitted where it is checked out. */
async function baseSide(session: RepositorySession, json: ConflictsJson, { base }: BaseCell): Promise<CellSide> {
  const { resolveCommit } = await import('../core');
  const { git, layout } = session.repository;
  const commit = await resolveCommit(git, placeOf(layout).cwd, base);
  if (commit === null) throw notThere(base);
  const branch = json.branches.find(({ ref }) => ref === base);
  return { ref: base, task: branch?.task ?? null, worktree: branch?.worktree ?? null, uncommitted: false, commit };
}

function firstOf({ mergeOrder, base }: ConflictsJson, a: string, b: string): 'a' | 'b' | null {
  if (a === base || b === base) return a === base ? 'a' : 'b';
  const [x, y] = [mergeOrder.indexOf(a), mergeOrder.indexOf(b)];
  if (x < 0 || y < 0) return null;
  return x < y ? 'a' : 'b';
}

/** The file's name as git has it. */
export function bytesOf({ path, pathBytes }: CellFile): BytePath {
  return pathBytes === undefined ? bytePath(path) : Buffer.from(pathBytes, 'base64').toString('latin1');
}

/** @throws when the file does not conflict any more */
export function fileOf({ cell, a, b }: ShownCell, file: CellFile): ConflictFile {
  const found = cell.files.find((each) => bytesOf(each) === bytesOf(file));
  if (found !== undefined) return found;
  throw new Error(
    vscode.l10n.t(
      '{0} does not conflict between {1} and {2} any more.',
      oneLine(file.path),
      oneLine(a.ref),
      oneLine(b.ref),
    ),
  );
}
