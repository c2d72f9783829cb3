import * as vscode from 'vscode';
import type { Cell, ConflictFile, ConflictsJson } from '../../contract/conflicts';
import { pick } from '../commands/chooseTarget';
import type { Services } from '../commands/services';
import type { CellFile, CellRef } from '../integration/cellActions';
import { matrixOf } from '../integration/matrixOf';
import { tell } from '../messages';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine, plainLabel } from '../words';

interface Choice {
  readonly ref: CellRef;
  readonly cell: Cell;
}

/**
 * Opens a conflict: which two branches, then which file, or what else to do with them. The way without the panel.
 * @param argument a keybinding's or caller's: `{repository, a, b, file?, merged?}`; `merged` shows what a merge leaves
 */
export async function openConflict(services: Services, argument: unknown): Promise<void> {
  const named = cellRefOf(argument);
  const { ref, cell } = named ?? (await chooseCell(services, ['conflict'])) ?? {};
  if (ref === undefined) return;
  const file = fileOf(argument);
  if (file !== null) return services.cells[wantsResult(argument) ? 'previewResult' : 'openFile'](ref, file);
  const files = cell?.files ?? cellIn(services, ref)?.files ?? [];
  await (await chooseAction(services, ref, files))();
}

/** Runs the real merge of two branches in a scratch copy. */
export async function proveConflict(services: Services, argument: unknown): Promise<void> {
  const ref = cellRefOf(argument)?.ref ?? (await chooseCell(services, ['conflict', 'unknown', 'clean']))?.ref;
  if (ref !== undefined) await services.cells.prove(ref);
}

function cellRefOf(argument: unknown): { readonly ref: CellRef; readonly cell?: undefined } | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { repository, a, b } = argument as Record<string, unknown>;
  if (typeof repository !== 'string' || typeof a !== 'string' || (typeof b !== 'string' && b !== null)) return null;
  return { ref: { repository, a, b } };
}

function fileOf(argument: unknown): CellFile | null {
  if (typeof argument !== 'object' || argument === null || !('file' in argument)) return null;
  const { path, pathBytes } = (argument.file ?? {}) as Record<string, unknown>;
  if (typeof path !== 'string') return null;
  return typeof pathBytes === 'string' ? { path, pathBytes } : { path };
}

function wantsResult(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'merged' in argument && argument.merged === true;
}

function cellIn(services: Services, ref: CellRef): Cell | null {
  const session = services.repositories.get(ref.repository);
  const json = session === null ? null : (matrixOf(session)?.state?.json ?? null);
  return json === null
    ? null
    : (cellsOf(ref.repository, json).find(({ ref: each }) => each.a === ref.a && each.b === ref.b)?.cell ?? null);
}

function cellsOf(repository: string, json: ConflictsJson): Choice[] {
  return [
    ...json.pairs.map((cell) => ({ ref: { repository, a: cell.a, b: cell.b }, cell })),
    ...json.againstBase.map((cell) => ({ ref: { repository, a: cell.ref, b: null }, cell })),
  ];
}

/** null: there is none, which was told. @throws CancellationError */
async function chooseCell(services: Services, verdicts: readonly Cell['verdict'][]): Promise<Choice | null> {
  const session = await services.choose.session(null);
  const json = matrixOf(session)?.state?.json ?? null;
  if (json === null) throw new Error(vscode.l10n.t('The conflict matrix has not been computed yet; try again soon.'));
  const all = cellsOf(session.id, json);
  const fitting = verdicts.flatMap((verdict) => all.filter(({ cell }) => cell.verdict === verdict));
  if (fitting.length === 0) {
    const unknown = all.filter(({ cell }) => cell.verdict === 'unknown').length;
    const sentence =
      unknown === 0
        ? vscode.l10n.t('No two branches conflict now.')
        : vscode.l10n.t('No conflict is known, but {0} pairs are not known yet.', unknown);
    tell('info', sentence, null);
    return null;
  }
  const choices = ownFirst(session, json, fitting).map((choice) => ({
    label: plainLabel(labelOf(json, choice)),
    description: description(choice.cell),
    detail: plainLabel(oneLine(choice.cell.files.map(({ path }) => path).join(', ')).slice(0, 200)),
    value: choice,
  }));
  return pick(choices, vscode.l10n.t('Which two branches?'));
}

/** In the window of a worktree its own conflicts come first. */
function ownFirst(session: RepositorySession, json: ConflictsJson, choices: readonly Choice[]): Choice[] {
  const here = new Set(session.folders.map(({ worktree }) => worktree));
  const own = new Set(json.branches.filter(({ worktree }) => here.has(worktree)).map(({ ref }) => ref));
  const isOwn = ({ ref, cell }: Choice) => cell.verdict === 'conflict' && (own.has(ref.a) || own.has(ref.b ?? ''));
  return [...choices.filter(isOwn), ...choices.filter((choice) => !isOwn(choice))];
}

function labelOf(json: ConflictsJson, { ref }: Choice): string {
  if (ref.b !== null) return `${oneLine(ref.a)} ↔ ${oneLine(ref.b)}`;
  const base = json.againstBase.find((cell) => cell.ref === ref.a)?.base ?? json.base ?? '';
  return vscode.l10n.t('{0} ↔ its base {1}', oneLine(ref.a), oneLine(base));
}

function description({ verdict, files }: Cell): string {
  if (verdict === 'clean') return vscode.l10n.t('clean');
  if (verdict === 'unknown') return vscode.l10n.t('unknown');
  return files.length === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', files.length);
}

async function chooseAction(
  { cells }: Services,
  ref: CellRef,
  files: readonly ConflictFile[],
): Promise<() => Promise<void>> {
  const action = (icon: string, label: string, value: () => Promise<void>) => ({ label: `$(${icon}) ${label}`, value });
  const all = files.length > 1 ? [action('diff-multiple', vscode.l10n.t('All Files'), () => cells.openAll(ref))] : [];
  const diffs = files.map((file) => ({
    label: `$(diff) ${plainLabel(oneLine(file.path))}`,
    description: file.kind,
    value: () => cells.openFile(ref, file),
  }));
  const previews = files.map((file) => ({
    label: `$(preview) ${plainLabel(oneLine(file.path))}`,
    description: vscode.l10n.t('merged, with conflict markers'),
    value: () => cells.previewResult(ref, file),
  }));
  const others = [
    action('beaker', vscode.l10n.t('Prove It'), () => cells.prove(ref)),
    action('copy', vscode.l10n.t('Copy a Message for the Agent'), () => cells.copyMessage(ref)),
    action('empty-window', vscode.l10n.t('Open Both Worktrees'), () => cells.openWorktrees(ref)),
  ];
  return pick([...all, ...diffs, ...previews, ...others], vscode.l10n.t('Open what of this conflict?'));
}
