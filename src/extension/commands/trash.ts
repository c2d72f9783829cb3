import * as vscode from 'vscode';
import type { TrashRow } from '../../contract/json';
import { tell } from '../messages';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { targetOf } from '../target';
import { day, nameOf, plainLabel, size } from '../words';
import type { Services } from './services';

interface TrashItem extends vscode.QuickPickItem {
  readonly archive?: TrashRow;
}

/** Everything that the trash keeps, what may be deleted first; what the user ticks is deleted for good, after asking. */
export async function emptyTrash(services: Services, argument: unknown): Promise<void> {
  const session = await services.choose.session(targetOf(argument));
  const { tasks } = session.repository;
  const { trash, bytes } = await withViewProgress(() => tasks.trash());
  if (trash.length === 0) {
    tell('info', vscode.l10n.t('The trash is empty.'), null);
    return;
  }
  const chosen = await choose(session, trash, bytes);
  if (chosen.length === 0 || !(await confirm(chosen))) return;
  await withViewProgress(() => tasks.deleteArchives(chosen.map(({ id }) => id)));
  await session.refresh();
}

async function choose(
  session: RepositorySession,
  trash: readonly TrashRow[],
  bytes: number,
): Promise<readonly TrashRow[]> {
  const offered = trash.filter((archive) => archive.offered !== null);
  const kept = trash.filter((archive) => archive.offered === null);
  const group = (label: string, list: readonly TrashRow[]): TrashItem[] =>
    list.length === 0
      ? []
      : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...list.map((archive) => itemOf(session, archive))];
  const chosen = await vscode.window.showQuickPick(
    [...group(vscode.l10n.t('may be deleted'), offered), ...group(vscode.l10n.t('kept for now'), kept)],
    {
      canPickMany: true,
      ignoreFocusOut: true,
      matchOnDescription: true,
      title: vscode.l10n.t('Trash of Cleaned Worktrees ({0})', size(bytes)),
      placeHolder: vscode.l10n.t('Tick what is to be deleted for good'),
    },
  );
  return chosen?.flatMap(({ archive }) => archive ?? []) ?? [];
}

function itemOf(session: RepositorySession, archive: TrashRow): TrashItem {
  const row = session.row(archive);
  const parts = [
    archive.bytes === null ? '' : size(archive.bytes),
    archive.present ? '' : vscode.l10n.t('the folder is gone, only its ref is left'),
  ];
  const why =
    archive.offered === 'age'
      ? vscode.l10n.t('older than 30 days')
      : archive.offered === 'size'
        ? vscode.l10n.t('beyond the size you have set')
        : vscode.l10n.t('kept until {0}', day(archive.expires));
  return {
    label: plainLabel(row === null ? `${archive.plan}/${archive.task}` : nameOf(row)),
    description: parts.filter((part) => part !== '').join(' · '),
    detail: vscode.l10n.t('cleaned up on {0}, {1}', day(archive.at), why),
    archive,
  };
}

async function confirm(chosen: readonly TrashRow[]): Promise<boolean> {
  const button = vscode.l10n.t('Delete for Good');
  const bytes = chosen.reduce((sum, archive) => sum + (archive.bytes ?? 0), 0);
  const question =
    chosen.length === 1
      ? vscode.l10n.t('Delete 1 worktree from the trash for good ({0})?', size(bytes))
      : vscode.l10n.t('Delete {0} worktrees from the trash for good ({1})?', chosen.length, size(bytes));
  const detail = vscode.l10n.t('What is deleted cannot be restored. Branches that were kept stay.');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}
