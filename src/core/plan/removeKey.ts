import { Lines, type Span, withoutBom } from './lines';
import type { Positions } from './plan';

/**
 * What to delete of a text so that a key (`wip`, `reserve.sequences`) is gone with its value: whole lines where the key
 * begins one, else the pair with one of the commas around it. Null when the key is not there.
 */
export function spanOfKey(text: string, positions: Positions, path: string): Span | null {
  const position = positions.get(path);
  if (position === undefined) return null;
  const plain = withoutBom(text);
  const lines = plain.split(/\r\n|\n|\r/);
  const { key, value } = position;
  const line = lines[key.line - 1] ?? '';
  if (line.slice(0, key.column - 1).trim() === '') {
    return { line: key.line, column: 1, endLine: value.endLine + 1, endColumn: 1 };
  }
  const starts = offsets(plain);
  const at = (lineNumber: number, column: number) => (starts[lineNumber - 1] ?? 0) + column - 1;
  let start = at(key.line, key.column);
  let end = at(value.endLine, value.endColumn);
  const after = /^\s*:?\s*,\s*/.exec(plain.slice(end));
  const before = /,\s*$/.exec(plain.slice(0, start));
  if (after !== null) end += after[0].length;
  else if (before !== null) start -= before[0].length;
  const all = new Lines(plain);
  const from = all.position(start);
  const to = all.position(end);
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function offsets(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
}
