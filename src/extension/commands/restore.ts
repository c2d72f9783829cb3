import * as vscode from 'vscode';
import type { TaskArchive, TaskRow } from '../../contract/json';
import { openInNewWindow } from '../folders';
import { tell } from '../messages';
import { withViewProgress } from '../progress';
import { refOf, targetOf } from '../target';
import { isForgettable, isRestorable } from '../views/taskFlags';
import { age, nameOf, size } from '../words';
import { pick } from './chooseTarget';
import type { Services } from './services';

/** Brings a cleaned task's worktree, branch, index and files back. */
export async function restoreTask(services: Services, argument: unknown): Promise<void> {
  const { session, row } = await services.choose.task(
    targetOf(argument),
    isRestorable,
    vscode.l10n.t('Restore which task?'),
  );
  const archive = await chooseArchive(row);
  const done = await withViewProgress(() =>
    session.repository.tasks.restore(refOf(row), archive === null ? {} : { archive }),
  );
  await services.views.reveal(session.id, row.plan, row.task);
  const open = { label: vscode.l10n.t('Open Worktree'), run: () => openInNewWindow(done.worktree) };
  const [missing] = done.leftOut;
  if (missing === undefined) {
    tell('info', vscode.l10n.t('{0} is restored as it was.', nameOf(row)), open);
    return;
  }
  for (const { path, why } of done.leftOut) services.log.warn(`Not restored: ${path} (${why})`);
  tell(
    'warning',
    vscode.l10n.t(
      '{0} is restored, except for {1} things; the first: {2} ({3})',
      nameOf(row),
      done.leftOut.length,
      missing.path,
      missing.why,
    ),
    open,
  );
}

/** The only one, or the one the user picks; null: whichever the core knows, although the row has none (any more). */
async function chooseArchive(row: TaskRow): Promise<string | null> {
  const [latest, ...older] = row.archives;
  if (older.length === 0 || latest === undefined) return latest?.id ?? null;
  const now = new Date();
  const describe = ({ branch, bytes }: TaskArchive) =>
    [branch ?? '', bytes === null ? '' : size(bytes)].filter((part) => part !== '').join(' · ');
  return await pick(
    row.archives.map((archive) => ({
      label: vscode.l10n.t('Cleaned up {0}', age(vscode.l10n.t, archive.at, now)),
      description: describe(archive),
      detail: archive.id,
      value: archive.id,
    })),
    vscode.l10n.t('{0} was cleaned up several times: which state is to come back?', nameOf(row)),
  );
}

/** Takes a task off the list, whatever has become of its worktree; what is on disk stays. */
export async function forgetTask(services: Services, argument: unknown): Promise<void> {
  const { session, row } = await services.choose.task(
    targetOf(argument),
    isForgettable,
    vscode.l10n.t('Forget which task?'),
  );
  const button = vscode.l10n.t('Forget');
  const stays =
    row.worktree === null
      ? vscode.l10n.t('Its file, its branch and what the trash keeps of it stay as they are.')
      : vscode.l10n.t('Its file, its branch and its worktree stay as they are.');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget what happened to {0}?', nameOf(row)),
    { modal: true, detail: stays },
    button,
  );
  if (chosen !== button) return;
  await withViewProgress(() => session.repository.tasks.forget(refOf(row)));
}
