import type { Declaration } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { genericsOf, parametersText, readParameters, resultOf, typeOf } from './parameters';
import { readType } from './types';

/** What a file adds to its package. What has no name, or is only run (`init`), nobody else can use. */
export function readDeclarations(root: Node, text: string): Declaration[] {
  return root.namedChildren
    .flatMap((node) => {
      switch (node.type) {
        case 'function_declaration':
          return readFunction(node, text, null);
        case 'method_declaration':
          return readFunction(node, text, receiverOf(node, text));
        case 'type_declaration':
          return node.namedChildren.flatMap((spec) => readType(spec, text));
        case 'const_declaration':
        case 'var_declaration':
          return node.descendantsOfType(['const_spec', 'var_spec', 'func_literal']).flatMap(valuesOf(text));
        default:
          return [];
      }
    })
    .filter(({ name }) => name !== 'init' && name !== '_');
}

/** Others may use it: its name begins with a capital. */
export function isCapital(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}

/** `func (p *Parser[T]) Parse()` is one of `Parser`. */
function receiverOf(node: Node, text: string): string {
  const type = node.childForFieldName('receiver')?.descendantsOfType('type_identifier')[0];
  return textOf(type ?? null, text);
}

function readFunction(node: Node, text: string, owner: string | null): Declaration[] {
  const simple = textOf(node.childForFieldName('name'), text);
  if (simple === '' || owner === '') return [];
  const parameters = readParameters(node.childForFieldName('parameters'), text);
  const result = resultOf(node.childForFieldName('result'), text);
  const signature = `func${genericsOf(node, text)}${parametersText(parameters)}${result === null ? '' : ` ${result}`}`;
  const exported = isCapital(simple) && (owner === null || isCapital(owner));
  const common = { exported, signature, parameters, result, line: node.row + 1 };
  return owner === null
    ? [{ ...common, name: simple, kind: 'function' }]
    : [{ ...common, name: `${owner}.${simple}`, kind: 'method' }];
}

/** Constants and variables of the package; what a function literal declares is its own. */
function valuesOf(text: string): (spec: Node) => Declaration[] {
  let inside = 0;
  return (spec) => {
    if (spec.startIndex < inside) return [];
    if (spec.type === 'func_literal') {
      inside = spec.endIndex;
      return [];
    }
    const type = spec.childForFieldName('type');
    const kind = spec.type === 'const_spec' ? 'const' : 'var';
    return spec.childrenForFieldName('name').flatMap((node): Declaration[] => {
      const name = textOf(node, text);
      if (node.type !== 'identifier') return [];
      const line = node.row + 1;
      const signature = `${kind} ${name}${type === null ? '' : `: ${typeOf(type, text)}`}`;
      return [{ name, kind: 'constant', exported: isCapital(name), signature, parameters: null, result: null, line }];
    });
  };
}
