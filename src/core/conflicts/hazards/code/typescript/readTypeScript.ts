import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';
import { ModuleExports } from './exports';
import { importsOf } from './imports';
import { requiresOf } from './requires';
import { usesOf } from './uses';

/** What a TypeScript file says. */
export function readTypeScript(tree: Tree, text: string): CodeFacts {
  return { language: 'typescript', ...readModule(tree, text) };
}

/** What a JavaScript file says, as a module of either kind. */
export function readJavaScript(tree: Tree, text: string): CodeFacts {
  return { language: 'javascript', ...readModule(tree, text) };
}

function readModule({ rootNode }: Tree, text: string): Omit<CodeFacts, 'language'> {
  const required = requiresOf(rootNode, text);
  const exported = new ModuleExports(text);
  for (const statement of rootNode.namedChildren) exported.add(statement);
  const found = [...rootNode.namedChildren.flatMap(importsOf), ...required.imports];
  const { declarations, imports } = exported.finish(found);
  return { declarations, imports, ...usesOf(rootNode, text, found, required.declarators) };
}
