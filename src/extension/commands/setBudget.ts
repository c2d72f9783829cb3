import * as vscode from 'vscode';
import type { Budget } from '../../contract/plan';
import type { BudgetTarget } from '../../core/tasks/usage/setBudget';
import { settingKeys, settingsSection } from '../contributions';
import { tell } from '../messages';
import type { RepositorySession } from '../sessions/repositorySession';
import { readSettings } from '../settings';
import { targetOf } from '../target';
import { oneLine } from '../words';
import { budgetText, parseBudget } from './budgetInput';
import { pick } from './chooseTarget';
import type { Services } from './services';

type Period = 'day' | 'week';
type Chosen = { readonly period: Period } | BudgetTarget;

/** Sets, changes or takes away the budget of a task, a plan, the day or the week. */
export async function setBudget(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const session = await services.choose.session(target);
  const chosen = await choose(session, argument);
  if ('period' in chosen) await setPeriod(session, chosen.period);
  else await setInFile(session, chosen);
}

async function choose(session: RepositorySession, argument: unknown): Promise<Chosen> {
  const period = periodOf(argument);
  if (period !== null) return { period };
  const target = targetOf(argument);
  if (target?.kind === 'task') return { plan: target.plan, task: target.task };
  if (target?.kind === 'plan') return { plan: target.plan, task: null };
  const { plans } = await session.repository.plans();
  const budgets = readSettings(scopeOf(session)).budgets;
  const choice = (label: string, budget: Budget | undefined, description: string, value: Chosen) => ({
    label,
    description: [description, budget === undefined ? '' : budgetText(budget)]
      .filter((part) => part !== '')
      .join(' · '),
    value,
  });
  return pick<Chosen>(
    [
      choice(vscode.l10n.t('Each day'), budgets.day, '', { period: 'day' }),
      choice(vscode.l10n.t('Each week'), budgets.week, '', { period: 'week' }),
      ...plans.flatMap(({ id, fields, tasks }) => [
        choice(oneLine(fields.title ?? id), fields.budget, vscode.l10n.t('plan {0}', id), { plan: id, task: null }),
        ...tasks.map((task) =>
          choice(oneLine(task.fields.title ?? task.ref.task), task.fields.budget, `${id}/${task.ref.task}`, task.ref),
        ),
      ]),
    ],
    vscode.l10n.t('Set which budget?'),
  );
}

/** Of an argument `{period: 'day'}`. */
function periodOf(argument: unknown): Period | null {
  if (typeof argument !== 'object' || argument === null || !('period' in argument)) return null;
  return argument.period === 'day' || argument.period === 'week' ? argument.period : null;
}

/** @throws CancellationError when the user leaves */
async function ask(title: string, now: Budget | undefined): Promise<Budget | null> {
  const text = await vscode.window.showInputBox({
    title,
    value: now === undefined ? '' : budgetText(now),
    // A terminal that comes up takes the focus.
    ignoreFocusOut: true,
    prompt: vscode.l10n.t('For example $5, or 200k tokens, or both with a comma. Empty: no budget.'),
    validateInput: (value) => {
      const parsed = parseBudget(value, vscode.l10n.t);
      return typeof parsed === 'string' ? parsed : null;
    },
  });
  if (text === undefined) throw new vscode.CancellationError();
  const budget = parseBudget(text, vscode.l10n.t);
  if (typeof budget === 'string') throw new Error(budget);
  return budget;
}

function scopeOf(session: RepositorySession): vscode.Uri | undefined {
  return session.folders[0]?.folder.uri;
}

async function setPeriod(session: RepositorySession, period: Period): Promise<void> {
  const scope = scopeOf(session);
  const { budgets } = readSettings(scope);
  const title = period === 'day' ? vscode.l10n.t('Budget of each day') : vscode.l10n.t('Budget of each week');
  const budget = await ask(title, budgets[period]);
  const settings = vscode.workspace.getConfiguration(settingsSection, scope);
  const inspected = settings.inspect(settingKeys.budgets);
  // Where it stands now, since a value of the user's would be hidden behind the workspace's.
  const level =
    inspected?.workspaceFolderValue !== undefined
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : inspected?.workspaceValue !== undefined
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
  const kept = period === 'day' ? { week: budgets.week } : { day: budgets.day };
  const all = { ...kept, ...(budget === null ? {} : { [period]: budget }) };
  const set = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  await settings.update(settingKeys.budgets, Object.keys(set).length === 0 ? undefined : set, level);
}

async function setInFile(session: RepositorySession, target: BudgetTarget): Promise<void> {
  const { context } = session.repository;
  const plan = await session.repository.plan(target.plan);
  const task = plan?.tasks.find(({ ref }) => ref.task === target.task);
  const name = target.task === null ? target.plan : `${target.plan}/${target.task}`;
  const now = target.task === null ? plan?.fields.budget : task?.fields.budget;
  const { budgetFile, setBudget: write, withBudget } = await import('../core');
  // Before anything is typed: there may be no file.
  const file = await budgetFile(context, target);
  const budget = await ask(vscode.l10n.t('Budget of {0}', oneLine(name)), now);
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  if (open === undefined) {
    await write(context, target, budget);
    return;
  }
  await setInEditor(open, (text) => withBudget(text, file, budget));
}

/** A file that is open is edited where it is open: what was typed there and not saved is not ours to save. */
async function setInEditor(document: vscode.TextDocument, edited: (text: string) => string): Promise<void> {
  const text = document.getText();
  const wasDirty = document.isDirty;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(new vscode.Position(0, 0), document.positionAt(text.length)),
    edited(text),
  );
  await vscode.workspace.applyEdit(edit);
  if (!wasDirty) {
    await document.save();
    return;
  }
  await vscode.window.showTextDocument(document);
  tell('info', vscode.l10n.t('Save the file, and the budget holds.'), null);
}
