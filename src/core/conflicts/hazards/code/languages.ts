import type { CodeFacts } from '../facts';
import { readGo } from './go/readGo';
import type { Grammar } from './grammars';
import { readJava } from './java/readJava';
import { readPython } from './python/readPython';
import { readRust } from './rust/readRust';
import type { Node } from './tree';
import { readJavaScript, readTypeScript } from './typescript/readTypeScript';

export interface LanguageReader {
  readonly grammar: Grammar;
  /**
   * What a file says. Keeps nothing of the tree, which is freed afterwards.
   * @param whole uses and variables too; otherwise there are none
   */
  readonly read: (root: Node, text: string, whole?: boolean) => CodeFacts;
}

const typescript: LanguageReader = { grammar: 'typescript', read: readTypeScript };
const python: LanguageReader = { grammar: 'python', read: readPython };
const go: LanguageReader = { grammar: 'go', read: readGo };
const rust: LanguageReader = { grammar: 'rust', read: readRust };
const java: LanguageReader = { grammar: 'java', read: readJava };
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
  ['.py', python],
  ['.pyi', python],
  ['.go', go],
  ['.rs', rust],
  ['.java', java],
]);

/** Who reads a file, by its path; null: nobody. */
export function languageOf(path: string): LanguageReader | null {
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? '';
  return byExtension.get(extension) ?? null;
}
