import type { Node } from './tree';

/** Where a node stands, counted from 1. */
export function lineOf(node: Node): number {
  return node.row + 1;
}

/** A string literal's content, escapes as written. */
export function contentOf(string: Node): string {
  return string.text.slice(1, -1);
}

/** Whether a token of its own, a keyword or a mark, stands among a node's children: `static`, `?`. */
export function has(node: Node, token: string): boolean {
  return node.children.some((child) => child.type === token);
}

/** The named children that mean something. */
export function partsOf(node: Node): Node[] {
  return node.namedChildren.filter((child) => child.type !== 'comment');
}

/** All children of a type, in order. */
export function childrenOf(node: Node, ...types: readonly string[]): Node[] {
  return node.namedChildren.filter((child) => types.includes(child.type));
}
