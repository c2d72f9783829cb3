import type { Declaration } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { isOpen, lineOf, modifiersOf, modifiersText, parametersText, readParameters, typeOf } from './parameters';

/** The type that members belong to. */
export interface Owner {
  readonly name: string;
  readonly simple: string;
  readonly exported: boolean;
  /** Members are public without saying so. */
  readonly implied: boolean;
}

/** A method, a constructor (named as its type), the fields of one line, a constant of an enum. */
export function readMember(node: Node, text: string, owner: Owner): Declaration[] {
  switch (node.type) {
    case 'method_declaration':
    case 'annotation_type_element_declaration':
      return [methodOf(node, text, owner)];
    case 'constructor_declaration':
      return [constructorOf(node, text, owner)];
    case 'field_declaration':
    case 'constant_declaration':
      return fieldsOf(node, text, owner);
    case 'enum_constant': {
      const simple = textOf(node.childForFieldName('name'), text);
      const name = `${owner.name}.${simple}`;
      const line = node.row + 1;
      const { exported } = owner;
      return [{ name, kind: 'field', exported, signature: simple, parameters: null, result: null, line }];
    }
    default:
      return [];
  }
}

function methodOf(node: Node, text: string, owner: Owner): Declaration {
  const parameters = readParameters(node.childForFieldName('parameters'), text);
  const dimensions = typeOf(node.childForFieldName('dimensions'), text);
  const result = typeOf(node.childForFieldName('type'), text) + dimensions;
  const { exported, modifiers } = reachOf(node, text, owner);
  const generics = typeOf(node.childForFieldName('type_parameters'), text);
  // Of an annotation: may be left out.
  const optional = node.childForFieldName('value') === null ? '' : ' default';
  const hasBody = node.childForFieldName('body') !== null || node.childForFieldName('value') !== null;
  const shown = `${modifiers}${generics === '' ? '' : `${generics} `}${result}${parametersText(parameters)}`;
  return {
    name: `${owner.name}.${textOf(node.childForFieldName('name'), text)}`,
    kind: 'method',
    exported,
    signature: `${shown}${throwsOf(node, text)}${optional}`,
    parameters,
    result,
    // Whoever implements an interface may leave out what has a body.
    ...(owner.implied && hasBody && { optional: true }),
    line: lineOf(node),
  };
}

function constructorOf(node: Node, text: string, owner: Owner): Declaration {
  const parameters = readParameters(node.childForFieldName('parameters'), text);
  const { exported, modifiers } = reachOf(node, text, owner);
  const generics = typeOf(node.childForFieldName('type_parameters'), text);
  const signature = `${modifiers}new${generics}${parametersText(parameters)}${throwsOf(node, text)}`;
  return {
    name: owner.name,
    kind: 'method',
    exported,
    signature,
    parameters,
    result: owner.simple,
    line: lineOf(node),
  };
}

function fieldsOf(node: Node, text: string, owner: Owner): Declaration[] {
  const type = typeOf(node.childForFieldName('type'), text);
  const { exported, modifiers } = reachOf(node, text, owner, []);
  return node.childrenForFieldName('declarator').map((declarator) => {
    const simple = textOf(declarator.childForFieldName('name'), text);
    const name = `${owner.name}.${simple}`;
    const signature = `${modifiers}${simple}: ${type}${typeOf(declarator.childForFieldName('dimensions'), text)}`;
    const line = declarator.row + 1;
    const field = { name, kind: 'field', exported, signature, parameters: null, result: null, line } as const;
    return owner.implied ? { ...field, optional: true } : field;
  });
}

/** @param leftOut that a method is final is nothing to those who call it */
function reachOf(node: Node, text: string, owner: Owner, leftOut: readonly string[] = ['final']) {
  const modifiers = modifiersOf(node, text);
  const implied = owner.implied && !modifiers.has('private');
  const all = implied ? new Set([...modifiers, 'public']) : modifiers;
  return { exported: owner.exported && isOpen(all), modifiers: modifiersText(all, leftOut) };
}

function throwsOf(node: Node, text: string): string {
  const clause = node.namedChildren.find(({ type }) => type === 'throws');
  const thrown = (clause?.namedChildren ?? []).filter(({ type }) => !type.endsWith('comment'));
  const types = thrown.map((type) => typeOf(type, text)).sort();
  return types.length === 0 ? '' : ` throws ${types.join(', ')}`;
}
