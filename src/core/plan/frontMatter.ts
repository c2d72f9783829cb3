import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  type Range,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { Lines, type Span, withoutBom } from './lines';
import type { FieldPosition } from './plan';
import type { Problems } from './problems';
import { sayYaml } from './yamlProblems';

/** Largest plan or task file that is read, in bytes on disk or characters in an editor. */
export const maxFileSize = 1024 * 1024;
const maxFrontMatter = 64 * 1024;
const maxAliases = 100;
const maxDepth = 50;

/** One key of the front matter with its value as plain data. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly node: Node | null;
}

export interface FrontMatter {
  readonly entries: readonly Entry[];
  readonly body: string;
  readonly positions: Map<string, FieldPosition>;
  /** Span of the value at a path, or of the nearest thing around it. */
  spanOf(path: readonly PropertyKey[]): Span;
  keySpanOf(path: readonly PropertyKey[]): Span;
  /** The scalar's own spelling (`1.10`, not 1.1) at a path, or null when there is no plain scalar. */
  spelling(path: readonly PropertyKey[]): string | null;
  /** The YAML text of the value at a path. */
  source(path: readonly PropertyKey[]): string;
}

const opening = /^---[ \t]*(?:\r\n|\n|\r|$)/;
const closing = /(?:^|\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(?=\r|\n|$)/;

/** Whether a Markdown text begins with front matter: only then a file is a task. */
export function hasFrontMatter(text: string): boolean {
  return opening.test(withoutBom(text).slice(0, 1000));
}

const firstLine: Span = { line: 1, column: 1, endLine: 1, endColumn: 4 };

function empty(body: string): FrontMatter {
  return {
    entries: [],
    body,
    positions: new Map(),
    spanOf: () => firstLine,
    keySpanOf: () => firstLine,
    spelling: () => null,
    source: () => '',
  };
}

/** Reads the front matter of a whole file; everything that is wrong becomes a problem, nothing is thrown. */
export function readFrontMatter(original: string, problems: Problems): FrontMatter {
  const text = withoutBom(original);
  if (text.length > maxFileSize) {
    problems.add('too-large', 'The file is larger than 1 MB and is not read; keep plans and tasks short.', firstLine);
    return empty('');
  }
  const start = opening.exec(text)?.[0];
  if (start === undefined) {
    sayMissing(text, problems);
    return empty(text.trim());
  }
  const rest = text.slice(start.length);
  const end = closing.exec(rest);
  if (end === null) {
    problems.add('unclosed', 'The front matter has no end; add a line with --- below the last key.', firstLine);
    return empty('');
  }
  const body = rest.slice(end.index + end[0].length).trim();
  const source = rest.slice(0, end.index);
  const tooMuch = tooMuchForYaml(source);
  if (tooMuch !== null) {
    problems.add('too-large', tooMuch, firstLine);
    return empty(body);
  }
  return parse(source, start.length, new Lines(text), body, problems) ?? empty(body);
}

function sayMissing(text: string, problems: Problems): void {
  if (text.trim() === '') {
    problems.add('empty', 'The file is empty; begin it with front matter between two lines of ---.', firstLine);
  } else if (/^\s*---[ \t]*\r?\n/.test(text.slice(0, 1000))) {
    problems.add(
      'not-first',
      'Front matter must begin in the very first line; remove what stands above ---.',
      firstLine,
    );
  } else {
    problems.add(
      'no-front-matter',
      'The file does not begin with front matter; put the keys between two lines of ---.',
      firstLine,
    );
  }
}

/**
 * The parser recurses; a text that nests thousands deep brings the process near the end of its stack, where V8 may
 * abort while it compiles a regular expression: nothing that could be caught. So such a text never reaches it.
 */
function tooMuchForYaml(source: string): string | null {
  if (source.length > maxFrontMatter) {
    return 'The front matter is larger than 64 KB and is not read; move text below it.';
  }
  let depth = 0;
  let deepest = 0;
  for (const character of source) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if ((character === ']' || character === '}') && depth > 0) depth -= 1;
  }
  const run = new RegExp(`(?:[-?:][ \\t]+){${maxDepth}}`);
  const indents = new Set(source.split(/\r\n|\n|\r/).map((line) => line.search(/\S|$/)));
  if (deepest > maxDepth || run.test(source) || indents.size > 2 * maxDepth) {
    return 'The front matter is nested too deeply and is not read; it needs keys, lists and plain values only.';
  }
  return null;
}

