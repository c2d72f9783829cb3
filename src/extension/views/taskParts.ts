import path from 'node:path';
import type { TaskRow } from '../../contract/json';
import type { Target } from '../target';
import { escapeMarkdown, oneLine, type Translate } from '../words';
import { hasWorktree } from './taskFlags';
import { contextValue, type TreeNode } from './treeNode';

/** What a task has, as rows below its own: worktree, changes, app, file. @param id of the task in the tree */
export function taskParts(row: TaskRow, o: { id: string; target: Target; repository: string; t: Translate }) {
  return [worktreePart(row, o), changesPart(row, o), appPart(row, o), filePart(row, o)].filter((part) => part !== null);
}

type PartOptions = Parameters<typeof taskParts>[1];

function worktreePart(row: TaskRow, { id, repository, t }: PartOptions): TreeNode | null {
  const { worktree } = row;
  if (worktree === null) return null;
  // The whole path would be cut off at its beginning, which all of them share.
  const name = [path.basename(worktree), row.branch ?? ''].filter((part) => part !== '').map(oneLine);
  return {
    id: `worktree:${id}`,
    label: t('Worktree'),
    description: name.join(' · '),
    tooltip: () => escapeMarkdown(worktree),
    icon: { id: hasWorktree(row) ? 'folder' : 'question' },
    contextValue: contextValue('worktree', { openable: hasWorktree(row), task: true }),
    accessibleLabel: t('Worktree {0}', name.join(', ')),
    target: { kind: 'worktree', repository, path: worktree },
    children: [],
  };
}

function changesPart(row: TaskRow, { id, target, t }: PartOptions): TreeNode | null {
  if (!hasWorktree(row)) return null;
  const count = row.changedFiles;
  const text = count === null ? t('not known yet') : count === 1 ? t('1 file') : t('{0} files', count);
  return {
    id: `changes:${id}`,
    label: t('Changes'),
    description: text,
    icon: { id: 'diff' },
    contextValue: contextValue('changes', { changes: count !== 0 }),
    accessibleLabel: t('Changes, {0}', text),
    target,
    opens: count === 0 ? undefined : { kind: 'changes' },
    children: [],
  };
}

function appPart(row: TaskRow, { id, target, t }: PartOptions): TreeNode | null {
  const { app } = row;
  if (app === null) return null;
  const url = oneLine(app.url);
  return {
    id: `app:${id}`,
    label: t('App'),
    description: url,
    tooltip: () => `${escapeMarkdown(url)}\n\n${t('Output')}: ${escapeMarkdown(app.log)}`,
    icon: { id: 'globe', color: 'charts.green' },
    contextValue: 'app',
    accessibleLabel: t('App at {0}', url),
    target,
    opens: { kind: 'app' },
    children: [],
  };
}

function filePart(row: TaskRow, { id, target, t }: PartOptions): TreeNode | null {
  if (row.file === null) return null;
  const name = oneLine(`${row.plan}/${row.task}.md`);
  return {
    id: `file:${id}`,
    label: t('Task File'),
    description: name,
    icon: { id: 'markdown' },
    contextValue: 'file',
    accessibleLabel: t('Task file {0}', name),
    target,
    opens: { kind: 'file', path: row.file },
    children: [],
  };
}
