import path from 'node:path';
import type { TaskRow } from '../../contract/json';
import { needsHuman, stateTable } from '../../core/tasks/stateTable';
import type { Target } from '../target';
import { escapeMarkdown, oneLine, type Translate } from '../words';
import { conditionWord, pressing, stateWord, taskIcon } from './stateWords';
import { taskTooltip } from './taskTooltip';
import { contextValue, type TreeNode, underRepositories } from './treeNode';

export interface PlanFacts {
  readonly id: string;
  readonly title: string | null;
  /** The plan's file; null when the folder has none. */
  readonly file: string | null;
  readonly errors: number;
}

/** What the tree shows of one repository. */
export interface RepositoryFacts {
  /** Its common directory: the same in every window. */
  readonly id: string;
  readonly name: string;
  readonly plans: readonly PlanFacts[];
  readonly rows: readonly TaskRow[];
  /** Whether the terminal of this process is in this window; null while that is not known. */
  readonly isHere: (runner: number) => boolean | null;
}

/** The tree of tasks: plans → tasks → what a task has; under their repositories when there are several. */
export function taskNodes(repositories: readonly RepositoryFacts[], t: Translate): TreeNode[] {
  return underRepositories(repositories, (repository) => planNodes(repository, t), t);
}

/** An inbox that never took a task says nothing: it was made for one that could not be dispatched. */
export function showsPlan(plan: Pick<PlanFacts, 'id' | 'file' | 'errors'>, tasks: number): boolean {
  return tasks > 0 || plan.errors > 0 || (plan.file !== null && plan.id !== 'inbox');
}

function planNodes(repository: RepositoryFacts, t: Translate): TreeNode[] {
  const known = new Set(repository.plans.map((plan) => plan.id));
  const orphans = [...new Set(repository.rows.map((row) => row.plan))].filter((id) => !known.has(id));
  const plans = [...repository.plans, ...orphans.map((id) => ({ id, title: null, file: null, errors: 0 }))];
  return plans
    .map((plan) => ({ plan, rows: repository.rows.filter((row) => row.plan === plan.id) }))
    .filter(({ plan, rows }) => showsPlan(plan, rows.length))
    .map(({ plan, rows }) => planNode(repository, plan, rows, t));
}

function planNode(repository: RepositoryFacts, plan: PlanFacts, rows: readonly TaskRow[], t: Translate): TreeNode {
  const label = oneLine(plan.title ?? (plan.id === 'inbox' ? t('Inbox') : plan.id));
  const attention = rows.filter(needsHuman).length;
  const busy = rows.filter((row) => row.runner !== null).length;
  const parts = [
    attention === 1 ? t('1 needs you') : attention > 1 ? t('{0} need you', attention) : '',
    busy > 0 ? t('{0} running', busy) : '',
    plan.errors === 1 ? t('1 problem') : plan.errors > 1 ? t('{0} problems', plan.errors) : '',
  ].filter((part) => part !== '');
  const description =
    parts.length > 0 ? parts.join(' · ') : rows.length === 1 ? t('1 task') : t('{0} tasks', rows.length);
  return {
    id: `plan:${repository.id}:${plan.id}`,
    label,
    description,
    icon: {
      id: plan.id === 'inbox' ? 'inbox' : 'list-tree',
      color: plan.errors > 0 ? 'list.warningForeground' : undefined,
    },
    contextValue: contextValue('plan', { file: plan.file !== null, ready: rows.some(isReady) }),
    accessibleLabel: t('Plan {0}, {1}', label, description),
    expanded: true,
    target: { kind: 'plan', repository: repository.id, plan: plan.id },
    children: rows.map((row) => taskNode(repository, row, t)),
  };
}

/** Whether dispatching the task now is the next thing to do. */
export function isReady(row: Pick<TaskRow, 'state' | 'next'>): boolean {
  return row.state === 'ready' && row.next === 'dispatch';
}

/** Whether the task has a place to start its agent in, and no agent there now. */
export function isStartable(row: TaskRow): boolean {
  const over = row.state === 'integrated' || row.state === 'cleaned' || row.state === 'abandoned';
  return row.worktree !== null && row.runner === null && !over && row.state !== 'draft' && row.state !== 'ready';
}

