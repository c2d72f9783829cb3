import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import type { Node } from '../tree';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { namesForAll } from './names';
import { rules } from './uses';

/** What a Python file says. */
export function readPython(root: Node, text: string, whole = true): CodeFacts {
  const all = namesForAll(root, text);
  const found = findNodes(root, whole ? rules : { ...rules, names: [] });
  const declarations = readDeclarations(root, text, all);
  const imports = readImports(found.others, text, all);
  if (!whole) return { language: 'python', declarations, imports, uses: [] };
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'python', declarations, imports, ...readUses(found, text, rules, own) };
}
