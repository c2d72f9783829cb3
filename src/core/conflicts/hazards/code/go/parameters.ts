import type { Parameter } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';

export function typeOf(node: Node | null, text: string): string {
  return compact(textOf(node, text), 'go');
}

/** `a, b int, c ...string` one by one. */
export function readParameters(list: Node | null, text: string): Parameter[] {
  return (list?.namedChildren ?? []).flatMap((node): Parameter[] => {
    if (node.type !== 'parameter_declaration' && node.type !== 'variadic_parameter_declaration') return [];
    const type = typeOf(node.childForFieldName('type'), text);
    const kind = node.type === 'variadic_parameter_declaration' ? 'rest' : 'required';
    const names = node.childrenForFieldName('name').filter(({ isNamed }) => isNamed);
    if (names.length === 0) return [{ name: null, type, kind }];
    return names.map((name) => ({ name: textOf(name, text), type, kind }));
  });
}

/** Types alone: nobody outside depends on a name. */
export function parametersText(parameters: readonly Parameter[]): string {
  return `(${parameters.map(({ type, kind }) => (kind === 'rest' ? `...${type}` : type)).join(', ')})`;
}

/** What a function returns, without names; null: nothing. */
export function resultOf(node: Node | null, text: string): string | null {
  if (node === null) return null;
  if (node.type !== 'parameter_list') return typeOf(node, text);
  const types = readParameters(node, text).map(({ type }) => type ?? '');
  return types.length === 1 ? (types[0] ?? null) : `(${types.join(', ')})`;
}

/** `[K comparable,V any]`, with the names: a type says them again. */
export function genericsOf(node: Node, text: string): string {
  return typeOf(node.childForFieldName('type_parameters'), text);
}
