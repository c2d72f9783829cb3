import type { Call } from '../../facts';
import { textOf } from '../common/compact';
import type { NameRules, Visit } from '../common/found';
import type { Marks } from '../common/marks';
import type { Node } from '../tree';
import { boundNames } from './names';
import { unsaid } from './unsaid';
import { madeBy, madeType, plainType } from './variables';

const comprehension: Visit = (node, marks) => marks.enter(node);
const importing: Visit = (node, marks) => {
  for (const name of node.descendantsOfType('identifier')) marks.skip(name);
};
const left: Visit = (node, marks) => {
  for (const name of boundNames(node.childForFieldName('left'))) marks.bind(name);
};

const visits: Readonly<Record<string, Visit>> = {
  import_statement: importing,
  import_from_statement: importing,
  future_import_statement: importing,
  function_definition(node, marks, text) {
    marks.bind(node.childForFieldName('name'));
    marks.enter(node);
    bindParameters(node, marks, text);
    for (const name of node.childForFieldName('type_parameters')?.descendantsOfType('identifier') ?? []) {
      marks.bind(name);
    }
  },
  lambda(node, marks, text) {
    marks.enter(node);
    bindParameters(node, marks, text);
  },
  class_definition(node, marks, text) {
    marks.bind(node.childForFieldName('name'));
    const bases = node.childForFieldName('superclasses')?.namedChildren ?? [];
    const base = bases.find(({ type }) => type === 'identifier' || type === 'attribute');
    marks.mean('super', textOf(base ?? null, text), node);
    marks.enter(node, false);
  },
  list_comprehension: comprehension,
  set_comprehension: comprehension,
  dictionary_comprehension: comprehension,
  generator_expression: comprehension,
  assignment(node, marks, text) {
    left(node, marks, text);
    const target = node.childForFieldName('left');
    const type = plainType(node.childForFieldName('type'), text) ?? madeType(node.childForFieldName('right'), text);
    if (target?.type === 'identifier') marks.know(target, type);
    else if (target?.type === 'attribute' && textOf(target.childForFieldName('object'), text) === 'self') {
      marks.know(target.childForFieldName('attribute'), type);
    }
  },
  for_statement: left,
  for_in_clause: left,
  named_expression(node, marks, text) {
    marks.bind(node.childForFieldName('name'));
    marks.know(node.childForFieldName('name'), madeType(node.childForFieldName('value'), text));
  },
  as_pattern(node, marks, text) {
    const [made = null, alias] = node.namedChildren;
    if (alias?.type === 'as_pattern_target') marks.know(alias.firstNamedChild, madeType(made, text));
  },
  as_pattern_target(node, marks) {
    for (const name of boundNames(node)) marks.bind(name);
  },
  except_clause(node, marks) {
    const alias = node.childForFieldName('alias');
    if (alias?.type === 'identifier') marks.bind(alias);
  },
  case_pattern(node, marks) {
    const name = node.firstNamedChild;
    if (name?.type === 'dotted_name' && name.namedChildren.length === 1) marks.bind(name.firstNamedChild);
  },
  splat_pattern: (node, marks) => marks.bind(node.firstNamedChild),
  keyword_pattern(node, marks) {
    const [name = null, value] = node.namedChildren;
    marks.skip(name);
    if (value?.type === 'dotted_name' && value.namedChildren.length === 1) marks.bind(value.firstNamedChild);
  },
  type_alias_statement(node, marks) {
    const [name, ...generics] = node.firstNamedChild?.descendantsOfType('identifier') ?? [];
    marks.bind(name ?? null);
    for (const generic of generics) marks.bindWithin(generic, node.startIndex, node.endIndex);
  },
  global_statement: importing,
  nonlocal_statement: importing,
  keyword_argument: (node, marks) => marks.skip(node.childForFieldName('name')),
  call(node, marks, text) {
    const called = node.childForFieldName('function');
    marks.call(called, node.endIndex, readCall(node, text));
    // Asks the base for what follows, and makes none.
    if (textOf(called, text) === 'super') marks.skip(called);
  },
};

/** How names are told in Python. */
export const rules: NameRules = { names: ['identifier'], visits, hoists: true, unsaid, madeBy };

function bindParameters(node: Node, marks: Marks, text: string): void {
  for (const parameter of node.childForFieldName('parameters')?.namedChildren ?? []) {
    const written = parameter.childForFieldName('name') ?? parameter;
    const inner = written.type === 'typed_parameter' ? written.firstNamedChild : written;
    for (const name of boundNames(inner)) marks.bind(name);
    if (inner?.type === 'identifier') marks.know(inner, plainType(parameter.childForFieldName('type'), text));
  }
}

function readCall(node: Node, text: string): Call {
  const list = node.childForFieldName('arguments');
  // `sum(x for x in y)`
  if (list?.type !== 'argument_list') return { positional: list === null ? 0 : 1, keywords: [], spread: false };
  const keywords: string[] = [];
  let positional = 0;
  let spread = false;
  for (const argument of list.namedChildren) {
    const { type } = argument;
    if (type === 'keyword_argument') keywords.push(textOf(argument.childForFieldName('name'), text));
    else if (type === 'list_splat' || type === 'dictionary_splat') spread = true;
    else if (type !== 'comment') positional += 1;
  }
  return { positional, keywords, spread };
}
