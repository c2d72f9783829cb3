import type { CodeFacts } from '../../facts';
import type { Node } from '../tree';
import { ModuleExports } from './exports';
import { importsOf } from './imports';
import { requiresOf } from './requires';
import { usesOf } from './uses';

/** What a TypeScript file says. */
export function readTypeScript(root: Node, text: string, whole = true): CodeFacts {
  return { language: 'typescript', ...readModule(root, text, whole) };
}

/** What a JavaScript file says, as a module of either kind. */
export function readJavaScript(root: Node, text: string, whole = true): CodeFacts {
  return { language: 'javascript', ...readModule(root, text, whole) };
}

function readModule(root: Node, text: string, whole: boolean): Omit<CodeFacts, 'language'> {
  const required = requiresOf(root, text);
  const exported = new ModuleExports(text, root.hasError);
  for (const statement of root.namedChildren) exported.add(statement);
  const found = [...root.namedChildren.flatMap(importsOf), ...required.imports];
  const { declarations, imports } = exported.finish(found);
  if (!whole) return { declarations, imports, uses: [] };
  return { declarations, imports, ...usesOf(root, text, found, required.declarators) };
}
