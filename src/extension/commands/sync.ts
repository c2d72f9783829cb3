import * as vscode from 'vscode';
import type { SyncJson, TaskRow } from '../../contract/json';
import { commandIds } from '../contributions';
import { openInNewWindow } from '../folders';
import { type Remedy, tell } from '../messages';
import { withViewProgress } from '../progress';
import { refOf, targetOf } from '../target';
import { isSyncable } from '../views/taskFlags';
import { nameOf, oneLine } from '../words';
import type { TaskChoice } from './chooseTarget';
import type { Services } from './services';

const shortCommit = 9;

/** Brings a task's branch onto its base as it is now, uncommitted work with it; a conflict changes nothing. */
export async function syncTask(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(targetOf(argument), isSyncable, vscode.l10n.t('Sync which task?'));
  const { tasks } = choice.session.repository;
  reportTask(choice, await withViewProgress(() => tasks.sync(refOf(choice.row))));
}

function reportTask({ row }: TaskChoice, result: SyncJson['tasks'][number]): void {
  const name = nameOf(row);
  const base = oneLine(row.base ?? vscode.l10n.t('its base'));
  if (result.result === 'synced') {
    tell('info', vscode.l10n.t('{0} stands on {1} now.', name, base), {
      label: vscode.l10n.t('Open Changes'),
      run: () => vscode.commands.executeCommand(commandIds.openChanges, refOf(row)),
    });
  } else if (result.result === 'up-to-date') {
    tell('info', vscode.l10n.t('{0} is on {1} already.', name, base), null);
  } else if (result.result === 'held') {
    tell('warning', vscode.l10n.t('{0} was not synced: {1}', name, result.reason ?? ''), null);
  } else {
    tell('warning', conflictSentence(name, base, result.files), openRemedy(row));
  }
}

function conflictSentence(name: string, base: string, files: readonly string[]): string {
  const shown = files.slice(0, 3).map(oneLine).join(', ');
  return files.length > 3
    ? vscode.l10n.t(
        '{0} conflicts with {1} in {2} and {3} more; nothing was changed.',
        name,
        base,
        shown,
        files.length - 3,
      )
    : vscode.l10n.t('{0} conflicts with {1} in {2}; nothing was changed.', name, base, shown);
}

function openRemedy({ worktree }: TaskRow): Remedy | null {
  return worktree === null ? null : { label: vscode.l10n.t('Open Worktree'), run: () => openInNewWindow(worktree) };
}

/** Moves the local base to where its remote-tracking branch is, without touching what the user has changed. */
export async function syncBase(services: Services, argument: unknown): Promise<void> {
  const session = await services.choose.session(targetOf(argument));
  const base = await withViewProgress(() => session.repository.tasks.syncBase());
  const name = oneLine(base.name);
  if (base.result === 'moved') {
    tell('info', vscode.l10n.t('{0} is up to date now ({1}).', name, (base.to ?? '').slice(0, shortCommit)), null);
  } else if (base.result === 'up-to-date') {
    tell('info', vscode.l10n.t('{0} is up to date already.', name), null);
  } else {
    tell('warning', vscode.l10n.t('{0} was not moved: {1}', name, base.reason ?? ''), null);
  }
}
