import type { Parameter } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';

export interface Callable {
  /** Without `self`. */
  readonly parameters: readonly Parameter[];
  readonly result: string | null;
  readonly signature: string;
}

export function typeOf(node: Node | null, text: string): string {
  return compact(textOf(node, text), 'rust');
}

/** How a function is called: what it takes and gives, by types alone, and what they must be able to do. */
export function readCallable(node: Node, text: string): Callable {
  const parameters: Parameter[] = [];
  let self = '';
  for (const child of node.childForFieldName('parameters')?.namedChildren ?? []) {
    const pattern = child.childForFieldName('pattern');
    if (child.type === 'self_parameter') self = typeOf(child, text).replace(/^mut /, '');
    else if (child.type === 'variadic_parameter') parameters.push({ name: null, type: null, kind: 'rest' });
    else if (pattern?.type === 'self') self = `self: ${typeOf(child.childForFieldName('type'), text)}`;
    else if (child.type === 'parameter') {
      const name = pattern?.type === 'identifier' ? textOf(pattern, text) : null;
      parameters.push({ name, type: typeOf(child.childForFieldName('type'), text), kind: 'required' });
    }
  }
  const modifiers = node.namedChildren.find(({ type }) => type === 'function_modifiers');
  const result = node.childForFieldName('return_type');
  const taken = [
    ...(self === '' ? [] : [self]),
    ...parameters.map(({ type, kind }) => (kind === 'rest' ? '...' : type)),
  ];
  const signature = [
    modifiers === undefined ? '' : `${typeOf(modifiers, text)} `,
    `fn${genericsOf(node, text)}(${taken.join(', ')})`,
    result === null ? '' : ` -> ${typeOf(result, text)}`,
    whereOf(node, text),
  ].join('');
  return { parameters, result: result === null ? null : typeOf(result, text), signature };
}

/** `<T:Clone>`, with the names: types say them again. */
export function genericsOf(node: Node, text: string): string {
  return typeOf(node.childForFieldName('type_parameters'), text);
}

export function whereOf(node: Node, text: string): string {
  const clause = node.namedChildren.find(({ type }) => type === 'where_clause');
  return clause === undefined ? '' : ` ${typeOf(clause, text).replace(/,$/, '')}`;
}
