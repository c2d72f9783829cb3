import type { Node } from 'web-tree-sitter';
import { hasComment, item, opaque, type Parts, plain } from '../parts';

/** One name a line. */
export function java(node: Node): Parts {
  const text = plain(node.text);
  if (text.includes('*')) return opaque(node);
  const name = text.replace(/^import |;$/g, '').replace(/^static /, '');
  const local = name.slice(name.lastIndexOf('.') + 1).trim();
  return { frame: text, items: [item(text, [local], null)], list: null, delicate: hasComment(node) };
}
