import type { Node } from 'web-tree-sitter';
import type { Span } from '../regions';

/** One import statement, as far as several can be put together. */
export interface ImportStatement {
  readonly lines: Span;
  readonly text: string;
  /** Statements of one frame differ in the names of their lists alone. */
  readonly frame: string;
  readonly items: readonly ImportItem[];
  /** null: it has no list, or nothing can be put into it. */
  readonly list: NameList | null;
  /** Its place among others matters, or it binds names that it does not say: nobody but a human moves it. */
  readonly delicate: boolean;
}

export interface ImportItem {
  /** Says all of it: equal ones import the same thing under the same name. */
  readonly key: string;
  /** Names that it binds here. */
  readonly locals: readonly string[];
  /** As it stands in the list; null: it does not stand there. */
  readonly inList: string | null;
}

/** `before`, the names, `after` is the statement again. */
export interface NameList {
  readonly before: string;
  readonly inside: string;
  readonly after: string;
  /** Between two names. */
  readonly separator: ',' | '\n';
}

/** What a language's reader says of a statement. */
export type Parts = Omit<ImportStatement, 'lines' | 'text'>;

/** Never moved, never taken apart. */
export function opaque(node: Node): Parts {
  return { frame: node.text, items: [], list: null, delicate: true };
}

/** @param list the node between whose brackets the names stand; null: there is none */
export function listed(node: Node, list: Node | null, items: readonly ImportItem[]): Parts {
  if (list === null) return { frame: node.text, items, list, delicate: hasComment(node) };
  const at = list.startIndex - node.startIndex + 1;
  const end = list.endIndex - node.startIndex - 1;
  const [before, inside, after] = [node.text.slice(0, at), node.text.slice(at, end), node.text.slice(end)];
  const frame = `${before} ${after.replaceAll(/["'`]/g, '"').replace(/;$/, '')}`;
  return { frame, items, list: { before, inside, after, separator: ',' }, delicate: hasComment(node) };
}

/** @param where module and kind. @param inList as it stands in a list; null: it does not stand in one */
export function item(where: string, locals: readonly string[], inList: string | null): ImportItem {
  return { key: plain(`${where} ${inList ?? ''} as ${locals.join(' ')}`), locals, inList };
}

/** Without layout. */
export function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

export function unquoted(text: string): string {
  return text.replaceAll(/["'`]/g, '');
}

export function childOf(node: Node, type: string): Node | null {
  return node.namedChildren.find((child) => child?.type === type) ?? null;
}

export function ofType(node: Node, type: string): Node[] {
  return present(node.namedChildren).filter((child) => child.type === type);
}

export function present(nodes: readonly (Node | null)[]): Node[] {
  return nodes.filter((node) => node !== null);
}

export function isComment(node: Node): boolean {
  return node.type === 'comment' || node.type === 'line_comment' || node.type === 'block_comment';
}

export function hasComment(node: Node): boolean {
  return node.namedChildren.some((child) => child !== null && (isComment(child) || hasComment(child)));
}
