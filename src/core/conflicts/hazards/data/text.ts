import type { Node, ParseError, ParseOptions } from 'jsonc-parser';
import { parse as parseJsonc, parseTree, printParseErrorCode } from 'jsonc-parser';
import { parse, TomlError } from 'smol-toml';
import { UnreadableFile } from '../reader';

/** Folders whose files are of others or for tests: what they say is not about this project. */
const foreign = new Set(['node_modules', 'bower_components', 'vendor', 'third_party', 'fixtures', '__fixtures__']);
const testData = new Set(['testdata', 'test-data', '__snapshots__', '.git']);

/** Whether a file is somebody else's, or one that tests read. */
export function isForeign(path: string): boolean {
  return path.split('/').some((part) => foreign.has(part) || testData.has(part));
}

/** The text of a file in UTF-8, with or without a byte order mark. @throws UnreadableFile */
export function textOf(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new UnreadableFile('not UTF-8');
  }
}

/** Line and column, both from 1, of a place in a text. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** Looks up lines by offset: going through a text once for all of them. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/**
 * The tree of a JSON text.
 * @param lenient comments and commas at the end are allowed, as in `bun.lock`
 * @throws UnreadableFile with line and column
 */
export function parseJson(text: string, lenient = false): Node {
  const errors: ParseError[] = [];
  const tree = treeOf(text, errors, { disallowComments: !lenient, allowTrailingComma: lenient });
  const [first] = errors;
  if (first === undefined && tree !== undefined) return tree;
  const { line, column } = placeIn(text, first?.offset ?? 0);
  const what = first === undefined ? '' : ` (${wordsOf(printParseErrorCode(first.error))})`;
  throw new UnreadableFile(`not JSON: line ${line}, column ${column}${what}`);
}

/**
 * The value of a JSON text. Lock files are long: this takes a tenth of the time that the tree takes.
 * @param lenient as in `parseJson`
 * @throws UnreadableFile with line and column
 */
export function parseJsonValue(text: string, lenient = false): unknown {
  try {
    if (!lenient) return JSON.parse(text);
    const errors: ParseError[] = [];
    const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
    if (errors.length === 0) return value;
  } catch {
    // Said by the tree, with the place.
  }
  parseJson(text, lenient);
  throw new UnreadableFile('not JSON');
}

/** Looks up lines of what stands in a text, in its order: each search begins where the one before ended. */
export function lineSeeker(text: string): (what: string) => number {
  const lineOf = lineFinder(text);
  let from = 0;
  return (what) => {
    const at = text.indexOf(what, from);
    from = at === -1 ? from : at;
    return lineOf(from);
  };
}

/** The parser calls itself for each level. */
function treeOf(text: string, errors: ParseError[], options: ParseOptions): Node | undefined {
  try {
    return parseTree(text, errors, options);
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadableFile('nested too deeply');
    throw error;
  }
}

/** `CloseBraceExpected` as words. */
function wordsOf(code: string): string {
  return code.replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

/** Keys and values of an object, in their order; nothing of anything else. */
export function membersOf(node: Node | undefined): { key: string; value: Node; offset: number }[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children, offset }) => {
    const [key, value] = children ?? [];
    return typeof key?.value === 'string' && value !== undefined ? [{ key: key.value, value, offset }] : [];
  });
}

/** What an object has under a key. */
export function memberOf(node: Node | undefined, key: string): Node | undefined {
  return membersOf(node).find((member) => member.key === key)?.value;
}

/** A text's value; null: it is none. */
export function stringOf(node: Node | undefined): string | null {
  return typeof node?.value === 'string' ? node.value : null;
}

export type Table = { readonly [key: string]: unknown };

/** @throws UnreadableFile with line and column */
export function parseToml(text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new UnreadableFile(`not TOML: line ${error.line}, column ${error.column}`);
  }
}

/** A table or an object; an empty one for anything else. */
export function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

/** The texts of an array; none of anything else. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * Where a TOML text says something: the first line of a table that fits; the table's own where none does.
 * @param table as in its header, `''` for the top
 */
export function tomlLine(lines: readonly string[], table: string, fits: RegExp): number {
  const head = table === '' ? 0 : lines.findIndex((line) => headerOf(line) === table) + 1;
  if (table !== '' && head === 0) return 1;
  for (let at = head; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (fits.test(line)) return at + 1;
    if (headerOf(line) !== null) break;
  }
  return Math.max(1, head);
}

/** `a.b` of `[a.b]` or `[[a."b"]]`. */
function headerOf(line: string): string | null {
  const header = /^\s*\[\[?\s*(?<name>[^[\]]+?)\s*\]\]?\s*(?:#.*)?$/.exec(line)?.groups?.name;
  return header === undefined ? null : header.replace(/\s*\.\s*/g, '.').replace(/["']/g, '');
}

/** A text for use inside of a regular expression. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
