import type { Verdict } from '../../contract/conflicts';
import type { PanelWords } from '../../protocol/integrationWords';
import type { Ages } from '../shared/ages';
import { format, plain } from '../shared/format';
import { older } from './ages';
import type { Line } from './axes';
import type { Matrix, Seen } from './matrix';

/** How a cell is drawn and read out. */
export interface Look {
  /** A sign and a number: never colour alone. */
  readonly text: string;
  readonly kind: Verdict | 'self' | 'none';
  /** Its last scan is older than a known change. */
  readonly behind: boolean;
  /** It rests on a custom merge driver. */
  readonly driver: boolean;
  /** It merges cleanly, and is dangerous all the same. */
  readonly hazard: boolean;
  readonly label: string;
}

const plainLook = { behind: false, driver: false, hazard: false } as const;

/** What stands for hazards beside a verdict. */
export const hazardSign = '!';
export const signs = { clean: '✓', conflict: '✗', unknown: '?' } as const;

export interface LookContext {
  readonly matrix: Matrix;
  readonly words: PanelWords;
}

/** The cell of a row and a column, whatever both stand for. */
export function lookOf(context: LookContext, row: Line, column: Line): Look {
  if (row.kind === 'branch' && column.kind === 'base') return baseLook(context, row.branch);
  if (row.kind === 'branch' && column.kind === 'branch') return pairLook(context, row.branch, column.branch);
  return groupLook(context, row, column);
}

/** The label with what changes by the second: for the one cell that has the focus. */
export function labelWithAge(o: LookContext & { ages: Ages; now: number }, row: Line, column: Line): string {
  const look = lookOf(o, row, column);
  const branches = [row, column].flatMap((line) => (line.kind === 'branch' ? [line.branch] : []));
  if (row.kind !== 'branch' || column.kind === 'group' || look.kind === 'self' || look.kind === 'none')
    return look.label;
  const ago = o.ages.ago(checkedAt(o.matrix, branches), o.now);
  const { cell } = o.words;
  return `${look.label}, ${ago === null ? cell.neverChecked : format(cell.checked, ago)}`;
}

/** The older of the scans of all branches that a cell rests on. */
export function checkedAt(matrix: Matrix, branches: readonly number[]): string | null {
  const scans = branches.map((branch) => matrix.branches[branch]?.scannedAt ?? null);
  return scans.reduce((a, b) => older(a, b));
}

export function refOf(matrix: Matrix, branch: number): string {
  return plain(matrix.branches[branch]?.ref ?? '');
}

function pairLook({ matrix, words }: LookContext, row: number, column: number): Look {
  const name = refOf(matrix, row);
  const seen = matrix.pair(row, column);
  if (seen === null) {
    return { ...plainLook, text: '·', kind: 'self', label: format(words.cell.self, name) };
  }
  const other = refOf(matrix, column);
  const later = row > column;
  const rowOnly = seen.cell.direction === (later ? 'later-into-earlier' : 'earlier-into-later');
  const names = rowOnly ? [name, other] : [other, name];
  return {
    ...drawn(seen, seen.cell.direction === null ? '' : rowOnly ? '↑' : '←'),
    label: label(words, seen, format(words.cell.pair, name, other), names, isDirty(matrix, [row, column])),
  };
}

function baseLook({ matrix, words }: LookContext, row: number): Look {
  const seen = matrix.againstBase(row);
  if (seen === null) return { ...plainLook, text: '', kind: 'none', label: '' };
  const [name, base] = [refOf(matrix, row), plain(seen.base)];
  const rowOnly = seen.cell.direction === 'later-into-earlier';
  const names = rowOnly ? [name, base] : [base, name];
  return {
    ...drawn(seen, seen.cell.direction === null ? '' : rowOnly ? '↑' : '←'),
    label: label(words, seen, format(words.cell.pairOfBase, name, base), names, isDirty(matrix, [row])),
  };
}

function drawn({ cell, behind }: Seen, arrow: string): Omit<Look, 'label'> {
  const count = cell.verdict === 'conflict' && cell.fileCount > 0 ? String(Math.min(cell.fileCount, 99)) : '';
  const hazard = cell.verdict === 'clean' && cell.hazardCount > 0;
  return {
    text: `${signs[cell.verdict]}${count}${arrow}${hazard ? hazardText(cell.hazardCount) : ''}`,
    kind: cell.verdict,
    behind,
    driver: cell.driver !== null,
    hazard,
  };
}

