import path from 'node:path';
import * as vscode from 'vscode';
import type { ConflictFile } from '../../contract/conflicts';
import type { Hunk } from '../../core/conflicts/sides/hunks';
import type { LookedAtFile, LookedInto } from '../../core/conflicts/sides/lookInto';
import type { FileVersion } from '../../core/conflicts/sides/readCell';
import { bytePath, shownPath } from '../../core/git/bytePath';
import { oneLine } from '../words';
import { roomOf } from './conflictRooms';
import { type ConflictContent, conflictUri } from './conflictUri';
import { bytesOf, type CellSide, type ShownCell } from './shownCell';

/** More than these are not drawn at once. */
const mostFiles = 300;

/** Who is merged into whom: the only direction that conflicts, else what lands later into what lands first. */
export interface Direction {
  readonly ours: CellSide;
  readonly theirs: CellSide;
}

export function directionOf({ a, b, cell, first }: ShownCell): Direction {
  const intoA = cell.direction === null ? first !== 'b' : cell.direction === 'b-into-a';
  return intoA ? { ours: a, theirs: b } : { ours: b, theirs: a };
}

/** Looks into the files of a cell. @throws CellError, GitError */
export async function lookAt(
  shown: ShownCell,
  files: readonly ConflictFile[],
): Promise<LookedInto & { readonly direction: Direction }> {
  const { lookInto } = await import('../core');
  const direction = directionOf(shown);
  const commits = { ours: direction.ours.commit, theirs: direction.theirs.commit };
  return { direction, ...(await lookInto(await roomOf(shown.session), commits, files.map(bytesOf))) };
}

/** Both sides of one file against their base, beside each other, each at the first lines that conflict. */
export async function openFileSides(shown: ShownCell, file: ConflictFile): Promise<void> {
  const { direction, bases, files } = await lookAt(shown, [file]);
  const [looked] = files;
  if (looked === undefined) return;
  const { ours, theirs, base } = looked;
  const several = bases.length > 1;
  const left = sideOfDiff(shown, direction.ours, ours, file, looked.hunks?.ours);
  const right = sideOfDiff(shown, direction.theirs, theirs, file, looked.hunks?.theirs);
  const before = versionUri(shown, base, null, file);
  const first = { preview: true, selection: left.selection };
  await vscode.commands.executeCommand(
    'vscode.diff',
    before,
    left.uri,
    titleOf(looked, direction.ours, ours, several),
    first,
  );
  // The keyboard stays where the reading begins.
  const beside = {
    preview: true,
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    selection: right.selection,
  };
  const title = titleOf(looked, direction.theirs, theirs, several);
  await vscode.commands.executeCommand('vscode.diff', before, right.uri, title, beside);
}

/** All files of a cell in one editor: each twice, as either side changes it. */
export async function openAllSides(shown: ShownCell): Promise<void> {
  const listed = shown.cell.files.slice(0, mostFiles);
  const { direction, files } = await lookAt(shown, listed);
  const resources = files.flatMap((looked, index) => {
    const file = listed[index];
    if (file === undefined) return [];
    const before = looked.base === null ? undefined : versionUri(shown, looked.base, null, file);
    const of = (side: CellSide, version: FileVersion | null) => {
      const uri = versionUri(shown, version, side, file);
      return [uri, before, version === null ? undefined : uri];
    };
    return [of(direction.ours, looked.ours), of(direction.theirs, looked.theirs)];
  });
  const title = vscode.l10n.t('{0} and {1} against their base', oneLine(shown.a.ref), oneLine(shown.b.ref));
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

/** What a merge leaves of a file, at its first conflict marker. */
export async function openResult(shown: ShownCell, file: ConflictFile): Promise<void> {
  const { direction, files } = await lookAt(shown, [file]);
  const { ours, theirs } = direction;
  const result = files[0]?.result ?? null;
  if (result === null) {
    throw new Error(
      vscode.l10n.t(
        'Merging {0} into {1} leaves no file {2}; open its changes instead.',
        oneLine(theirs.ref),
        oneLine(ours.ref),
        oneLine(file.path),
      ),
    );
  }
  const content: ConflictContent = {
    kind: 'result',
    repository: shown.session.id,
    id: result.id,
    names: [ours, theirs].map(({ commit, ref }) => [commit, oneLine(ref)] as const),
  };
  const { dir, name, ext } = path.posix.parse(file.path);
  const title = `${vscode.l10n.t('{0} merged (preview)', name)}${ext}`;
  const uri = conflictUri(content, vscode.l10n.t('{0} into {1}', theirs.ref, ours.ref), `${dir}/${title}`);
  const document = await vscode.workspace.openTextDocument(uri);
  const { firstMarker } = await import('../core');
  const line = firstMarker(Buffer.from(document.getText())) ?? 1;
  await vscode.window.showTextDocument(document, { preview: true, selection: rangeAt(line, 1) });
}

function sideOfDiff(
  shown: ShownCell,
  side: CellSide,
  version: FileVersion | null,
  file: ConflictFile,
  hunks: readonly Hunk[] | undefined,
): { readonly uri: vscode.Uri; readonly selection: vscode.Range | undefined } {
  const first = hunks?.[0]?.side;
  const selection = first === undefined ? undefined : rangeAt(first.start, first.count);
  return { uri: versionUri(shown, version, side, file), selection };
}

/** The place of lines (1-based), without selecting their text. */
function rangeAt(start: number, count: number): vscode.Range {
  const line = Math.max(0, start - (count === 0 ? 0 : 1));
  return new vscode.Range(line, 0, line, 0);
}

/** @param side null: the base */
function versionUri(
  shown: ShownCell,
  version: FileVersion | null,
  side: CellSide | null,
  file: ConflictFile,
): vscode.Uri {
  const state = side === null ? vscode.l10n.t('base') : side.ref;
  if (version === null) return conflictUri({ kind: 'nothing' }, state, file.path);
  const { id, submodule } = version;
  const path = shownPath(version.path);
  if (submodule) return conflictUri({ kind: 'submodule', id }, state, path);
  const worktree = side?.worktree ?? null;
  // A name that is no text cannot be opened by VS Code.
  const live = worktree === null || bytePath(path) !== version.path ? {} : { live: { worktree, path } };
  return conflictUri({ kind: 'blob', repository: shown.session.id, id, ...live }, state, path);
}

function titleOf(file: LookedAtFile, { ref }: CellSide, version: FileVersion | null, severalBases: boolean): string {
  const name = oneLine(path.posix.basename(shownPath(version?.path ?? file.path)));
  const side = oneLine(ref);
  if (version === null) return vscode.l10n.t('{0}: deleted by {1}', name, side);
  if (file.base === null) return vscode.l10n.t('{0}: added by {1}', name, side);
  return severalBases
    ? vscode.l10n.t('{0}: base (of several) ↔ {1}', name, side)
    : vscode.l10n.t('{0}: base ↔ {1}', name, side);
}
