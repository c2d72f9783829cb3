import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { namesForAll } from './names';
import { rules } from './uses';

/** What a Python file says. */
export function readPython({ rootNode }: Tree, text: string): CodeFacts {
  const all = namesForAll(rootNode, text);
  const found = findNodes(rootNode, rules);
  const declarations = readDeclarations(rootNode, text, all);
  const imports = readImports(found.others, text, all);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'python', declarations, imports, ...readUses(found, text, rules, own) };
}
