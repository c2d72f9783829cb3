import type { Call } from '../../facts';
import { textOf } from '../common/compact';
import type { NameRules, Visit } from '../common/found';
import type { Marks } from '../common/marks';
import type { Node } from '../tree';
import { unsaid } from './unsaid';
import { madeType, plainType } from './variables';

const names = ['identifier', 'type_identifier', 'this', 'super'];

const scope: Visit = (node, marks) => marks.enter(node);
const skipAll: Visit = (node, marks) => {
  for (const name of node.descendantsOfType(names)) marks.skip(name);
};
const named: Visit = (node, marks, text) => {
  marks.bind(node.childForFieldName('name'));
  marks.know(node.childForFieldName('name'), plainType(node.childForFieldName('type'), text));
};
const declarators: Visit = (node, marks, text) => {
  const type = plainType(node.childForFieldName('type'), text);
  for (const one of node.childrenForFieldName('declarator')) {
    marks.know(one.childForFieldName('name'), type ?? madeType(one.childForFieldName('value'), text));
  }
};
const member: Visit = (node, marks) => marks.skip(node.childForFieldName('name'));
const type: Visit = (node, marks) => {
  marks.bind(node.childForFieldName('name'));
  marks.enter(node, false);
  bindGenerics(node, marks);
};
const body: Visit = (node, marks) => {
  marks.skip(node.childForFieldName('name'));
  marks.enter(node);
  bindGenerics(node, marks);
};

const visits: Readonly<Record<string, Visit>> = {
  package_declaration: skipAll,
  import_declaration: skipAll,
  class_declaration: type,
  interface_declaration: type,
  annotation_type_declaration: type,
  enum_declaration: type,
  record_declaration: type,
  class_body: (node, marks) => marks.enter(node, false),
  method_declaration: body,
  constructor_declaration: body,
  compact_constructor_declaration: body,
  annotation_type_element_declaration: member,
  enum_constant(node, marks, text) {
    const name = node.childForFieldName('name');
    const list = node.childForFieldName('arguments');
    if (name === null || list === null) return marks.skip(name);
    // It calls the constructor of its type, which it does not name.
    marks.call(name, list.endIndex, readArguments(node));
    marks.mean(textOf(name, text), textOf(node.parent?.parent?.childForFieldName('name') ?? null, text), name);
  },
  element_value_pair: (node, marks) => marks.skip(node.childForFieldName('key')),
  block: scope,
  switch_block_statement_group: scope,
  switch_rule: scope,
  for_statement: scope,
  try_with_resources_statement: scope,
  catch_clause: scope,
  enhanced_for_statement(node, marks, text) {
    marks.enter(node);
    named(node, marks, text);
  },
  lambda_expression(node, marks) {
    marks.enter(node);
    const parameters = node.childForFieldName('parameters');
    const untyped = parameters?.type === 'inferred_parameters' ? parameters.namedChildren : [parameters];
    for (const name of untyped) if (name?.type === 'identifier') marks.bind(name);
  },
  formal_parameter: named,
  variable_declarator: (node, marks) => marks.bind(node.childForFieldName('name')),
  local_variable_declaration: declarators,
  field_declaration: declarators,
  constant_declaration: declarators,
  catch_formal_parameter: named,
  resource: named,
  instanceof_expression: named,
  type_pattern: (node, marks) => bindLast(node, marks),
  record_pattern_component: (node, marks) => bindLast(node, marks),
  labeled_statement: (node, marks) => marks.skip(node.firstNamedChild),
  break_statement: (node, marks) =>
    marks.skip(node.firstNamedChild?.type === 'identifier' ? node.firstNamedChild : null),
  continue_statement: (node, marks) => marks.skip(node.firstNamedChild),
  method_invocation(node, marks) {
    marks.call(node.childForFieldName('name'), node.endIndex, readArguments(node));
  },
  object_creation_expression(node, marks) {
    const made = node.childForFieldName('type');
    const generic = made?.type === 'generic_type' ? made.firstNamedChild : made;
    const list = node.childForFieldName('arguments');
    if (list !== null) marks.call(generic ?? null, list.endIndex, readArguments(node), true);
  },
  explicit_constructor_invocation(node, marks, text) {
    const which = node.childForFieldName('constructor');
    const list = node.childForFieldName('arguments');
    const own = node.parent?.parent?.parent?.parent;
    if (which === null || list === null || own == null) return;
    const word = textOf(which, text);
    const base = own.childForFieldName('superclass')?.firstNamedChild ?? null;
    const made = word === 'super' ? base : own.childForFieldName('name');
    marks.mean(word, textOf(made?.type === 'generic_type' ? made.firstNamedChild : made, text), which);
    marks.call(which, list.endIndex, readArguments(node));
  },
};

/** How names are told in Java. */
export const rules: NameRules = { names, visits, hoists: false, unsaid, madeBy: () => null };

function bindGenerics(node: Node, marks: Marks): void {
  for (const generic of node.childForFieldName('type_parameters')?.namedChildren ?? []) {
    const name = generic.namedChildren.find((child) => child.type === 'type_identifier' || child.type === 'identifier');
    if (name !== undefined) marks.bindWithin(name, node.startIndex, node.endIndex);
  }
}

/** `Circle c` */
function bindLast(node: Node, marks: Marks): void {
  const last = node.namedChildren.at(-1);
  if (last?.type === 'identifier') marks.bind(last);
}

function readArguments(node: Node): Call {
  const given = node.childForFieldName('arguments')?.namedChildren ?? [];
  return { positional: given.filter(({ type }) => !type.endsWith('comment')).length, keywords: [], spread: false };
}
