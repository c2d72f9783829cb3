import type { Tree } from 'web-tree-sitter';
import type { CodeFacts } from '../../facts';

/** What a TypeScript file says. */
export function readTypeScript(_tree: Tree, _text: string): CodeFacts {
  return { language: 'typescript', declarations: [], imports: [], uses: [] };
}

/** What a JavaScript file says, as a module of either kind. */
export function readJavaScript(_tree: Tree, _text: string): CodeFacts {
  return { language: 'javascript', declarations: [], imports: [], uses: [] };
}
