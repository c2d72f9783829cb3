import * as vscode from 'vscode';
import type { Problem } from '../../contract/plan';
import type { Plan } from '../../core/plan/plan';
import { tell } from '../messages';
import type { RepositorySession } from '../sessions/repositorySession';
import { targetOf } from '../target';
import type { Services } from './services';

async function askFor(title: string, placeHolder: string): Promise<string> {
  const text = await vscode.window.showInputBox({
    title,
    placeHolder,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? vscode.l10n.t('Type a few words.') : undefined),
  });
  if (text === undefined) throw new vscode.CancellationError();
  return text.trim();
}

async function openFile(file: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
}

/** A title makes a plan: its folder and its file, which is opened. */
export async function newPlan(services: Services, argument: unknown): Promise<void> {
  const title = await askFor(
    vscode.l10n.t('New Plan'),
    vscode.l10n.t('What is it about? For example: user activity dashboard'),
  );
  const session = await services.choose.session(targetOf(argument));
  const { createPlan } = await import('../core');
  const { git, layout } = session.repository;
  const { file } = await createPlan(layout, { title, git });
  await session.refresh();
  await openFile(file);
}

/** One sentence makes a task file, which is opened; in the plan named, the only one, or the one picked. */
export async function newTask(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const found = await services.choose.plan(target, vscode.l10n.t('In which plan?'));
  const instructions = await askFor(
    found === null
      ? vscode.l10n.t('New Task in the Inbox')
      : vscode.l10n.t('New Task in {0}', found.plan.fields.title ?? found.plan.id),
    vscode.l10n.t('What should the agent do?'),
  );
  const session = found?.session ?? (await services.choose.session(target));
  const { createTask, inboxPlan } = await import('../core');
  const { git, layout, store } = session.repository;
  const plan = found?.plan.id ?? inboxPlan;
  // The id of a deleted task still names its events.
  const used = (await store.events.tasks()).filter((ref) => ref.plan === plan).map((ref) => ref.task);
  const { ref, file } = await createTask(layout, plan, {
    instructions,
    taken: new Set(used),
    git,
  });
  await session.refresh();
  await openFile(file);
  await services.views.reveal(session.id, ref.plan, ref.task);
}

export async function openPlan(services: Services, argument: unknown): Promise<void> {
  const found = await services.choose.plan(targetOf(argument), vscode.l10n.t('Which plan?'));
  if (found === null || found.plan.file === null)
    throw new Error(vscode.l10n.t('There is no plan file yet: make a plan first.'));
  await openFile(found.plan.file);
}

export async function openTask(services: Services, argument: unknown): Promise<void> {
  const { row } = await services.choose.task(
    targetOf(argument),
    ({ file }) => file !== null,
    vscode.l10n.t('Which task?'),
  );
  if (row.file === null) throw new Error(vscode.l10n.t('The file of {0}/{1} is gone.', row.plan, row.task));
  await openFile(row.file);
}

/** Says whether a plan can be dispatched, and in which order its tasks will land. */
export async function checkPlan(services: Services, argument: unknown): Promise<void> {
  const found = await services.choose.plan(targetOf(argument), vscode.l10n.t('Which plan?'));
  if (found === null) throw new Error(vscode.l10n.t('There is no plan yet: make a plan first.'));
  const { session, plan } = found;
  const problems = await problemsOf(session, plan);
  const name = plan.fields.title ?? plan.id;
  const { mergeOrder } = await import('../core');
  if (problems.length === 0) {
    const order = mergeOrder(plan).order.join(' → ');
    tell('info', vscode.l10n.t('{0} has no problems; its tasks land in this order: {1}.', name, order), null);
    return;
  }
  for (const { file, line, column, message } of problems) services.log.warn(`${file}:${line}:${column}: ${message}`);
  const [first] = problems;
  tell('warning', vscode.l10n.t('{0} has {1} problems; the first: {2}', name, problems.length, first?.message ?? ''), {
    label: vscode.l10n.t('Show Problems'),
    run: () => vscode.commands.executeCommand('workbench.actions.view.problems'),
  });
}

async function problemsOf(session: RepositorySession, plan: Plan): Promise<readonly Problem[]> {
  const { checkPlan: check, resolveBase } = await import('../core');
  const { git, layout } = session.repository;
  const base = await resolveBase(git, layout, plan.fields.base ?? null);
  const there = new Map<string, boolean>();
  for (const file of plan.fields.contract ?? []) there.set(file, await isOnBase(session, base.commit, file));
  return check(plan, {
    contractOnBase: (file) => there.get(file) ?? null,
    customAgents: Object.keys(session.repository.settings().customAgents),
  });
}

async function isOnBase(session: RepositorySession, commit: string, file: string): Promise<boolean> {
  const { git, layout } = session.repository;
  // `cat-file -e` is 128 for a path that is not in the commit and 0 for one that is; no content is read.
  const result = await git.run(['cat-file', '-e', `${commit}:${file}`], {
    cwd: layout.mainWorktree ?? layout.commonDir,
    okExitCodes: [0, 1, 128],
  });
  return result.exitCode === 0;
}
