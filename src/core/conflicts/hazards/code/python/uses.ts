import type { Node } from 'web-tree-sitter';
import type { Call } from '../../facts';
import { textOf } from '../common/compact';
import type { NameRules, Visit } from '../common/found';
import type { Marks } from '../common/marks';
import { boundNames } from './names';
import { unsaid } from './unsaid';

const comprehension: Visit = (node, marks) => marks.enter(node);
const importing: Visit = (node, marks) => {
  for (const name of node.descendantsOfType('identifier')) marks.skip(name);
};
const left: Visit = (node, marks) => {
  for (const name of boundNames(node.childForFieldName('left'))) marks.bind(name);
};
const named: Visit = (node, marks) => marks.bind(node.childForFieldName('name'));

const visits: Readonly<Record<string, Visit>> = {
  import_statement: importing,
  import_from_statement: importing,
  future_import_statement: importing,
  function_definition(node, marks) {
    marks.bind(node.childForFieldName('name'));
    marks.enter(node);
    bindParameters(node, marks);
    for (const name of node.childForFieldName('type_parameters')?.descendantsOfType('identifier') ?? []) {
      marks.bind(name);
    }
  },
  lambda(node, marks) {
    marks.enter(node);
    bindParameters(node, marks);
  },
  class_definition(node, marks) {
    marks.bind(node.childForFieldName('name'));
    const body = node.childForFieldName('body');
    if (body !== null) marks.enter(node, false);
  },
  list_comprehension: comprehension,
  set_comprehension: comprehension,
  dictionary_comprehension: comprehension,
  generator_expression: comprehension,
  assignment: left,
  for_statement: left,
  for_in_clause: left,
  named_expression: named,
  as_pattern_target(node, marks) {
    for (const name of boundNames(node)) marks.bind(name);
  },
  except_clause(node, marks) {
    const alias = node.childForFieldName('alias');
    if (alias?.type === 'identifier') marks.bind(alias);
  },
  case_pattern(node, marks) {
    const name = node.firstNamedChild;
    if (name?.type === 'dotted_name' && name.namedChildCount === 1) marks.bind(name.firstNamedChild);
  },
  splat_pattern: (node, marks) => marks.bind(node.firstNamedChild),
  keyword_pattern(node, marks) {
    const [name = null, value] = node.namedChildren;
    marks.skip(name);
    if (value?.type === 'dotted_name' && value.namedChildCount === 1) marks.bind(value.firstNamedChild);
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
    marks.call(node.childForFieldName('function'), node.endIndex, readCall(node, text));
  },
};

/** How names are told in Python. */
export const rules: NameRules = { names: ['identifier'], visits, hoists: true, unsaid };

function bindParameters(node: Node, marks: Marks): void {
  for (const parameter of node.childForFieldName('parameters')?.namedChildren ?? []) {
    const written = parameter.childForFieldName('name') ?? parameter;
    const inner = written.type === 'typed_parameter' ? written.firstNamedChild : written;
    for (const name of boundNames(inner)) marks.bind(name);
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
