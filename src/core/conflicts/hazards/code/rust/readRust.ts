import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import type { Node } from '../tree';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { rules } from './uses';

/** What a Rust file says. */
export function readRust(root: Node, text: string): CodeFacts {
  const found = findNodes(root, rules);
  const declarations = readDeclarations(root, text);
  const imports = readImports(found.others, text);
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'rust', declarations, imports, ...readUses(found, text, rules, own) };
}
