import path from 'node:path';
import type { WorktreeRow } from '../../contract/json';
import { escapeMarkdown, oneLine, type Translate } from '../words';
import type { Partners } from './partners';
import { conflictsNow, partnerFacts, partnersWord } from './partnerWords';
import { contextValue, type TreeNode, underRepositories } from './treeNode';

export interface WorktreeFacts {
  readonly id: string;
  readonly name: string;
  readonly worktrees: readonly WorktreeRow[];
  /** Folders of this window, real paths. */
  readonly here: ReadonlySet<string>;
  /** Whom worktrees conflict with, by path. */
  readonly partners: ReadonlyMap<string, Partners>;
}

/** The tree of worktrees: the main one, those of tasks, and those that someone else made. */
export function worktreeNodes(repositories: readonly WorktreeFacts[], t: Translate): TreeNode[] {
  return underRepositories(repositories, (repository) => rows(repository, t), t);
}

function rows(repository: WorktreeFacts, t: Translate): TreeNode[] {
  return repository.worktrees.map((row) => worktreeNode(repository, row, t));
}

function worktreeNode(repository: WorktreeFacts, row: WorktreeRow, t: Translate): TreeNode {
  const label = oneLine(path.basename(row.path));
  const here = repository.here.has(row.path);
  const partners = repository.partners.get(row.path);
  const parts = [
    row.bare ? t('bare') : row.branch === null ? t('detached') : oneLine(row.branch),
    row.main ? t('main worktree') : row.task === null ? t('not a task') : '',
    row.dirty === true ? t('changed') : '',
    partnersWord(partners, t) ?? '',
    row.locked === null ? '' : t('locked'),
    row.prunable === null ? '' : t('its folder is gone'),
    here ? t('this window') : '',
  ].filter((part) => part !== '');
  const description = parts.join(' · ');
  return {
    id: `row:${repository.id}:${row.path}`,
    label,
    description,
    icon: icon(row, here),
    tooltip: () => tooltip(row, partners, t),
    contextValue: contextValue('worktree', {
      adoptable: isAdoptable(row),
      conflict: conflictsNow(partners),
      main: row.main,
      openable: row.prunable === null && !row.bare && !here,
      task: row.task !== null,
    }),
    accessibleLabel: t('Worktree {0}, {1}', label, description),
    target: { kind: 'worktree', repository: repository.id, path: row.path },
    children: [],
  };
}

/** A linked worktree that was made elsewhere and is no task yet. */
export function isAdoptable(row: WorktreeRow): boolean {
  return !row.main && !row.bare && row.task === null && row.prunable === null;
}

function icon(row: WorktreeRow, here: boolean): TreeNode['icon'] {
  if (row.prunable !== null) return { id: 'question', color: 'list.warningForeground' };
  if (row.main) return { id: 'repo', color: here ? 'charts.green' : undefined };
  return { id: row.task === null ? 'folder' : 'git-branch', color: here ? 'charts.green' : undefined };
}

function tooltip(row: WorktreeRow, partners: Partners | undefined, t: Translate): string {
  const dirty = row.dirty === null ? t('not known yet') : row.dirty ? t('yes') : t('no');
  const lines = [
    `**${escapeMarkdown(row.path)}**`,
    `${t('Branch')}: ${row.branch === null ? t('detached') : escapeMarkdown(row.branch)}`,
    `${t('Head')}: ${row.head === null ? t('not known yet') : escapeMarkdown(row.head.slice(0, 9))}`,
    `${t('Uncommitted changes')}: ${dirty}`,
  ];
  if (row.task !== null) lines.push(`${t('Task')}: ${escapeMarkdown(`${row.plan ?? ''}/${row.task}`)}`);
  lines.push(...partnerFacts(partners, t));
  if (row.locked !== null) lines.push(`${t('Locked')}: ${escapeMarkdown(row.locked)}`);
  if (row.prunable !== null) lines.push(`${t('Gone')}: ${escapeMarkdown(row.prunable)}`);
  return lines.join('\n\n');
}
