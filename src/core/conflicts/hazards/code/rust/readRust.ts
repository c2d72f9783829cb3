import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { readUses } from './uses';

/** What a Rust file says. */
export function readRust({ rootNode }: Tree, text: string): CodeFacts {
  const declarations = readDeclarations(rootNode, text);
  const imports = readImports(rootNode, text);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'rust', declarations, imports, uses: readUses(rootNode, text, own) };
}
