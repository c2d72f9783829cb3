import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../facts';
import type { Grammar } from './grammars';
import { readJavaScript, readTypeScript } from './typescript/readTypeScript';

export interface LanguageReader {
  readonly grammar: Grammar;
  /** What a whole file says. Keeps nothing of the tree, which is freed afterwards. */
  readonly read: (tree: Tree, text: string) => CodeFacts;
}

const typescript: LanguageReader = { grammar: 'typescript', read: readTypeScript };
const javascript: LanguageReader = { grammar: 'javascript', read: readJavaScript };

const byExtension: ReadonlyMap<string, LanguageReader> = new Map([
  ['.ts', typescript],
  ['.mts', typescript],
  ['.cts', typescript],
  ['.tsx', { ...typescript, grammar: 'tsx' }],
  ['.js', javascript],
  ['.mjs', javascript],
  ['.cjs', javascript],
  ['.jsx', javascript],
]);

/** Who reads a file, by its path; null: nobody. */
export function languageOf(path: string): LanguageReader | null {
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? '';
  return byExtension.get(extension) ?? null;
}
