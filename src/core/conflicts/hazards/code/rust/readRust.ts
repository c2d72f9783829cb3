import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import type { Node } from '../tree';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { rules } from './uses';

/** What a Rust file says. */
export function readRust(root: Node, text: string, whole = true): CodeFacts {
  const found = findNodes(root, whole ? rules : { ...rules, names: [] });
  const declarations = readDeclarations(root, text);
  const imports = readImports(found.others, text);
  if (!whole) return { language: 'rust', declarations, imports, uses: [] };
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'rust', declarations, imports, ...readUses(found, text, rules, own) };
}
