import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { rules } from './uses';

/** What a Java file says. */
export function readJava({ rootNode }: Tree, text: string): CodeFacts {
  const found = findNodes(rootNode, rules);
  const declarations = readDeclarations(rootNode, text);
  const imports = readImports(rootNode, text);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'java', declarations, imports, ...readUses(found, text, rules, own) };
}
