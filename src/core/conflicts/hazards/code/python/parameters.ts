import type { Parameter } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';

/** The parameters of a function, in order. What only a position names has no name. */
export function readParameters(list: Node | null, text: string): Parameter[] {
  const read: Parameter[] = [];
  let byNameOnly = false;
  for (const node of list?.namedChildren ?? []) {
    if (node.type === 'positional_separator') {
      for (const [index, parameter] of read.entries()) read[index] = { ...parameter, name: null };
      continue;
    }
    if (node.type === 'keyword_separator') byNameOnly = true;
    const parameter = readParameter(node, text, byNameOnly);
    if (parameter === null) continue;
    read.push(parameter);
    if (parameter.kind === 'rest') byNameOnly = true;
  }
  return read;
}

function readParameter(node: Node, text: string, byNameOnly: boolean): Parameter | null {
  const required = byNameOnly ? 'keyword' : 'required';
  const type = typeOf(node.childForFieldName('type'), text);
  switch (node.type) {
    case 'identifier':
      return { name: textOf(node, text), type: null, kind: required };
    case 'default_parameter':
    case 'typed_default_parameter': {
      const name = textOf(node.childForFieldName('name'), text);
      return { name, type, kind: byNameOnly ? 'optional-keyword' : 'optional' };
    }
    case 'typed_parameter': {
      const inner = node.firstNamedChild;
      const read = inner === null ? null : readParameter(inner, text, byNameOnly);
      return read === null ? null : { ...read, type };
    }
    case 'list_splat_pattern':
      return { name: textOf(node.firstNamedChild, text), type: null, kind: 'rest' };
    case 'dictionary_splat_pattern':
      return { name: textOf(node.firstNamedChild, text), type: null, kind: 'keywords' };
    case 'tuple_pattern':
      return { name: null, type: null, kind: required };
    default:
      return null;
  }
}

/** A type as it is written; one that is quoted, to be named before it is there, is the same without quotes. */
export function typeOf(node: Node | null, text: string): string | null {
  if (node === null) return null;
  const written = textOf(node, text);
  return compact(/^(["'])([^"']*)\1$/.exec(written)?.[2] ?? written, 'python');
}

/** How parameters look to callers: names, types and which may be left out, not what is taken instead. */
export function parametersText(parameters: readonly Parameter[]): string {
  const parts: string[] = [];
  let byNameOnly = false;
  for (const { name, type, kind } of parameters) {
    const keyword = kind === 'keyword' || kind === 'optional-keyword';
    if (keyword && !byNameOnly) parts.push('*');
    if (keyword || kind === 'rest') byNameOnly = true;
    // The names of what takes the rest are nobody's business but the function's own.
    const shown = kind === 'rest' ? '*args' : kind === 'keywords' ? '**kwargs' : (name ?? '/');
    const optional = kind === 'optional' || kind === 'optional-keyword' ? '=' : '';
    parts.push(`${shown}${type === null ? '' : `: ${type}`}${optional}`);
  }
  return `(${parts.join(', ')})`;
}
