import * as vscode from 'vscode';
import type { LinesQuery, SharedLine, SharedLines } from '../../core/conflicts/lines/sharedLines';
import { bytePath } from '../../core/git/bytePath';
import type { FileMark } from './fileMarks';
import type { OtherState } from './lineWords';
import type { OwnFile } from './ownMarks';

/** What has to be known to mark the lines of a document. */
export interface LinesQuestion {
  /** Two questions of the same key have the same answer. */
  readonly key: string;
  readonly query: Omit<LinesQuery, 'live'>;
  /** The document is newer than the state that the matrix knows. */
  readonly live: boolean;
  /** By ref. */
  readonly sides: ReadonlyMap<string, OtherState>;
}

/**
 * The question that a document asks; null: there is nothing to mark, or nothing is known.
 * @param changedAt when its text last changed, in milliseconds
 */
export function questionOf(
  document: Pick<vscode.TextDocument, 'isDirty' | 'version'>,
  { place, path }: OwnFile,
  mark: FileMark | null,
  changedAt: number,
): LinesQuestion | null {
  const json = place.session.matrix.state?.json;
  const own = json?.branches.find((branch) => branch.worktree === place.worktree);
  if (mark === null || json === undefined || own === undefined || own.head === null || own.snapshot === null) {
    return null;
  }
  const branches = new Map(json.branches.map((branch) => [branch.ref, branch]));
  const sides = new Map<string, OtherState>();
  const others = mark.others.flatMap((change) => {
    const branch = branches.get(change.ref);
    if (branch === undefined || branch.head === null || branch.snapshot === null) return [];
    sides.set(change.ref, { change, branch });
    const conflicts = change.verdict === 'conflict';
    return [{ ref: change.ref, head: branch.head, commit: branch.snapshot, conflicts }];
  });
  if (others.length === 0) return null;
  const live = document.isDirty || changedAt > Date.parse(own.scannedAt ?? '');
  const ours = { head: own.head, commit: own.snapshot };
  const query = { path: bytePath(path), worktree: place.worktree, ours, others };
  return { key: JSON.stringify([query, live ? document.version : null]), query, live, sides };
}

/** Asks it; the document's text goes along, as the bytes that saving it would write, where it is newer. */
export async function answer(
  shared: SharedLines,
  { query, live }: LinesQuestion,
  document: vscode.TextDocument,
): Promise<SharedLine[]> {
  if (!live) return shared.find({ ...query, live: null });
  const bytes = await vscode.workspace.encode(document.getText(), { encoding: document.encoding });
  return shared.find({ ...query, live: Buffer.from(bytes) });
}
