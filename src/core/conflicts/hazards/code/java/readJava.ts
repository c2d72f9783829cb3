import type { CodeFacts } from '../../facts';
import { findNodes, readUses } from '../common/found';
import type { Node } from '../tree';
import { readDeclarations } from './declarations';
import { readImports } from './imports';
import { rules } from './uses';

/** What a Java file says. */
export function readJava(root: Node, text: string, whole = true): CodeFacts {
  const declarations = readDeclarations(root, text);
  const imports = readImports(root, text);
  if (!whole) return { language: 'java', declarations, imports, uses: [] };
  const own = new Set([...declarations.map(({ name }) => name), ...imports.map(({ local }) => local ?? '')]);
  return { language: 'java', declarations, imports, ...readUses(findNodes(root, rules), text, rules, own) };
}
