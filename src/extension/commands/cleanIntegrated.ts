import * as vscode from 'vscode';
import type { CleanJson, IntegrationTest } from '../../contract/json';
import { commandIds } from '../contributions';
import { tell } from '../messages';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { targetOf } from '../target';
import { nameOf, oneLine, plainLabel, size } from '../words';
import type { Services } from './services';

/**
 * The list of tasks whose work has landed, with their sizes; the ticked ones are cleaned up. None of them holds
 * anything that is nowhere else, so that no consent is missing.
 */
export async function cleanIntegrated(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const session = await services.choose.session(target);
  const { tasks } = session.repository;
  const all = (await withViewProgress(() => tasks.cleanIntegrated({ dryRun: true }))).tasks;
  const landed = target?.kind === 'plan' ? all.filter(({ plan }) => plan === target.plan) : all;
  if (landed.length === 0) {
    tell('info', vscode.l10n.t('No task is integrated and clean: there is nothing to clean up.'), null);
    return;
  }
  const chosen = await choose(session, landed);
  if (chosen.length === 0) return;
  await withViewProgress(() => cleanAll(session, chosen));
}

async function choose(session: RepositorySession, landed: readonly CleanJson[]): Promise<readonly CleanJson[]> {
  const items = landed.map((each) => ({
    label: plainLabel(titleOf(session, each)),
    description: [`${each.plan}/${each.task}`, each.bytes == null ? '' : size(each.bytes)]
      .filter((part) => part !== '')
      .join(' · '),
    detail: whyLanded(each),
    picked: true,
    each,
  }));
  const total = landed.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
    title: vscode.l10n.t('Clean Up Integrated Tasks ({0})', size(total)),
    placeHolder: vscode.l10n.t('What is ticked goes to the trash, where it can be restored for 30 days'),
  });
  return chosen?.map(({ each }) => each) ?? [];
}

function titleOf(session: RepositorySession, ref: CleanJson): string {
  const row = session.row(ref);
  return row === null ? `${ref.plan}/${ref.task}` : nameOf(row);
}

function whyLanded({ branch }: CleanJson): string {
  const integrated = branch?.integrated;
  if (integrated?.verdict !== 'yes') return '';
  const words: Readonly<Record<IntegrationTest, string>> = {
    'same-commit': vscode.l10n.t('the same commit'),
    ancestor: vscode.l10n.t('merged'),
    'empty-diff': vscode.l10n.t('no difference is left'),
    'same-tree': vscode.l10n.t('the same content'),
    'merge-adds-nothing': vscode.l10n.t('a merge adds nothing'),
    'same-patch': vscode.l10n.t('the same patch'),
  };
  const into = oneLine(integrated.into).replace(/^refs\/(?:heads|remotes)\//, '');
  return vscode.l10n.t('{0} is in {1}: {2}', oneLine(branch?.name ?? ''), into, words[integrated.by]);
}

async function cleanAll(session: RepositorySession, chosen: readonly CleanJson[]): Promise<void> {
  const cleaned: CleanJson[] = [];
  const failed: string[] = [];
  const { lossesFingerprint } = await import('../core');
  for (const { plan, task, wouldLose } of chosen) {
    try {
      const done = await session.repository.tasks.clean(
        { plan, task },
        { onlyLanded: true, expected: lossesFingerprint(wouldLose) },
      );
      if (done.cleaned) cleaned.push(done);
      else failed.push(done.refused ?? `${plan}/${task}`);
    } catch (error) {
      // One that does not go must not keep the others.
      failed.push(error instanceof Error ? error.message : String(error));
    }
  }
  for (const reason of failed) session.repository.host.log.warn(`Not cleaned up: ${reason}`);
  report(cleaned, failed);
}

function report(cleaned: readonly CleanJson[], failed: readonly string[]): void {
  const sentence =
    failed.length > 0
      ? vscode.l10n.t('{0} cleaned up, {1} not: {2}', cleaned.length, failed.length, failed[0] ?? '')
      : cleaned.length === 1
        ? vscode.l10n.t('1 task is cleaned up and kept in the trash for 30 days.')
        : vscode.l10n.t('{0} tasks are cleaned up and kept in the trash for 30 days.', cleaned.length);
  const [only] = cleaned;
  const target = cleaned.length === 1 && only !== undefined ? { plan: only.plan, task: only.task } : undefined;
  tell(
    failed.length > 0 ? 'warning' : 'info',
    sentence,
    cleaned.length === 0
      ? null
      : {
          label: vscode.l10n.t('Restore'),
          run: () => vscode.commands.executeCommand(commandIds.restoreTask, target),
        },
  );
}
