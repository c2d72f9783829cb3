import type { TaskArchive, TaskRow } from '../../contract/json';
import type { Target } from '../target';
import { day, size, type Translate } from '../words';
import { contextValue, type TreeNode } from './treeNode';

/** What can be restored of a task. */
export function archiveWords(row: TaskRow, now: Date, t: Translate): string[] {
  const [latest] = row.archives;
  if (latest === undefined) return [];
  const expired = isExpired(latest, now);
  const kept = expired ? t('may be deleted') : t('until {0}', day(latest.expires));
  return latest.bytes === null ? [kept] : [kept, size(latest.bytes)];
}

export function isExpired(archive: Pick<TaskArchive, 'expires'>, now: Date): boolean {
  return Date.parse(archive.expires) <= now.getTime();
}

/**
 * The tasks of a plan that were cleaned up, out of the way of the others. The one place in the tree that speaks of the
 * trash: how large it is, and what may be deleted from it.
 * @param children the tasks' own rows
 */
export function cleanedNode(
  rows: readonly TaskRow[],
  o: { id: string; target: Target; now: Date; children: readonly TreeNode[]; t: Translate },
): TreeNode {
  const { t } = o;
  const archives = rows.flatMap((row) => row.archives);
  const bytes = archives.reduce((sum, archive) => sum + (archive.bytes ?? 0), 0);
  const expired = archives.filter((archive) => isExpired(archive, o.now)).length;
  const parts = [
    rows.length === 1 ? t('1 task') : t('{0} tasks', rows.length),
    bytes > 0 ? size(bytes) : '',
    expired > 0 ? t('{0} may be deleted', expired) : '',
  ];
  const description = parts.filter((part) => part !== '').join(' · ');
  return {
    id: o.id,
    label: t('Cleaned Up'),
    description,
    icon: { id: 'archive', color: expired > 0 ? 'list.warningForeground' : 'disabledForeground' },
    contextValue: contextValue('cleaned', { archives: archives.length > 0 }),
    accessibleLabel: t('Cleaned up, {0}', description),
    expanded: false,
    target: o.target,
    children: o.children,
  };
}
