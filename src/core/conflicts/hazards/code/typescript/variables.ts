import { partsOf } from '../nodes';
import type { Node } from '../tree';

/** A name that is given a type, and the value it is given with it. */
export interface Typed {
  readonly name: Node | null;
  /** As written, without type arguments. */
  readonly type: string | null;
  /** Type of the literals in `value`. */
  readonly held: string | null;
  readonly value: Node | null;
}

/** What a parameter, field, variable, assignment or cast says of a type. */
export function typesOf(node: Node, nodeType = node.type): Typed {
  switch (nodeType) {
    case 'assignment_expression': {
      const value = node.childForFieldName('right');
      return { name: node.childForFieldName('left'), type: made(value), held: null, value: null };
    }
    case 'as_expression':
    case 'satisfies_expression':
      return {
        name: null,
        type: typeNameOf(node, node.lastNamedChild),
        held: typeNameOf(node, node.lastNamedChild),
        value: node.firstNamedChild,
      };
    default:
      return typesOfBinding(partsOf(node).map((part) => ({ node: part, type: part.type })));
  }
}

const modifiers = new Set(['accessibility_modifier', 'override_modifier', 'decorator']);

/** `private readonly name?: Type = value`: what it is made of stands in this order. */
function typesOfBinding(parts: readonly { readonly node: Node; readonly type: string }[]): Typed {
  const [name, ...rest] = parts.filter(({ type }) => !modifiers.has(type));
  const annotation = rest.find(({ type }) => type === 'type_annotation')?.node ?? null;
  const value = rest.find(({ type }) => type !== 'type_annotation');
  const said = typeNameOf(annotation);
  const type = said ?? (value !== undefined && makers.has(value.type) ? made(value.node) : null);
  return { name: name?.node ?? null, type, held: heldTypeNameOf(annotation), value: value?.node ?? null };
}

const makers = new Set(['new_expression', 'as_expression', 'satisfies_expression']);

/** Of `new Parser()`, `await new Parser()`, `x as Parser`: what it is. */
function made(value: Node | null): string | null {
  if (value?.type === 'as_expression' || value?.type === 'satisfies_expression') return typesOf(value).type;
  const constructed = value?.type === 'new_expression' ? value.childForFieldName('constructor') : null;
  return constructed !== null && /^(identifier|member_expression)$/.test(constructed?.type ?? '')
    ? (constructed?.text ?? null)
    : null;
}

/** The name of a type whose members are meant: `Parser` of `Parser<T> | undefined`; null: none, or more than one. */
export function typeNameOf(annotation: Node | null, type = annotation?.firstNamedChild ?? null): string | null {
  switch (type?.type) {
    case 'type_identifier':
    case 'nested_type_identifier':
      return type.text;
    case 'generic_type': {
      const name = type.childForFieldName('name')?.text ?? null;
      return name !== null && wrappers.test(name) ? typeNameOf(typeArgumentsOf(type)) : name;
    }
    case 'union_type': {
      const said = partsOf(type).filter(({ text }) => text !== 'undefined' && text !== 'null');
      return said.length === 1 ? typeNameOf(type, said[0] ?? null) : null;
    }
    case 'parenthesized_type':
      return typeNameOf(type);
    default:
      return null;
  }
}

/** Have the members of what they are given. */
const wrappers = /^(Readonly|Required)$/;
/** Hold some of what they are given. */
const holders = /^(Promise|Array|ReadonlyArray|Set)$/;

/** The same of what lists and promises hold: `Parser` of `readonly Parser[]` and of `Promise<Parser>`. */
export function heldTypeNameOf(annotation: Node | null): string | null {
  const type = annotation?.firstNamedChild ?? null;
  switch (type?.type) {
    case 'array_type':
    case 'readonly_type':
    case 'parenthesized_type':
      return heldTypeNameOf(type);
    case 'generic_type':
      if (holders.test(type.childForFieldName('name')?.text ?? '')) return heldTypeNameOf(typeArgumentsOf(type));
  }
  return typeNameOf(annotation);
}

function typeArgumentsOf(type: Node): Node | null {
  return type.childForFieldName('type_arguments') ?? type.lastNamedChild;
}
