import type { TaskArchive, TaskRow } from '../../contract/json';
import type { Target } from '../target';
import { day, size, type Translate } from '../words';
import { contextValue, type TreeNode } from './treeNode';

/**
 * Ids of what may be deleted from the trash: all that is kept long enough, and the oldest of the rest beyond the limit.
 * @param limit of all archives together, in bytes; null: none
 */
export function offeredArchives(archives: readonly TaskArchive[], now: Date, limit: number | null): Set<string> {
  const offered = new Set<string>();
  let left = archives.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  for (const { id, expires, bytes } of [...archives].sort((a, b) => a.at.localeCompare(b.at))) {
    if (Date.parse(expires) > now.getTime() && (limit === null || left <= limit)) continue;
    offered.add(id);
    left -= bytes ?? 0;
  }
  return offered;
}

/** What can be restored of a task. */
export function archiveWords(row: TaskRow, offered: ReadonlySet<string>, t: Translate): string[] {
  const [latest] = row.archives;
  if (latest === undefined) return [];
  const kept = offered.has(latest.id) ? t('may be deleted') : t('until {0}', day(latest.expires));
  return latest.bytes === null ? [kept] : [kept, size(latest.bytes)];
}

/**
 * The tasks of a plan that were cleaned up, out of the way of the others. The one place in the tree that speaks of the
 * trash: how large it is, and what may be deleted from it.
 * @param children the tasks' own rows
 */
export function cleanedNode(
  rows: readonly TaskRow[],
  o: { id: string; target: Target; offered: ReadonlySet<string>; children: readonly TreeNode[]; t: Translate },
): TreeNode {
  const { t } = o;
  const archives = rows.flatMap((row) => row.archives);
  const bytes = archives.reduce((sum, archive) => sum + (archive.bytes ?? 0), 0);
  const count = archives.filter(({ id }) => o.offered.has(id)).length;
  const parts = [
    rows.length === 1 ? t('1 task') : t('{0} tasks', rows.length),
    bytes > 0 ? size(bytes) : '',
    count > 0 ? t('{0} may be deleted', count) : '',
  ];
  const description = parts.filter((part) => part !== '').join(' · ');
  return {
    id: o.id,
    label: t('Cleaned Up'),
    description,
    icon: { id: 'archive', color: count > 0 ? 'list.warningForeground' : 'disabledForeground' },
    contextValue: contextValue('cleaned', { archives: archives.length > 0 }),
    accessibleLabel: t('Cleaned up, {0}', description),
    expanded: false,
    target: o.target,
    children: o.children,
  };
}
