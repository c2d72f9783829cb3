import type { Import } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Typed } from '../common/found';
import type { Node } from '../tree';
import { isVisible } from './visibility';

interface Imported {
  /** '': a crate by itself. */
  readonly from: string;
  readonly name: string;
  /** null: not bound here. */
  readonly local: string | null;
  readonly line: number;
}

const importing = new Set(['use_declaration', 'extern_crate_declaration', 'mod_item']);

/** All imports of a file. Modules that lie in files of their own (`mod a;`) are imported from `self`. */
export function readImports(nodes: readonly Typed[], text: string): Import[] {
  return nodes.flatMap(({ node, type }) => {
    if (!importing.has(type)) return [];
    const visible = isVisible(node, text);
    return importedBy(node, text).map(({ from, name, local, line }) => {
      const whole = from === '';
      const bound = local === '_' ? null : local;
      const reexport = visible ? (name === '*' ? '*' : bound) : null;
      return { from: whole ? name : from, name: whole ? '*' : name, local: bound, reexport, line };
    });
  });
}

function importedBy(node: Node, text: string): Imported[] {
  const line = node.row + 1;
  const name = textOf(node.childForFieldName('name'), text);
  switch (node.type) {
    case 'mod_item':
      return node.childForFieldName('body') === null ? [{ from: 'self', name, local: name, line }] : [];
    case 'extern_crate_declaration': {
      const alias = node.childForFieldName('alias');
      return [{ from: '', name, local: alias === null ? name : textOf(alias, text), line }];
    }
    default:
      return treeOf(node.childForFieldName('argument'), '', text);
  }
}

/** `a::{b, c::d as e, f::*, self}` one by one. */
function treeOf(node: Node | null, prefix: string, text: string): Imported[] {
  if (node === null) return [];
  const line = node.row + 1;
  const path = (of: Node | null) =>
    [prefix, compact(textOf(of, text), 'rust')].filter((part) => part !== '').join('::');
  switch (node.type) {
    case 'use_list':
      return node.namedChildren.flatMap((child) => treeOf(child, prefix, text));
    case 'scoped_use_list':
      return treeOf(node.childForFieldName('list'), path(node.childForFieldName('path')), text);
    case 'use_wildcard':
      return [{ from: path(node.firstNamedChild), name: '*', local: null, line }];
    case 'use_as_clause': {
      const local = textOf(node.childForFieldName('alias'), text);
      return [{ ...split(path(node.childForFieldName('path'))), local, line }];
    }
    case 'identifier':
    case 'scoped_identifier':
    case 'self':
    case 'super':
    case 'crate': {
      const found = split(path(node));
      return [{ ...found, local: found.name, line }];
    }
    default:
      return [];
  }
}

/** `a::b::self` is `b` of `a`. A path that begins with `::` names a crate. */
function split(path: string): { from: string; name: string } {
  const parts = path.replace(/::self$/, '').split('::');
  const name = parts.pop() ?? '';
  return { from: parts.join('::'), name };
}