function parse(source: string, offset: number, lines: Lines, body: string, problems: Problems): FrontMatter | null {
  let document: Document;
  try {
    document = parseDocument(source, { prettyErrors: false, logLevel: 'silent', keepSourceTokens: false });
  } catch (error) {
    problems.add('bad-yaml', `The front matter cannot be read: ${(error as Error).message}`, firstLine);
    return null;
  }
  const at = (range: readonly number[]) => lines.span(offset + (range[0] ?? 0), offset + (range[1] ?? 0));
  for (const error of document.errors) sayYaml(error, 'error', at, source, problems);
  for (const warning of document.warnings) sayYaml(warning, 'warning', at, source, problems);
  const contents = document.contents;
  if (contents === null) return empty(body);
  if (!isMap(contents)) {
    // A lone word with a syntax error beside it would only be told twice.
    if (document.errors.length === 0) {
      const what = isScalar(contents) ? 'a single value' : 'a list';
      problems.add(
        'not-a-mapping',
        `The front matter is ${what}; write keys and values, such as "title: My task".`,
        at(contents.range ?? [0, 1]),
      );
    }
    return empty(body);
  }
  const tooMany = countAliases(document) > maxAliases;
  if (tooMany) {
    problems.add(
      'too-many-aliases',
      `The front matter has more than ${maxAliases} aliases (*name); write the values out.`,
      firstLine,
    );
  }
  return fromMap(contents, { document, source, at, body, problems, tooMany });
}

function countAliases(document: Document): number {
  let count = 0;
  visit(document, {
    Alias: () => {
      count += 1;
    },
  });
  return count;
}

interface Context {
  readonly document: Document;
  readonly source: string;
  readonly at: (range: readonly number[]) => Span;
  readonly body: string;
  readonly problems: Problems;
  readonly tooMany: boolean;
}

function fromMap(map: YAMLMap, c: Context): FrontMatter {
  const entries: Entry[] = [];
  const positions = new Map<string, FieldPosition>();
  const seen = new Set<string>();
  for (const pair of map.items as Pair<Node | null, Node | null>[]) {
    const key = isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : null;
    const keyRange = pair.key?.range ?? [0, 1, 1];
    if (key === null) {
      c.problems.add('bad-key', 'A key is a plain word, such as "title".', c.at(keyRange));
      continue;
    }
    // The parser has told the second of two equal keys already; the first counts.
    if (seen.has(key)) continue;
    seen.add(key);
    notePositions(key, pair.key, pair.value, positions, c.at);
    entries.push({ key, node: pair.value, value: plainValue(key, pair.value, c) });
  }
  const find = (path: readonly PropertyKey[]) => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = positions.get(path.slice(0, length).map(String).join('.'));
      if (found !== undefined) return found;
    }
    return { key: firstLine, value: firstLine, text: null };
  };
  const nodeAt = (path: readonly PropertyKey[]): Node | null => {
    const node = map.getIn(
      path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      true,
    );
    return (node as Node | undefined) ?? null;
  };
  return {
    entries,
    body: c.body,
    positions,
    spanOf: (path) => find(path).value,
    keySpanOf: (path) => find(path).key,
    spelling: (path) => {
      const node = nodeAt(path);
      return isScalar(node) ? ((node as Scalar).source ?? String(node.value)) : null;
    },
    source: (path) => {
      const range = nodeAt(path)?.range;
      return range === null || range === undefined ? '' : c.source.slice(range[0], range[1]).trim();
    },
  };
}

function notePositions(
  path: string,
  key: Node | null,
  value: Node | null,
  positions: Map<string, FieldPosition>,
  at: (range: readonly number[]) => Span,
): void {
  const keyRange = key?.range ?? ([0, 1, 1] as Range);
  // `key:` with nothing behind it has an empty range; the key then stands for it.
  const range = value?.range;
  const shown = range === null || range === undefined || range[0] === range[1] ? keyRange : range;
  positions.set(path, {
    key: at(keyRange),
    value: at(shown),
    text: isScalar(value) && value.value !== null ? String(value.source ?? value.value) : null,
  });
  if (isMap(value)) {
    for (const pair of value.items as Pair<Node | null, Node | null>[]) {
      if (isScalar(pair.key)) notePositions(`${path}.${String(pair.key.value)}`, pair.key, pair.value, positions, at);
    }
  } else if (value !== null && 'items' in value) {
    for (const [index, item] of (value.items as (Node | null)[]).entries()) {
      notePositions(`${path}.${index}`, item, item, positions, at);
    }
  }
}

function plainValue(key: string, node: Node | null, c: Context): unknown {
  if (node === null) return null;
  if (isScalar(node) && node.value === null) {
    const comment = /^\s*#/.test(c.source.slice(node.range?.[1] ?? 0)) ? (node.comment ?? null) : null;
    if (comment !== null && /^\S/.test(comment)) {
      // `from: #12` is what people write for an issue or a pull request; YAML reads an empty value and a comment.
      c.problems.add(
        'comment-instead',
        `"${key}" has no value, because YAML reads #${comment} as a comment; put quotes around it.`,
        c.at(node.range ? [node.range[1], node.range[2]] : [0, 1]),
        {
          fix: { kind: 'replace', text: JSON.stringify(`#${comment.trim()}`) },
        },
      );
    }
    return null;
  }
  if (c.tooMany && holdsAlias(node)) return null;
  try {
    return node.toJS(c.document, { maxAliasCount: maxAliases });
  } catch (error) {
    const message = (error as Error).message;
    const why = message.startsWith('Excessive alias')
      ? 'it has too many aliases (*name); write the values out'
      : message;
    c.problems.add('bad-yaml', `"${key}" cannot be read: ${why}.`, c.at(node.range ?? [0, 1]));
    return null;
  }
}

function holdsAlias(node: Node): boolean {
  let found = isAlias(node);
  visit(node, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
