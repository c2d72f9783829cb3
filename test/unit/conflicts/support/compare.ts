import type { Cell, ConflictFile } from '../../../../src/contract/conflicts';
import { type BytePath, bytePath, shownPath } from '../../../../src/core/git/bytePath';
import type { Truth } from './oracle';

/** In what a cell is not what real merges say, one clause; null: equal. */
export function difference(cell: Cell, truth: Truth): string | null {
  if (truth.others.some((other) => differenceOf(cell, other) === null)) return null;
  return differenceOf(cell, truth);
}

function differenceOf(cell: Cell, truth: Truth): string | null {
  const said = cell.verdict === 'unknown' ? `unknown (${cell.reason}: ${cell.detail})` : cell.verdict;
  if (cell.verdict !== truth.verdict) return `says ${said}, is ${truth.verdict} ${truth.reasons.join(' or ')}`;
  if (truth.verdict === 'unknown') {
    const right = cell.reason !== null && truth.reasons.includes(cell.reason);
    return right ? null : `says ${said}, is unknown because of ${truth.reasons.join(' or ')}`;
  }
  if (cell.reason !== null) return `is ${cell.verdict} and has the reason ${cell.reason}`;
  if ((cell.driver !== null) !== truth.driver) {
    return truth.driver ? 'does not say that a driver ran' : `says that driver ${cell.driver} ran, and none did`;
  }
  if (cell.direction !== truth.direction) return `has direction ${cell.direction}, is ${truth.direction}`;
  if (truth.verdict === 'clean') return cell.files.length === 0 ? null : 'is clean and names files';
  return filesDifference(cell.files, truth);
}

function filesDifference(files: readonly ConflictFile[], truth: Truth): string | null {
  const named = new Map(files.map((file) => [bytesOf(file), file.kind]));
  if (named.size !== files.length) return 'names a file twice';
  // git conflicts in some renamed folders without an unmerged path: then the list may say what it wants.
  if (truth.files.size === 0) return null;
  const missing = [...truth.files].filter((file) => !named.has(file));
  if (missing.length > 0) return `does not name ${missing.map(quoted).join(', ')}`;
  const extra = [...named.keys()].filter((file) => !truth.files.has(file));
  if (extra.length > 0) return `names ${extra.map(quoted).join(', ')}, where git has no conflict`;
  for (const [file, kind] of named) {
    if ((kind === 'untracked') !== truth.untracked.has(file)) return `says ${quoted(file)} is of the kind ${kind}`;
  }
  return null;
}

function bytesOf(file: ConflictFile): BytePath {
  return file.pathBytes === undefined ? bytePath(file.path) : Buffer.from(file.pathBytes, 'base64').toString('latin1');
}

function quoted(name: BytePath): string {
  return JSON.stringify(shownPath(name));
}

/** `a` and `b` the other way round. */
export function turned(cell: Cell): Cell {
  const direction =
    cell.direction === null ? null : cell.direction === 'a-into-b' ? ('b-into-a' as const) : ('a-into-b' as const);
  return { ...cell, direction };
}
