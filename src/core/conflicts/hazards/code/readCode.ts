import type { CodeFacts } from '../facts';
import { type FactReader, UnreadableFile } from '../reader';
import { admit } from './admit';
import { brokenAt } from './broken';
import { languageOf } from './languages';
import { withTree } from './parse';

/** Reads program code, each language by its own module. */
export const readCode: FactReader<CodeFacts> = {
  wants: (path) => languageOf(path) !== null,
  async read(path, content) {
    const language = languageOf(path);
    if (language === null) return null;
    const text = admit(path, content);
    return withTree(language.grammar, text, (tree) => {
      const line = brokenAt(tree.rootNode);
      if (line !== null) throw new UnreadableFile(`does not parse (line ${line})`);
      // Parts of the text keep all of it in memory; copies do not.
      return structuredClone(language.read(tree, text));
    });
  },
};
