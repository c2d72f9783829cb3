import type { Node } from 'web-tree-sitter';
import { childOf, hasComment, isComment, item, listed, opaque, type Parts, plain, present } from '../parts';

/** `use a::b` and `use a::{b, c::d}` at the top of a file. */
export function rust(node: Node): Parts | null {
  // `pub use` says what others may use: that is no mere order.
  if (childOf(node, 'visibility_modifier') !== null) return null;
  const argument = node.childForFieldName('argument');
  if (argument === null || /\*/.test(argument.text)) return opaque(node);
  if (argument.type !== 'scoped_use_list') {
    return {
      frame: node.text,
      items: [item(plain(argument.text), rustNames(argument), null)],
      list: null,
      delicate: hasComment(node),
    };
  }
  const path = argument.childForFieldName('path')?.text ?? '';
  const names = argument.childForFieldName('list');
  const items = present(names?.namedChildren ?? [])
    .filter((child) => !isComment(child))
    .map((child) => item(`${path}::`, rustNames(child, path), plain(child.text)));
  return listed(node, names, items);
}

/** @param parent what `self` stands for */
function rustNames(node: Node, parent = ''): string[] {
  switch (node.type) {
    case 'use_as_clause':
      return [node.childForFieldName('alias')?.text ?? ''];
    case 'scoped_use_list': {
      const path = node.childForFieldName('path')?.text ?? '';
      return present(node.childForFieldName('list')?.namedChildren ?? []).flatMap((child) => rustNames(child, path));
    }
    case 'use_list':
      return present(node.namedChildren).flatMap((child) => rustNames(child, parent));
    default: {
      const last = node.text.slice(node.text.lastIndexOf(':') + 1);
      return [last === 'self' ? parent.slice(parent.lastIndexOf(':') + 1) : last];
    }
  }
}