function hazardText(count: number): string {
  return `${hazardSign}${Math.min(count, 99)}`;
}

function isDirty(matrix: Matrix, branches: readonly number[]): boolean {
  return branches.some((branch) => matrix.branches[branch]?.dirty === true);
}

/** "a with b: conflict in 2 files, only when a is merged into b, uncommitted work included" */
function label(words: PanelWords, seen: Seen, pair: string, names: readonly string[], dirty: boolean): string {
  const { cell } = seen;
  const said = words.cell;
  const parts = [
    verdictWord(words, seen),
    hazardWord(words, seen),
    cell.direction === null ? '' : format(said.onlyInto, names[0] ?? '', names[1] ?? ''),
    cell.driver === null ? '' : format(said.driver, plain(cell.driver)),
    seen.behind ? said.behind : '',
    dirty ? said.withUncommitted : said.committedOnly,
  ].filter((part) => part !== '');
  return `${pair}: ${parts.join(', ')}`;
}

function verdictWord(words: PanelWords, { cell }: Seen): string {
  if (cell.verdict === 'clean') return words.cell.clean;
  if (cell.verdict === 'unknown')
    return cell.reason === null ? words.cell.unknown : `${words.cell.unknown}, ${words.reasons[cell.reason].text}`;
  if (cell.fileCount === 0) return words.cell.conflictNoFile;
  return cell.fileCount === 1 ? words.cell.conflictOne : format(words.cell.conflictMany, cell.fileCount);
}

function hazardWord({ cell: said }: PanelWords, { cell }: Seen): string {
  if (cell.verdict !== 'clean') return '';
  if (cell.hazards === null) return said.notJudged;
  if (cell.hazardCount === 0) return '';
  return cell.hazardCount === 1 ? said.hazardOne : format(said.hazardMany, cell.hazardCount);
}

/** All cells that a folded group's line crosses; those of one branch with itself are none. */
export function cellsBetween(matrix: Matrix, row: Line, column: Line): (readonly [number, number | null, Seen])[] {
  const rows = branchesOf(row);
  if (column.kind === 'base') {
    return rows.flatMap((branch) => {
      const seen = matrix.againstBase(branch);
      return seen === null ? [] : [[branch, null, seen] as const];
    });
  }
  const columns = branchesOf(column);
  const sameGroup = row.kind === 'group' && column.kind === 'group' && row.key === column.key;
  return rows.flatMap((a) =>
    columns.flatMap((b) => {
      const seen = matrix.pair(a, b);
      return seen === null || (sameGroup && a > b) ? [] : [[a, b, seen] as const];
    }),
  );
}

function branchesOf(line: Line): readonly number[] {
  return line.kind === 'group' ? line.branches : line.kind === 'branch' ? [line.branch] : [];
}

/** The worst of all cells, and how many are as bad; one unknown cell keeps the whole from looking clean. */
function groupLook({ matrix, words }: LookContext, row: Line, column: Line): Look {
  const cells = cellsBetween(matrix, row, column).map(([, , seen]) => seen);
  const of = (verdict: Verdict) => cells.filter(({ cell }) => cell.verdict === verdict).length;
  const counts = { clean: of('clean'), conflict: of('conflict'), unknown: of('unknown') };
  const worst: Verdict = counts.conflict > 0 ? 'conflict' : counts.unknown > 0 ? 'unknown' : 'clean';
  const name = format(words.cell.pair, nameOf(matrix, row), nameOf(matrix, column));
  if (cells.length === 0) return { ...plainLook, text: '·', kind: 'self', label: name };
  const dangerous = cells.filter(({ cell }) => cell.hazardCount > 0).length;
  const hazard = worst === 'clean' && dangerous > 0;
  return {
    text: `${signs[worst]}${worst === 'clean' ? (hazard ? hazardText(dangerous) : '') : Math.min(counts[worst], 99)}`,
    kind: worst,
    behind: cells.some(({ behind }) => behind),
    driver: cells.some(({ cell }) => cell.driver !== null),
    hazard,
    label: `${name}: ${[
      format(words.cell.collapsedCounts, counts.conflict, counts.unknown, counts.clean),
      dangerous === 0 ? '' : format(words.summary.hazards, dangerous),
    ]
      .filter((part) => part !== '')
      .join(', ')}`,
  };
}

export function nameOf(matrix: Matrix, line: Line): string {
  if (line.kind === 'base') return plain(matrix.data.base ?? '');
  return line.kind === 'branch' ? refOf(matrix, line.branch) : plain(line.group.title);
}
