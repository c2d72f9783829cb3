import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../facts';
import { type FactReader, UnreadableFile } from '../reader';
import { admit } from './admit';
import { brokenAt } from './broken';
import { type LanguageReader, languageOf } from './languages';
import { withTree } from './parse';
import { rootOf } from './tree';
import { wordsOf } from './words';

/** Reads program code, each language by its own module. */
export const readCode: FactReader<CodeFacts> = readerOf(true);

/** The same without uses and variables, which cost as much as all else: the words of the file say where to look for them. */
export const readOutline: FactReader<CodeFacts> = readerOf(false);

function readerOf(whole: boolean): FactReader<CodeFacts> {
  return {
    wants: (path) => languageOf(path) !== null,
    async read(path, content) {
      const language = languageOf(path);
      if (language === null) return null;
      const text = admit(path, content);
      const read = (tree: Tree) => understood(tree, text, language, whole);
      const facts = await withTree(language.grammar, text, read, path);
      return whole ? facts : { ...facts, words: wordsOf(text) };
    },
  };
}

function understood(tree: Tree, text: string, { read }: LanguageReader, whole: boolean): CodeFacts {
  try {
    const root = rootOf(tree, text);
    const line = brokenAt(root);
    if (line !== null) throw new UnreadableFile(`does not parse (line ${line})`);
    // Parts of the text keep all of it in memory; copies do not. This makes them in half the time of `structuredClone`.
    return JSON.parse(JSON.stringify(read(root, text, whole)));
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadableFile('nested too deeply'); // for the stack
    throw error;
  }
}
