/** Where in the front matter a cursor stands; good for text that is being typed, which no parser would take. */
export interface Place {
  /** A top-level key, the value of one, an entry of its list, or a key of its mapping. */
  readonly kind: 'key' | 'value' | 'item' | 'subkey';
  /** The top-level key concerned; for `key` the part that is typed. */
  readonly key: string;
  /** What is typed of the word under the cursor, and the column (from 0) where it begins. */
  readonly word: string;
  readonly start: number;
}

/** Lines (from 0) between the fences: `[first, end)`; null without front matter. Unclosed, it ends at a blank line. */
export function frontMatterLines(lines: readonly string[]): { first: number; end: number } | null {
  if (!/^\uFEFF?---[ \t]*$/.test(lines[0] ?? '')) return null;
  let end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(line));
  if (end === -1) end = lines.findIndex((line, index) => index > 0 && line.trim() === '');
  return { first: 1, end: end === -1 ? lines.length : end };
}

/** Top-level keys that are written already, each with its line (from 0). */
export function keysUsed(lines: readonly string[]): Map<string, number> {
  const range = frontMatterLines(lines);
  const used = new Map<string, number>();
  for (let line = range?.first ?? 0; line < (range?.end ?? 0); line += 1) {
    const key = /^([A-Za-z][\w-]*)\s*:(?:\s|$)/.exec(lines[line] ?? '')?.[1];
    if (key !== undefined && !used.has(key)) used.set(key, line);
  }
  return used;
}

/** What can be completed at a place (line and column from 0), or null: in the text below, in a comment, in a sentence. */
export function placeAt(lines: readonly string[], line: number, column: number): Place | null {
  const range = frontMatterLines(lines);
  if (range === null || line < range.first || line >= range.end) return null;
  const before = (lines[line] ?? '').slice(0, column);
  if (/(?:^|\s)#/.test(before)) return null;
  const place = (kind: Place['kind'], key: string, word: string): Place => ({
    kind,
    key,
    word,
    start: column - word.length,
  });
  const typed = /^[A-Za-z]*$/.exec(before)?.[0];
  if (typed !== undefined) return place('key', typed, typed);
  const pair = /^([A-Za-z][\w-]*)\s*:\s+(.*)$/.exec(before);
  if (pair !== null) return inValue(pair[1] ?? '', pair[2] ?? '', place);
  const parent = parentKey(lines, line, range.first);
  if (parent === null) return null;
  const item = /^\s*-\s+["']?([\w.-]*)$/.exec(before);
  if (item !== null) return place('item', parent, item[1] ?? '');
  const sub = /^\s+([A-Za-z]*)$/.exec(before);
  return sub === null ? null : place('subkey', parent, sub[1] ?? '');
}

function inValue(
  key: string,
  value: string,
  place: (kind: Place['kind'], key: string, word: string) => Place,
): Place | null {
  const word = /["']?([\w.-]*)$/.exec(value)?.[1] ?? '';
  const rest = value.slice(0, value.length - word.length).replace(/["']$/, '');
  if (rest.trim() === '') return place('value', key, word);
  // Directly behind a bracket or a comma, not in the middle of a sentence.
  if (/^\[(?:[^\]]*,)?\s*$/.test(rest)) return place('item', key, word);
  if (/^\{(?:[^}]*,)?\s*$/.test(rest)) return place('subkey', key, word);
  return null;
}

/** The key whose list or mapping holds an indented line: the nearest top-level key above it, if it has no value there. */
function parentKey(lines: readonly string[], line: number, first: number): string | null {
  for (let above = line - 1; above >= first; above -= 1) {
    const text = lines[above] ?? '';
    if (/^\s*(?:#|$)/.test(text) || /^(?:\s|-\s)/.test(text)) continue;
    return /^([A-Za-z][\w-]*)\s*:\s*(?:#.*)?$/.exec(text)?.[1] ?? null;
  }
  return null;
}
