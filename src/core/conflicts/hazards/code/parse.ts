import { readFile } from 'node:fs/promises';
import type { Parser, Tree } from 'web-tree-sitter';
import { UnreadableFile } from '../reader';
import { type Grammar, grammarFile, parserFile } from './grammars';

/** Loaded on use: whoever never parses pays for nothing. */
let runtime: Promise<typeof import('web-tree-sitter')> | undefined;
const parsers = new Map<Grammar, Promise<Parser>>();

async function load(): Promise<typeof import('web-tree-sitter')> {
  const treeSitter = await import('web-tree-sitter');
  await treeSitter.Parser.init({ wasmBinary: await readFile(parserFile()) });
  return treeSitter;
}

async function makeParser(grammar: Grammar): Promise<Parser> {
  runtime ??= load();
  const { Language, Parser } = await runtime;
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

/**
 * Hands a file's tree over, and frees it afterwards: it lies in the parser's memory, where nothing is collected. Positions
 * in it count UTF-16 units: `text.slice(node.startIndex, node.endIndex)`.
 * @throws UnreadableFile
 */
export async function withTree<T>(grammar: Grammar, text: string, fn: (tree: Tree) => T): Promise<T> {
  const parser = await parserOf(grammar);
  const deadline = performance.now() + mostMs;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
  if (tree === null) {
    parser.reset(); // or the next file would go on where this one was given up
    throw new UnreadableFile('takes too long to parse');
  }
  try {
    return fn(tree);
  } finally {
    tree.delete();
  }
}
