import type { CodeFacts } from '../facts';
import type { FactReader } from '../reader';
import { languageOf } from './languages';
import { withTree } from './parse';

/** Reads program code, each language by its own module. */
export const readCode: FactReader<CodeFacts> = {
  wants: (path) => languageOf(path) !== null,
  async read(path, content) {
    const language = languageOf(path);
    if (language === null) return null;
    const text = content.toString('utf8');
    return withTree(language.grammar, text, (tree) => language.read(tree, text));
  },
};
