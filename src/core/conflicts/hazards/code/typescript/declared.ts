import type { DeclarationKind } from '../../facts';
import { childrenOf, has, lineOf, partsOf } from '../nodes';
import type { Node } from '../tree';
import type { Described } from './described';
import { keyOf } from './members';

export interface Declared {
  readonly name: string;
  /** All of it; of a variable the declarator. */
  readonly node: Node;
  /** Where the name stands. */
  readonly at: Node;
}

/** Kinds of what declares something, by the grammar's names. */
export const kinds: ReadonlyMap<string, DeclarationKind> = new Map([
  ['function_declaration', 'function'],
  ['generator_function_declaration', 'function'],
  ['function_signature', 'function'],
  ['function_expression', 'function'],
  ['generator_function', 'function'],
  ['arrow_function', 'function'],
  ['class_declaration', 'class'],
  ['abstract_class_declaration', 'class'],
  ['class', 'class'],
  ['interface_declaration', 'interface'],
  ['type_alias_declaration', 'type'],
  ['enum_declaration', 'enum'],
  ['internal_module', 'module'],
  ['module', 'module'],
]);

/** What a statement declares; often nothing. */
export function declaredIn(statement: Node): Declared[] {
  switch (statement.type) {
    case 'lexical_declaration':
    case 'variable_declaration':
      return childrenOf(statement, 'variable_declarator').flatMap((node) => {
        const pattern = node.namedChildren[0];
        return pattern === undefined ? [] : namesIn(pattern).map((at) => ({ name: at.text, node, at }));
      });
    case 'ambient_declaration':
      return has(statement, 'global') ? [] : partsOf(statement).flatMap(declaredIn);
    case 'expression_statement': // the grammar takes `namespace X { … }` for one
      return partsOf(statement).flatMap((part) => (kinds.get(part.type) === 'module' ? declaredIn(part) : []));
    case 'import_alias': {
      const at = statement.firstNamedChild;
      return at === null ? [] : [{ name: at.text, node: statement, at }];
    }
    default: {
      const at = kinds.has(statement.type) ? statement.childForFieldName('name') : null;
      return at === null ? [] : [{ name: keyOf(at) ?? at.text, node: statement, at }];
    }
  }
}

/** What a statement declares, for what nobody else sees: what it is called, what it is, and where. */
export function describeBriefly(statement: Node): Described[] {
  return declaredIn(statement).map(({ name, node, at }) => {
    const made = node.type === 'variable_declarator' ? node.namedChildren.at(-1) : node;
    return plain(at, name, kinds.get(made?.type ?? '') ?? 'constant', '');
  });
}

/** The names that a pattern binds. */
export function namesIn(pattern: Node): Node[] {
  if (/^(identifier|shorthand_property_identifier_pattern)$/.test(pattern.type)) return [pattern];
  const bound = pattern.type === 'pair_pattern' ? [pattern.childForFieldName('value')] : partsOf(pattern);
  // Of `a = 1` only the left side is bound.
  const left = /assignment_pattern$/.test(pattern.type) ? bound.slice(0, 1) : bound;
  return left.flatMap((part) => (part === null ? [] : namesIn(part)));
}

/** Nothing but what it is called, what it is, and where. */
export function plain(at: Node, name: string, kind: DeclarationKind, signature: string): Described {
  const line = lineOf(at.childForFieldName('name') ?? at);
  return { name, kind, signature, parameters: null, result: null, line, bodiless: false, members: [] };
}
