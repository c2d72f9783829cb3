import type { Import } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';

/**
 * All imports of a file. The module is the class that has a file of its own, the first part with a capital; for `a.b.*`
 * it is the package. Names are those of the declarations there: `Outer.Inner`, `Util.parse`.
 */
export function readImports(root: Node, text: string): Import[] {
  const nodes = root.namedChildren.filter(({ type }) => type === 'import_declaration');
  return nodes.map((node) => {
    const all = node.namedChildren.some(({ type }) => type === 'asterisk');
    const path = node.namedChildren.find(({ type }) => type === 'scoped_identifier' || type === 'identifier');
    const parts = compact(textOf(path ?? null, text), 'java').split('.');
    const line = node.row + 1;
    if (all) return { from: parts.join('.'), name: '*', local: null, reexport: null, line };
    const first = parts.findIndex((part) => /^\p{Lu}/u.test(part));
    const at = first === -1 ? parts.length - 1 : first;
    const from = parts.slice(0, at + 1).join('.');
    return { from, name: parts.slice(at).join('.'), local: parts.at(-1) ?? null, reexport: null, line };
  });
}
