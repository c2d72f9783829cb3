import * as vscode from 'vscode';
import type { CleanJson, Consent } from '../../contract/json';
import { commandIds } from '../contributions';
import { showLogRemedy, tell } from '../messages';
import { withViewProgress } from '../progress';
import { refOf, targetOf } from '../target';
import { consentGroups } from '../views/lossWords';
import { isCleanable } from '../views/taskFlags';
import { nameOf } from '../words';
import type { TaskChoice } from './chooseTarget';
import { askConsents } from './consents';
import type { Services } from './services';

/**
 * Puts a task's worktree into the trash. What would be lost is shown first, and each thing that needs a consent is
 * asked for by itself; without one that is needed nothing happens.
 */
export async function cleanTask(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(targetOf(argument), isCleanable, vscode.l10n.t('Clean up which task?'));
  if (isShownHere(choice)) return sendToMainWindow(choice);
  const { tasks } = choice.session.repository;
  const ref = refOf(choice.row);
  const seen = await withViewProgress(() => tasks.clean(ref, { dryRun: true }));
  if (seen.refused !== null) return refuse(choice, seen);
  const consents = await askFor(choice, seen);
  if (consents === null) return;
  const missing = seen.needs.find((consent) => consent !== 'delete-branch' && !consents.has(consent));
  if (missing !== undefined) return stay(choice, missing);
  const { lossesFingerprint } = await import('../core');
  const done = await withViewProgress(() =>
    tasks.clean(ref, {
      discardChanges: consents.has('discard-changes'),
      deleteBranch: consents.has('delete-branch'),
      endProcesses: consents.has('end-processes'),
      expected: lossesFingerprint(seen.wouldLose),
    }),
  );
  if (done.cleaned) report(choice, done);
  else refuse(choice, done);
}

/** A window that lets go of its folder would end this very command half-way. */
function isShownHere({ session, row }: TaskChoice): boolean {
  return session.folders.some(({ worktree }) => worktree !== null && worktree === row.worktree);
}

function sendToMainWindow({ row }: TaskChoice): void {
  tell(
    'warning',
    vscode.l10n.t('This window shows the worktree of {0}: clean it up from the main window.', nameOf(row)),
    {
      label: vscode.l10n.t('Go to Main Window'),
      run: () => vscode.commands.executeCommand(commandIds.goToMainWindow),
    },
  );
}

async function askFor({ row }: TaskChoice, seen: CleanJson): Promise<ReadonlySet<Consent> | null> {
  const groups = consentGroups(seen, vscode.l10n.t);
  if (groups.length === 0) return new Set();
  const onlyBranch = seen.needs.every((consent) => consent === 'delete-branch');
  return askConsents({
    title: vscode.l10n.t('Clean Up: {0}', nameOf(row)),
    placeholder: onlyBranch
      ? vscode.l10n.t('Tick what may go; the branch stays without it')
      : vscode.l10n.t('Tick what may go; nothing is cleaned up without it'),
    groups,
  });
}

function stay({ row }: TaskChoice, missing: Consent): void {
  const sentence =
    missing === 'end-processes'
      ? vscode.l10n.t('Nothing was cleaned up: something still works in the worktree of {0}.', nameOf(row))
      : vscode.l10n.t('Nothing was cleaned up: {0} has work that is only there.', nameOf(row));
  tell('info', sentence, null);
}

function refuse({ row }: TaskChoice, answer: CleanJson): void {
  const why = answer.refused ?? vscode.l10n.t('something needs your consent that was not asked for: try again');
  tell('warning', vscode.l10n.t('{0} was not cleaned up: {1}', nameOf(row), why), showLogRemedy());
}

/** One message, with the way back. */
function report({ row }: TaskChoice, done: CleanJson): void {
  const name = nameOf(row);
  const { branch } = done;
  const sentence =
    branch === null || branch.deleted
      ? vscode.l10n.t('{0} is cleaned up and kept in the trash for 30 days.', name)
      : vscode.l10n.t('{0} is cleaned up and kept in the trash for 30 days; branch {1} stays.', name, branch.name);
  const target = { plan: row.plan, task: row.task };
  tell('info', sentence, {
    label: vscode.l10n.t('Restore'),
    run: () => vscode.commands.executeCommand(commandIds.restoreTask, target),
  });
}
