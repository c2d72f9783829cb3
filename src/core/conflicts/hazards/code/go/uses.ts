import type { Call } from '../../facts';
import { textOf } from '../common/compact';
import type { NameRules, Visit } from '../common/found';
import type { Marks } from '../common/marks';
import type { Node } from '../tree';
import { madeBy, madeType, plainType } from './variables';

/** What every package has: https://go.dev/ref/spec#Predeclared_identifiers */
const unsaid: ReadonlySet<string> = new Set(
  `any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8
  uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy delete imag len make max min new
  panic print println real recover _`.split(/\s+/),
);

const scope: Visit = (node, marks) => marks.enter(node);
const names: Visit = (node, marks, text) => {
  const type = plainType(node.childForFieldName('type'), text);
  for (const name of node.childrenForFieldName('name')) {
    marks.bind(name);
    if (name.isNamed) marks.know(name, type);
  }
};
const identifiers =
  (field: string): Visit =>
  (node, marks) => {
    const side = node.childForFieldName(field);
    for (const name of side?.type === 'expression_list' ? side.namedChildren : side === null ? [] : [side]) {
      if (name.type === 'identifier') marks.bind(name);
    }
  };
/** `for i := range x` binds, `for i = range x` does not. */
const binding = (node: Node, text: string): boolean => {
  const [left, right] = [node.childForFieldName('left'), node.childForFieldName('right')];
  return left !== null && right !== null && text.slice(left.endIndex, right.startIndex).includes(':=');
};

const visits: Readonly<Record<string, Visit>> = {
  package_clause: (node, marks) => marks.skip(node.firstNamedChild),
  import_spec: (node, marks) => marks.skip(node.childForFieldName('name')),
  function_declaration(node, marks) {
    marks.skip(node.childForFieldName('name'));
    marks.enter(node);
  },
  method_declaration(node, marks) {
    marks.skip(node.childForFieldName('name'));
    marks.enter(node);
    // The names of its type's parameters are given anew: `func (l *List[T])`.
    const given = node.childForFieldName('receiver')?.descendantsOfType('type_arguments')[0];
    for (const name of given?.descendantsOfType('type_identifier') ?? []) marks.bind(name);
  },
  func_literal: scope,
  block: scope,
  if_statement: scope,
  for_statement: scope,
  expression_switch_statement: scope,
  expression_case: scope,
  default_case: scope,
  select_statement: scope,
  communication_case: scope,
  type_switch_statement(node, marks) {
    marks.enter(node);
    identifiers('alias')(node, marks, '');
  },
  type_case: scope,
  type_spec(node, marks) {
    marks.bind(node.childForFieldName('name'));
    const generics = node.childForFieldName('type_parameters');
    for (const name of generics?.namedChildren.flatMap((one) => one.childrenForFieldName('name')) ?? []) {
      if (name.isNamed) marks.bindWithin(name, node.startIndex, node.endIndex);
    }
  },
  type_alias: (node, marks) => marks.bind(node.childForFieldName('name')),
  type_parameter_declaration(node, marks) {
    for (const name of node.childrenForFieldName('name')) marks.bind(name);
  },
  parameter_declaration: names,
  variadic_parameter_declaration: names,
  const_spec: names,
  var_spec(node, marks, text) {
    names(node, marks, text);
    knowMade(node.childForFieldName('name'), node.childForFieldName('value'), marks, text);
  },
  field_declaration(node, marks, text) {
    const type = plainType(node.childForFieldName('type'), text);
    for (const name of node.childrenForFieldName('name')) {
      marks.skip(name);
      if (name.isNamed) marks.know(name, type);
    }
  },
  method_elem: (node, marks) => marks.skip(node.childForFieldName('name')),
  short_var_declaration(node, marks, text) {
    identifiers('left')(node, marks, text);
    knowMade(node.childForFieldName('left'), node.childForFieldName('right'), marks, text);
  },
  range_clause(node, marks, text) {
    if (binding(node, text)) identifiers('left')(node, marks, text);
  },
  receive_statement(node, marks, text) {
    if (binding(node, text)) identifiers('left')(node, marks, text);
  },
  labeled_statement: (node, marks) => marks.skip(node.childForFieldName('label')),
  call_expression(node, marks) {
    const called = node.childForFieldName('function');
    // `Map[int](xs)` may be read as an element of `Map` that is called.
    const named = called?.type === 'index_expression' ? called.childForFieldName('operand') : called;
    marks.call(named, node.endIndex, readCall(node));
  },
  type_conversion_expression(node, marks) {
    const type = node.childForFieldName('type');
    const named = type?.type === 'generic_type' ? type.childForFieldName('type') : type;
    marks.call(named ?? null, node.endIndex, { positional: 1, keywords: [], spread: false });
  },
  composite_literal(node, marks, text) {
    const type = node.childForFieldName('type');
    const named = type?.type === 'generic_type' ? type.childForFieldName('type') : type;
    if (named?.type !== 'type_identifier' && named?.type !== 'qualified_type') return;
    marks.call(named, node.endIndex, readLiteral(node.childForFieldName('body'), marks, text), true);
  },
};

/** How names are told in Go. */
export const rules: NameRules = {
  names: ['identifier', 'type_identifier', 'field_identifier', 'package_identifier'],
  visits,
  hoists: false,
  unsaid,
  madeBy,
};

/** `a, err := NewParser(text)`: the first name has the type. */
function knowMade(left: Node | null, right: Node | null, marks: Marks, text: string): void {
  const list = (node: Node | null) =>
    node?.type === 'expression_list' ? node.namedChildren : node === null ? [] : [node];
  const values = list(right);
  for (const [index, name] of list(left).entries()) {
    const value = values[index];
    if (name.type === 'identifier' && value !== undefined) marks.know(name, madeType(value, text));
  }
}

function readCall(node: Node): Call {
  const given = node.childForFieldName('arguments')?.namedChildren.filter(({ type }) => type !== 'comment') ?? [];
  const spread = given.some(({ type }) => type === 'variadic_argument');
  // `f(g())` gives as many as `g` returns.
  const unknown = given.length === 1 && given[0]?.type === 'call_expression';
  return { positional: spread || unknown ? given.length - 1 : given.length, keywords: [], spread: spread || unknown };
}

/** `Point{X: 1}` gives by name, `Point{1, 2}` in order. */
function readLiteral(body: Node | null, marks: Marks, text: string): Call {
  const keywords: string[] = [];
  let positional = 0;
  for (const element of body?.namedChildren ?? []) {
    if (element.type === 'comment') continue;
    const key = element.type === 'keyed_element' ? element.firstNamedChild : null;
    if (element.type !== 'keyed_element') positional += 1;
    const name = key?.type === 'literal_element' ? key.firstNamedChild : key;
    if (name?.type !== 'identifier' && name?.type !== 'field_identifier') continue;
    keywords.push(textOf(name, text));
    marks.skip(name);
  }
  return { positional, keywords, spread: false };
}
