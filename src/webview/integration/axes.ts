import type { PanelFilter, PanelGroup } from '../../protocol/integration';
import { plain } from '../shared/format';
import type { Matrix, Seen } from './matrix';

/** What one row or column stands for. */
export type Line =
  | { readonly kind: 'base'; readonly key: string }
  | { readonly kind: 'branch'; readonly key: string; readonly branch: number }
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly group: PanelGroup;
      /** Those of its branches that the filter leaves. */
      readonly branches: readonly number[];
      readonly collapsed: boolean;
    };

export interface Axes {
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
}

export const baseKey = 'base';

export function branchKey(ref: string): string {
  return `branch:${ref}`;
}

/** A group by its plan; that of the branches without one is `''`. */
export function groupId(group: PanelGroup): string {
  return group.plan ?? '';
}

/**
 * Rows and columns of a matrix. A text, or a plan, leaves only their rows, against all columns: so one branch is seen
 * against everything. `troubleOnly` leaves away on both sides what is clean, and without hazards, in all that is left.
 * A folded group is one line that stands for all of its branches; groups are only shown when there are several.
 */
export function axesOf(matrix: Matrix, filter: PanelFilter, collapsed: ReadonlySet<string>): Axes {
  const all = matrix.branches.map((_, index) => index);
  const planOf = planLookup(matrix);
  const matches = textMatcher(matrix, filter.text.trim().toLowerCase());
  let rows = all.filter((branch) => (filter.plan === null || planOf.get(branch) === filter.plan) && matches(branch));
  let columns = all;
  if (filter.troubleOnly) {
    columns = all.filter((column) => rows.some((row) => isTrouble(matrix, row, column)));
    rows = rows.filter((row) => isBaseTrouble(matrix, row) || columns.some((column) => isTrouble(matrix, row, column)));
  }
  const hasBase = matrix.data.againstBase.some((cell) => cell !== null);
  const base: Line[] = hasBase && rows.length > 0 ? [{ kind: 'base', key: baseKey }] : [];
  return {
    rows: lines(matrix, new Set(rows), collapsed, true),
    columns: rows.length === 0 ? [] : [...base, ...lines(matrix, new Set(columns), collapsed, false)],
  };
}

function planLookup(matrix: Matrix): Map<number, string> {
  return new Map(matrix.data.groups.flatMap((group) => group.branches.map((branch) => [branch, groupId(group)])));
}

/** @param heads an open group has a line of its own too */
function lines(matrix: Matrix, left: ReadonlySet<number>, collapsed: ReadonlySet<string>, heads: boolean): Line[] {
  const { groups } = matrix.data;
  return groups.flatMap((group) => {
    const branches = group.branches.filter((branch) => left.has(branch));
    if (branches.length === 0) return [];
    const folded = groups.length > 1 && collapsed.has(groupId(group));
    const head: Line = { kind: 'group', key: `group:${groupId(group)}`, group, branches, collapsed: folded };
    if (folded) return [head];
    const own = branches.map((branch): Line => {
      return { kind: 'branch', key: branchKey(matrix.branches[branch]?.ref ?? ''), branch };
    });
    return heads && groups.length > 1 ? [head, ...own] : own;
  });
}

/** Whether a branch has the text in one of its names, or in a file of one of its conflicts. */
function textMatcher(matrix: Matrix, wanted: string): (branch: number) => boolean {
  if (wanted === '') return () => true;
  const has = (text: string | null) => text !== null && plain(text).toLowerCase().includes(wanted);
  const files = new Set(matrix.data.files.flatMap(({ path }, index) => (has(path) ? [index] : [])));
  const hit = (seen: Seen | null) => seen?.cell.files.some((file) => files.has(file)) === true;
  return (index) => {
    const branch = matrix.branches[index];
    if (branch === undefined) return false;
    if (has(branch.ref) || has(branch.task) || has(branch.title)) return true;
    if (files.size === 0) return false;
    return hit(matrix.againstBase(index)) || matrix.branches.some((_, other) => hit(matrix.pair(index, other)));
  };
}

function isTrouble(matrix: Matrix, a: number, b: number): boolean {
  const seen = matrix.pair(a, b);
  return seen !== null && isTroubled(seen);
}

function isTroubled({ cell }: Seen): boolean {
  return cell.verdict !== 'clean' || cell.hazardCount > 0;
}

function isBaseTrouble(matrix: Matrix, branch: number): boolean {
  const seen = matrix.againstBase(branch);
  return seen !== null && isTroubled(seen);
}
