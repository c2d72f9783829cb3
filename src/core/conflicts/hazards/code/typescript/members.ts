import { contentOf, has, lineOf, partsOf } from '../nodes';
import type { Node } from '../tree';
import { type Described, merged } from './described';
import { parametersOf } from './parameters';
import { inferred, type Names, noNames, print, printField, printMember, printValue, withTypeParameters } from './print';

/** Members that whoever holds one may use, of a class, an interface, an object type or an object. */
export function describeMembers(body: Node, names: Names = noNames): Described[] {
  return merged(publicMembers(body).flatMap((node) => describeMember(node, names)));
}

/** Children of a body that are no business of its own. */
export function publicMembers(body: Node): Node[] {
  return partsOf(body).filter((node) => isPublic(node) && node.type !== 'class_static_block');
}

export function isPublic(node: Node): boolean {
  const first = node.childForFieldName('name') ?? node.childForFieldName('property');
  if (first?.type === 'private_property_identifier') return false;
  return !node.namedChildren.some((child) => child.type === 'accessibility_modifier' && child.text !== 'public');
}

function describeMember(node: Node, names: Names): Described[] {
  switch (node.type) {
    case 'method_definition':
    case 'method_signature':
    case 'abstract_method_signature':
      return describeMethod(node, names);
    case 'public_field_definition':
    case 'field_definition':
    case 'property_signature':
      return describeField(node, names);
    case 'pair':
      return describePair(node, names);
    case 'shorthand_property_identifier':
      return [field(node, node.text, node.text)];
    default:
      return [];
  }
}

function describeMethod(node: Node, names: Names): Described[] {
  const name = keyOf(node.childForFieldName('name'));
  if (name === null || name === 'constructor') return [];
  const signature = printMember(node, names);
  if (has(node, 'get') || has(node, 'set')) return [field(node, name, signature, optionalOf(node))];
  return [
    {
      ...field(node, name, signature, optionalOf(node)),
      kind: 'method',
      parameters: parametersOf(node),
      result: printField(node, 'return_type', withTypeParameters(node, names)) || null,
      bodiless: node.type !== 'method_definition',
    },
  ];
}

function describeField(node: Node, names: Names): Described[] {
  const name = keyOf(node.childForFieldName('name') ?? node.childForFieldName('property'));
  if (name === null) return [];
  const described = field(node, name, printMember(node, names), optionalOf(node));
  const callable = node.childForFieldName('value') ?? functionType(node.childForFieldName('type'));
  return [
    callable !== null && isCallable(callable) ? { ...described, kind: 'method', ...called(callable) } : described,
  ];
}

function describePair(node: Node, names: Names): Described[] {
  const name = keyOf(node.childForFieldName('key'));
  const value = node.childForFieldName('value');
  if (name === null || value === null) return [];
  const described = field(node, name, printValue(value, names));
  return [isCallable(value) ? { ...described, kind: 'method', ...called(value) } : described];
}

function field(node: Node, name: string, signature: string, optional = false): Described {
  const said = { name, kind: 'field', signature, parameters: null, result: null, line: lineOf(node) } as const;
  return { ...said, ...(optional && { optional }), bodiless: false, members: [] };
}

/** Parameters and result of a value that is a function, or of a function's type. */
export function called(callable: Node) {
  return { parameters: parametersOf(callable), result: printField(callable, 'return_type') || null };
}

export function isCallable({ type }: Node): boolean {
  return /^(arrow_function|function_expression|generator_function|function_type)$/.test(type);
}

/** The type itself where it is that of a function. */
export function functionType(annotation: Node | null): Node | null {
  const type = annotation?.firstNamedChild ?? null;
  return type?.type === 'function_type' ? type : null;
}

/** Whoever implements or extends its owner may leave it out. */
function optionalOf(node: Node): boolean {
  if (has(node, '?')) return true;
  const ownedByClass = node.parent?.type === 'class_body';
  return ownedByClass && !has(node, 'abstract') && node.type !== 'abstract_method_signature';
}

/** What a member is called; null: only known when it runs. */
export function keyOf(key: Node | null): string | null {
  if (key === null) return null;
  if (key.type === 'string') return contentOf(key);
  if (key.type !== 'computed_property_name') return key.text;
  const inside = key.firstNamedChild;
  return inside?.type === 'string' ? contentOf(inside) : null;
}

/** Fields that a constructor makes of its parameters: `constructor(readonly name: string)`. */
export function parameterProperties(method: Node, names: Names): Described[] {
  const list = method.childForFieldName('parameters');
  if (list === null) return [];
  return partsOf(list).flatMap((node) => {
    const isProperty =
      has(node, 'readonly') || node.namedChildren.some(({ type }) => type === 'accessibility_modifier');
    const name = node.childForFieldName('pattern')?.text;
    if (!isProperty || !isPublic(node) || name === undefined) return [];
    const type = node.childForFieldName('type');
    const said = type === null ? (inferred(node.childForFieldName('value')) ?? 'any') : print(type, names);
    const optional = node.type === 'optional_parameter' ? '?' : '';
    return [field(node, name, `${has(node, 'readonly') ? 'readonly ' : ''}${name}${optional}: ${said}`, true)];
  });
}
