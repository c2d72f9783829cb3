import { readFile } from 'node:fs/promises';
import type { Edit, Parser, Tree } from 'web-tree-sitter';
import { UnreadableFile } from '../reader';
import { editsBetween } from './edits';
import { type Grammar, grammarFile, parserFile } from './grammars';

/** Loaded on use: whoever never parses pays for nothing. */
let runtime: Promise<typeof import('web-tree-sitter')> | undefined;
const parsers = new Map<Grammar, Promise<Parser>>();

async function load(): Promise<typeof import('web-tree-sitter')> {
  const treeSitter = await import('web-tree-sitter');
  await treeSitter.Parser.init({ wasmBinary: await readFile(parserFile()) });
  return treeSitter;
}

function loaded(): Promise<typeof import('web-tree-sitter')> {
  runtime ??= load();
  return runtime;
}

async function makeParser(grammar: Grammar): Promise<Parser> {
  const { Language, Parser } = await loaded();
  return new Parser().setLanguage(await Language.load(await readFile(grammarFile(grammar))));
}

function parserOf(grammar: Grammar): Promise<Parser> {
  const known = parsers.get(grammar);
  if (known !== undefined) return known;
  const making = makeParser(grammar);
  parsers.set(grammar, making);
  making.catch(() => parsers.delete(grammar)); // asked for again, it may be there
  return making;
}

/** Longer than any file of a megabyte that people wrote takes on a slow machine, in milliseconds. */
const mostMs = 5000;

interface Parsed {
  readonly path: string;
  readonly grammar: Grammar;
  readonly text: string;
  readonly tree: Tree;
}

/** The last content of a path, for the next one of the same. */
let last: Parsed | undefined;

/**
 * Hands a file's tree over, and frees it: it lies in the parser's memory, where nothing is collected. Positions in it
 * count UTF-16 units: `text.slice(node.startIndex, node.endIndex)`.
 * @param path of the file: of contents of one path that are asked for one after the other, only what differs is parsed
 * @throws UnreadableFile
 */
export async function withTree<T>(grammar: Grammar, text: string, fn: (tree: Tree) => T, path?: string): Promise<T> {
  const parser = await parserOf(grammar);
  const { Edit } = await loaded();
  const tree = treeLikeLast(parser, Edit, { path, grammar, text }) ?? parse(parser, text, null);
  try {
    return fn(tree);
  } finally {
    // An error may be read in more than one way, depending on what was known before.
    if (path !== undefined && !tree.rootNode.hasError) last = { path, grammar, text, tree };
    else tree.delete();
  }
}

/** Takes the last content's tree, which is used up; null: it is of no use here. */
function treeLikeLast(
  parser: Parser,
  edit: typeof Edit,
  { path, grammar, text }: Omit<Parsed, 'tree' | 'path'> & { readonly path: string | undefined },
): Tree | null {
  const from = last;
  if (path === undefined || from === undefined) return null;
  last = undefined;
  try {
    if (from.path !== path || from.grammar !== grammar) return null;
    for (const each of editsBetween(from.text, text)) from.tree.edit(new edit(each));
    const tree = parse(parser, text, from.tree);
    if (!tree.rootNode.hasError) return tree;
    tree.delete();
    return null;
  } finally {
    from.tree.delete();
  }
}

/** @throws UnreadableFile */
function parse(parser: Parser, text: string, old: Tree | null): Tree {
  const deadline = performance.now() + mostMs;
  const tree = parser.parse(text, old, { progressCallback: () => performance.now() > deadline });
  if (tree !== null) return tree;
  parser.reset(); // or the next file would go on where this one was given up
  throw new UnreadableFile('takes too long to parse');
}
