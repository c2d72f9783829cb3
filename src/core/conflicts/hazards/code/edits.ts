import type { Edit, Point } from 'web-tree-sitter';

export type PlainEdit = ConstructorParameters<typeof Edit>[0];

/** How far the next equal lines are looked for, in lines of both texts together. */
const reach = 40;

/** A part of the old text, in its units, that another part of the new one stands for. */
interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly nextFrom: number;
  readonly nextTo: number;
}

/**
 * What makes one text of another, for `Tree.edit`, to be applied one after the other. Few and small edits leave more of
 * a tree as it is, but any are right.
 */
export function editsBetween(old: string, next: string): PlainEdit[] {
  let [at, point]: [number, Point] = [0, { row: 0, column: 0 }];
  return hunksBetween(linesOf(old), linesOf(next)).map((hunk) => {
    const { from, to, nextFrom, nextTo } = trimmed(hunk, old, next);
    // What is before it is as in the new text already.
    point = moved(point, next, at, nextFrom);
    at = nextFrom;
    return {
      startIndex: nextFrom,
      oldEndIndex: nextFrom + to - from,
      newEndIndex: nextTo,
      startPosition: point,
      oldEndPosition: moved(point, old, from, to),
      newEndPosition: moved(point, next, nextFrom, nextTo),
    };
  });
}

/** With the ends of lines. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    lines.push(text.slice(from, at + 1));
    from = at + 1;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

/** Line by line; where lines differ, up to the nearest that are equal. */
function hunksBetween(old: readonly string[], next: readonly string[]): Hunk[] {
  const hunks: Hunk[] = [];
  let [line, nextLine, from, nextFrom] = [0, 0, 0, 0];
  while (line < old.length || nextLine < next.length) {
    const same = old[line];
    if (same !== undefined && same === next[nextLine]) {
      [line, nextLine, from, nextFrom] = [line + 1, nextLine + 1, from + same.length, nextFrom + same.length];
      continue;
    }
    const [skipped, nextSkipped] = nearestEqual(old, line, next, nextLine);
    const to = from + lengthOf(old, line, line + skipped);
    const nextTo = nextFrom + lengthOf(next, nextLine, nextLine + nextSkipped);
    hunks.push({ from, to, nextFrom, nextTo });
    [line, nextLine, from, nextFrom] = [line + skipped, nextLine + nextSkipped, to, nextTo];
  }
  return hunks;
}

/** How many lines of each are left out before the next equal ones; all that are left where there are none near. */
function nearestEqual(old: readonly string[], line: number, next: readonly string[], nextLine: number) {
  const [left, nextLeft] = [old.length - line, next.length - nextLine];
  for (let distance = 1; distance <= reach; distance += 1) {
    // First as many of each: most lines that are changed stay lines.
    for (let more = distance % 2; more <= distance; more += 2) {
      for (const skipped of [(distance - more) / 2, (distance + more) / 2]) {
        const nextSkipped = distance - skipped;
        const isInside = skipped < left && nextSkipped < nextLeft;
        if (isInside && old[line + skipped] === next[nextLine + nextSkipped]) return [skipped, nextSkipped] as const;
      }
    }
  }
  return [left, nextLeft] as const;
}

function lengthOf(lines: readonly string[], from: number, to: number): number {
  let length = 0;
  for (let line = from; line < to; line += 1) length += lines[line]?.length ?? 0;
  return length;
}

/** Without the characters at its ends that both share. */
function trimmed({ from, to, nextFrom, nextTo }: Hunk, old: string, next: string): Hunk {
  const most = Math.min(to - from, nextTo - nextFrom);
  let start = 0;
  while (start < most && old[from + start] === next[nextFrom + start]) start += 1;
  let end = 0;
  while (end < most - start && old[to - 1 - end] === next[nextTo - 1 - end]) end += 1;
  return { from: from + start, to: to - end, nextFrom: nextFrom + start, nextTo: nextTo - end };
}

/** Where a part of a text ends that begins at a point. */
function moved({ row, column }: Point, text: string, from: number, to: number): Point {
  let [rows, start] = [row, from - column];
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    rows += 1;
    start = at + 1;
  }
  return { row: rows, column: to - start };
}
