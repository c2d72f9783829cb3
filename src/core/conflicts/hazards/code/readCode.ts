import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../facts';
import { type FactReader, UnreadableFile } from '../reader';
import { admit } from './admit';
import { brokenAt } from './broken';
import { type LanguageReader, languageOf } from './languages';
import { withTree } from './parse';
import { rootOf } from './tree';

/** Reads program code, each language by its own module. */
export const readCode: FactReader<CodeFacts> = {
  wants: (path) => languageOf(path) !== null,
  async read(path, content) {
    const language = languageOf(path);
    if (language === null) return null;
    const text = admit(path, content);
    return withTree(language.grammar, text, (tree) => understood(tree, text, language), path);
  },
};

function understood(tree: Tree, text: string, { read }: LanguageReader): CodeFacts {
  try {
    const root = rootOf(tree, text);
    const line = brokenAt(root);
    if (line !== null) throw new UnreadableFile(`does not parse (line ${line})`);
    // Parts of the text keep all of it in memory; copies do not. This makes them in half the time of `structuredClone`.
    return JSON.parse(JSON.stringify(read(root, text)));
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadableFile('nested too deeply'); // for the stack
    throw error;
  }
}