function taskFlags(row: TaskRow, isHere: boolean | null): Record<string, boolean> {
  const vanished = row.conditions.some((condition) => condition.kind === 'vanished');
  const worktree = row.worktree !== null && !vanished;
  return {
    ready: isReady(row),
    running: row.runner !== null,
    elsewhere: row.runner !== null && isHere === false,
    opens: worktree && row.next === 'open-window',
    startable: isStartable(row) && !vanished,
    worktree,
    changes: worktree && row.changedFiles !== 0,
    file: row.file !== null,
  };
}

/** State, agent and changed files in one line. */
export function taskDescription(row: TaskRow, t: Translate): string {
  const condition = pressing(row);
  const parts = [condition === null ? stateWord(t, row.state) : conditionWord(t, condition.kind)];
  if (row.next === 'open-window') parts.push(t('open its window to start'));
  else if (row.held !== null && !stateTable[row.state].busy) parts.push(t('held'));
  parts.push(oneLine(row.agent.name));
  if (row.changedFiles !== null && row.changedFiles > 0) {
    parts.push(row.changedFiles === 1 ? t('1 file') : t('{0} files', row.changedFiles));
  }
  if (row.changedSinceDispatch) parts.push(t('task edited since'));
  return parts.join(' · ');
}

function taskNode(repository: RepositoryFacts, row: TaskRow, t: Translate): TreeNode {
  const label = oneLine(row.title === '' ? row.task : row.title);
  const description = taskDescription(row, t);
  const here = row.runner === null ? null : repository.isHere(row.runner);
  const target: Target = { kind: 'task', repository: repository.id, plan: row.plan, task: row.task };
  const condition = pressing(row);
  const why = condition === null ? '' : oneLine(condition.reason);
  return {
    id: `task:${repository.id}:${row.plan}/${row.task}`,
    label,
    description,
    icon: taskIcon(row),
    tooltip: (now) => taskTooltip(row, { here, now, t }),
    contextValue: contextValue('task', taskFlags(row, here)),
    accessibleLabel: [t('Task {0}, {1}', label, description), why].filter((part) => part !== '').join(', '),
    expanded: false,
    target,
    children: taskParts(repository, row, target, t),
  };
}

function taskParts(repository: RepositoryFacts, row: TaskRow, target: Target, t: Translate): TreeNode[] {
  const id = `${repository.id}:${row.plan}/${row.task}`;
  const parts: TreeNode[] = [];
  const flags = taskFlags(row, null);
  if (row.worktree !== null) {
    // The whole path would be cut off at its beginning, which all of them share.
    const name = [path.basename(row.worktree), row.branch ?? ''].filter((part) => part !== '').map(oneLine);
    parts.push({
      id: `worktree:${id}`,
      label: t('Worktree'),
      description: name.join(' · '),
      tooltip: () => escapeMarkdown(row.worktree ?? ''),
      icon: { id: flags.worktree === true ? 'folder' : 'question' },
      contextValue: contextValue('worktree', { openable: flags.worktree === true, task: true }),
      accessibleLabel: t('Worktree {0}', name.join(', ')),
      target: { kind: 'worktree', repository: repository.id, path: row.worktree },
      children: [],
    });
  }
  if (flags.worktree === true) {
    const count = row.changedFiles;
    const text = count === null ? t('not known yet') : count === 1 ? t('1 file') : t('{0} files', count);
    parts.push({
      id: `changes:${id}`,
      label: t('Changes'),
      description: text,
      icon: { id: 'diff' },
      contextValue: contextValue('changes', { changes: flags.changes === true }),
      accessibleLabel: t('Changes, {0}', text),
      target,
      opens: flags.changes === true ? { kind: 'changes' } : undefined,
      children: [],
    });
  }
  if (row.file !== null) {
    parts.push({
      id: `file:${id}`,
      label: t('Task File'),
      description: oneLine(`${row.plan}/${row.task}.md`),
      icon: { id: 'markdown' },
      contextValue: 'file',
      accessibleLabel: t('Task file {0}', oneLine(`${row.plan}/${row.task}.md`)),
      target,
      opens: { kind: 'file', path: row.file },
      children: [],
    });
  }
  return parts;
}
