import type { Node, Tree } from 'web-tree-sitter';
import type { ImportStatement } from '../imports/parts';
import { readImport } from '../imports/statement';
import type { Span } from '../regions';
import { shapeOf } from './shapes';

/** What a file is made of, as far as a conflict in it is about one of its parts. */
export interface Outline {
  /** Outer ones before those within. */
  readonly sections: readonly Section[];
  readonly imports: readonly ImportStatement[];
  /** Names that the file itself gives to things at its top. */
  readonly declared: readonly string[];
}

/** Reads a text of the file's language; null: it does not parse. */
export type Parse = (text: string) => Promise<Outline | null>;

export interface Section {
  /** `group`: holds others and says nothing by itself. */
  readonly kind: 'function' | 'type' | 'group';
  /** With those it lies in: `Parser.parse`. */
  readonly name: string;
  /** It lies among tests. */
  readonly inTest: boolean;
  /** A test case, or a group of them. */
  readonly isCase: boolean;
  /** Whole lines, with the comments and attributes above. */
  readonly lines: Span;
}

/** Nodes that belong to what follows them. */
const leading: ReadonlySet<string> = new Set([
  'comment',
  'line_comment',
  'block_comment',
  'decorator',
  'attribute_item',
]);
const comments: ReadonlySet<string> = new Set(['comment', 'line_comment', 'block_comment', 'html_comment']);

/** Reads the parts of a file from its tree; null: it does not parse. */
export function outlineOf(tree: Tree): Outline | null {
  const root = tree.rootNode;
  if (root.hasError) return null;
  const sections: Section[] = [];
  walk(root, '', false, sections);
  const top = root.namedChildren.filter((node) => node !== null);
  return {
    sections,
    imports: top.flatMap((node) => readImport(node) ?? []),
    declared: top.flatMap(declaredBy),
  };
}

interface Above {
  readonly lines: Span;
  /** Of attributes. */
  readonly text: string;
}
const nothing: Above = { lines: { from: 0, to: -1 }, text: '' };

function walk(container: Node, prefix: string, inTest: boolean, sections: Section[]): void {
  // What stands right above: comments, attributes. With an empty line below it, it is not about what follows.
  let above = nothing;
  for (const node of container.namedChildren) {
    if (node === null) continue;
    const lines = linesOf(node);
    const near = above.lines.to >= lines.from ? above : null;
    const whole: Span = { from: near?.lines.from ?? lines.from, to: lines.to };
    if (leading.has(node.type)) {
      above = { lines: whole, text: (near?.text ?? '') + (comments.has(node.type) ? '' : node.text) };
      continue;
    }
    above = nothing;
    const shape = shapeOf(node, near?.text ?? '');
    if (shape === null) continue;
    const name = prefix === '' || shape.name === '' ? prefix + shape.name : `${prefix}.${shape.name}`;
    const isCase = shape.test === true;
    const section = { kind: shape.kind, name, isCase, inTest: inTest || isCase, lines: whole };
    sections.push(section);
    for (const body of shape.bodies) walk(body, name, section.inTest, sections);
  }
}

/** Whole lines, counted from 0. */
export function linesOf(node: Node): Span {
  const { startPosition: start, endPosition: end } = node;
  // Some comments end at the beginning of the next line.
  return { from: start.row, to: end.column === 0 && end.row > start.row ? end.row : end.row + 1 };
}

const declarators: ReadonlySet<string> = new Set(['variable_declarator', 'const_spec', 'var_spec', 'type_spec']);

function declaredBy(node: Node): string[] {
  const inner = node.childForFieldName('declaration') ?? node.childForFieldName('definition') ?? node;
  const own = inner.childForFieldName('name')?.text;
  const within = inner.namedChildren.flatMap((child) => {
    if (child === null) return [];
    if (declarators.has(child.type)) return child.childForFieldName('name')?.text ?? [];
    return child.type === 'assignment' ? (child.childForFieldName('left')?.text ?? []) : [];
  });
  return readImport(node) === null ? [...(own === undefined ? [] : [own]), ...within] : [];
}
