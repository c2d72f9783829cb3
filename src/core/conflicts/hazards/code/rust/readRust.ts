import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { rules } from './uses';

/** What a Rust file says. */
export function readRust({ rootNode }: Tree, text: string): CodeFacts {
  const found = findNodes(rootNode, rules);
  const declarations = readDeclarations(rootNode, text);
  const imports = readImports(found.others, text);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'rust', declarations, imports, ...readUses(found, text, rules, own) };
}
