import { textOf } from '../common/compact';
import type { NameRules, Visit } from '../common/found';
import type { Marks } from '../common/marks';
import type { Node } from '../tree';
import { readArguments, readLiteral, readTokens } from './calls';
import { ownerOf } from './owner';
import { unsaid } from './unsaid';
import { madeBy, madeType, plainType } from './variables';

const names = ['identifier', 'type_identifier', 'field_identifier', 'self', 'super', 'crate'];

const scope: Visit = (node, marks) => marks.enter(node);
/** An item within a function belongs to it; anything else in it has its own names. */
const item: Visit = (node, marks) => {
  marks.bind(node.childForFieldName('name'));
  marks.enter(node, false);
  bindGenerics(node, marks);
};
const pattern: Visit = (node, marks, text) => bindPattern(node.childForFieldName('pattern'), marks, text);
const typed: Visit = (node, marks, text) => {
  pattern(node, marks, text);
  const name = node.childForFieldName('pattern');
  const type = plainType(node.childForFieldName('type'), text) ?? madeType(node.childForFieldName('value'), text);
  if (name?.type === 'identifier') marks.know(name, type);
};
const skipAll: Visit = (node, marks) => {
  for (const name of node.descendantsOfType(names)) marks.skip(name);
};
const member: Visit = (node, marks) => marks.skip(node.childForFieldName('name'));

const visits: Readonly<Record<string, Visit>> = {
  lifetime: skipAll,
  label: skipAll,
  attribute_item: skipAll,
  inner_attribute_item: skipAll,
  use_declaration: skipAll,
  extern_crate_declaration: skipAll,
  visibility_modifier: skipAll,
  mod_item: item,
  struct_item: item,
  union_item: item,
  enum_item: item,
  trait_item: item,
  type_item: item,
  impl_item(node, marks, text) {
    item(node, marks, text);
    marks.mean('Self', ownerOf(node, text), node);
  },
  macro_definition: skipAll,
  const_item: (node, marks) => marks.bind(node.childForFieldName('name')),
  static_item: (node, marks) => marks.bind(node.childForFieldName('name')),
  function_item(node, marks) {
    marks.bind(node.childForFieldName('name'));
    marks.enter(node);
    bindGenerics(node, marks);
  },
  function_signature_item(node, marks) {
    marks.skip(node.childForFieldName('name'));
    marks.enter(node);
    bindGenerics(node, marks);
  },
  associated_type: member,
  enum_variant: member,
  field_declaration(node, marks, text) {
    marks.skip(node.childForFieldName('name'));
    marks.know(node.childForFieldName('name'), plainType(node.childForFieldName('type'), text));
  },
  type_binding: member,
  parameter: typed,
  closure_expression(node, marks, text) {
    marks.enter(node);
    for (const one of node.childForFieldName('parameters')?.namedChildren ?? []) {
      if (one.type !== 'parameter') bindPattern(one, marks, text);
    }
  },
  block: scope,
  if_expression: scope,
  while_expression: scope,
  for_expression(node, marks, text) {
    marks.enter(node);
    pattern(node, marks, text);
  },
  match_arm(node, marks, text) {
    marks.enter(node);
    pattern(node, marks, text);
  },
  let_declaration: typed,
  let_condition: pattern,
  field_pattern: (node, marks) => {
    const name = node.childForFieldName('name');
    if (name?.type === 'field_identifier') marks.skip(name);
  },
  call_expression(node, marks) {
    const called = node.childForFieldName('function');
    const named = called?.type === 'generic_function' ? called.childForFieldName('function') : called;
    marks.call(named ?? null, node.endIndex, readArguments(node));
  },
  struct_expression(node, marks, text) {
    const type = node.childForFieldName('name');
    const named = type?.type === 'generic_type_with_turbofish' ? type.childForFieldName('type') : type;
    marks.call(named ?? null, node.endIndex, readLiteral(node.childForFieldName('body'), marks, text), true);
  },
  // What a macro is given is only tokens: `assert_eq!(parse("a"), 1)`.
  token_tree(node, marks, text) {
    if (text[node.startIndex] !== '(') return;
    const called = node.previousSibling;
    if (called?.type === 'identifier') marks.call(called, node.endIndex, readTokens(node));
  },
};

/** How names are told in Rust. */
export const rules: NameRules = { names, visits, hoists: false, unsaid, madeBy };

function bindGenerics(node: Node, marks: Marks): void {
  for (const generic of node.childForFieldName('type_parameters')?.namedChildren ?? []) {
    const name = generic.type === 'type_identifier' ? generic : generic.childForFieldName('name');
    if (name?.type === 'type_identifier' || name?.type === 'identifier') {
      marks.bindWithin(name, node.startIndex, node.endIndex);
    }
  }
}

/** Names in lower case are bound; others are constants and variants. */
function bindPattern(node: Node | null, marks: Marks, text: string): void {
  if (node === null) return;
  const found =
    node.type === 'identifier' ? [node] : node.descendantsOfType(['identifier', 'shorthand_field_identifier']);
  for (const name of found) {
    const called = name.parent;
    if (!/^[\p{Ll}_]/u.test(textOf(name, text)) || called?.type === 'scoped_identifier') continue;
    if (called?.type === 'tuple_struct_pattern' && called.childForFieldName('type')?.id === name.id) continue;
    marks.bind(name);
  }
}
