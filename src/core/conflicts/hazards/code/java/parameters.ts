import type { Parameter } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';

export function typeOf(node: Node | null, text: string): string {
  return compact(textOf(node, text), 'java');
}

/** What a method or a record takes, in order. */
export function readParameters(list: Node | null, text: string): Parameter[] {
  return (list?.namedChildren ?? []).flatMap((node): Parameter[] => {
    if (node.type === 'spread_parameter') {
      const type = node.namedChildren.find((child) => !/^modifiers$|comment$|declarator$/.test(child.type));
      const declared = node.namedChildren.find((child) => child.type === 'variable_declarator');
      const name = textOf(declared?.childForFieldName('name') ?? null, text);
      return [{ name, type: typeOf(type ?? null, text), kind: 'rest' }];
    }
    if (node.type !== 'formal_parameter') return [];
    const dimensions = typeOf(node.childForFieldName('dimensions'), text);
    const type = typeOf(node.childForFieldName('type'), text) + dimensions;
    return [{ name: textOf(node.childForFieldName('name'), text), type, kind: 'required' }];
  });
}

/** Types alone: nobody outside depends on a name. */
export function parametersText(parameters: readonly Parameter[]): string {
  return `(${parameters.map(({ type, kind }) => (kind === 'rest' ? `${type}...` : type)).join(', ')})`;
}

/** Words of a declaration that its users depend on, in one order: how far it can be seen, and what may be done with it. */
export function modifiersOf(node: Node, text: string): ReadonlySet<string> {
  const modifiers = node.namedChildren.find(({ type }) => type === 'modifiers');
  return new Set((modifiers?.children ?? []).filter(({ isNamed }) => !isNamed).map((word) => textOf(word, text)));
}

const telling = ['public', 'protected', 'private', 'abstract', 'default', 'final', 'non-sealed', 'sealed', 'static'];

export function modifiersText(modifiers: ReadonlySet<string>, leftOut: readonly string[] = []): string {
  return telling
    .filter((word) => modifiers.has(word) && !leftOut.includes(word))
    .map((word) => `${word} `)
    .join('');
}

/** Its subclasses and its package see it, or all do. */
export function isOpen(modifiers: ReadonlySet<string>): boolean {
  return modifiers.has('public') || modifiers.has('protected');
}

/** Where something is named: annotations may stand on lines before. */
export function lineOf(node: Node): number {
  return (node.childForFieldName('name') ?? node).row + 1;
}
