import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { readUses } from './uses';

/** What a Java file says. */
export function readJava({ rootNode }: Tree, text: string): CodeFacts {
  const declarations = readDeclarations(rootNode, text);
  const imports = readImports(rootNode, text);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'java', declarations, imports, uses: readUses(rootNode, text, own) };
}
