import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import { readVariables } from '../common/variables';
import { readDeclarations, withTraits } from './declarations';
import { readImports } from './imports';
import { rules } from './uses';
import { bindings } from './variables';

/** What a Rust file says. */
export function readRust({ rootNode }: Tree, text: string): CodeFacts {
  const found = findNodes(rootNode, rules);
  const declarations = withTraits(readDeclarations(rootNode, text), found.others, text);
  const imports = readImports(found.others, text);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  const variables = readVariables(found.others, text, bindings);
  return { language: 'rust', declarations, imports, uses: readUses(found, text, rules, own), variables };
}
