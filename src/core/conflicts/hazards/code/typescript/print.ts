import { has, partsOf } from '../nodes';
import type { Node } from '../tree';

/** What type parameters are called instead: their own names mean nothing to whoever uses them. */
export type Names = ReadonlyMap<string, string>;
export const noNames: Names = new Map();

/**
 * A type, or any part of a signature, so that two that mean the same print the same: without comments, layout, names of
 * positional parameters, order of members and alternatives, kind of quotes.
 */
export function print(node: Node, names: Names = noNames): string {
  switch (node.type) {
    case 'comment':
      return '';
    case 'string':
      return node.isNamed ? quoted(node) : node.text; // or the keyword
    case 'parenthesized_type':
      return inParentheses(node, names);
    case 'type_annotation':
    case 'asserts_annotation':
    case 'type_predicate_annotation':
      return printAll(partsOf(node), names);
    case 'type_predicate':
      return `is ${printField(node, 'type', names)}`; // whose name is that of a parameter
    case 'formal_parameters':
      return printParameters(node, names);
    case 'union_type':
      return [...new Set(alternatives(node).map((each) => print(each, names)))].sort().join(' | ');
    case 'object_type':
    case 'interface_body':
      return printMembers(node, names);
    case 'function_type':
    case 'constructor_type': {
      const inner = withTypeParameters(node, names);
      const result = printField(node, node.type === 'function_type' ? 'return_type' : 'type', inner);
      const start = `${has(node, 'abstract') ? 'abstract ' : ''}${node.type === 'function_type' ? '' : 'new '}`;
      return `${start}${printTypeParameters(node, inner)}${printField(node, 'parameters', inner)} => ${result}`;
    }
    case 'type_identifier':
      return names.get(node.text) ?? node.text;
    case 'template_string':
    case 'template_literal_type':
      return node.text;
  }
  return node.children.length === 0 ? node.text : printAll(node.children, names);
}

/** Prints a field of a node; '': it has none. */
export function printField(node: Node, field: string, names: Names = noNames): string {
  const value = node.childForFieldName(field);
  return value === null ? '' : print(value, names);
}

/** Printed one after the other, with blanks where people put them. */
function printAll(nodes: readonly Node[], names: Names): string {
  const words = nodes.map((node) => print(node, names)).filter((word) => word !== '');
  return words.reduce((line, word) => {
    if (line === '' || /^[,;:)\]>?.[]/.test(word) || /[(<[.]$/.test(line)) return line + word;
    return word === '<' || word === '(' ? line + word : /^[<(]/.test(word) ? line + word : `${line} ${word}`;
  }, '');
}

/** Only around what would mean something else without them. */
function inParentheses(node: Node, names: Names): string {
  const inner = printAll(partsOf(node), names);
  const isOne = /^(predefined_type|type_identifier|generic_type|literal_type|array_type|object_type|tuple_type)$/;
  return isOne.test(node.firstNamedChild?.type ?? '') ? inner : `(${inner})`;
}

function quoted(string: Node): string {
  const text = string.text.slice(1, -1);
  return text.includes('\\') || text.includes("'") ? string.text : `'${text}'`;
}

function alternatives(node: Node): Node[] {
  return partsOf(node).flatMap((part) => (part.type === 'union_type' ? alternatives(part) : part));
}

/** Names of a node's own type parameters, beside those around it. */
export function withTypeParameters(node: Node, names: Names): Names {
  const own = node.childForFieldName('type_parameters');
  if (own === null) return names;
  const inner = new Map(names);
  for (const parameter of partsOf(own)) {
    const name = parameter.childForFieldName('name');
    if (name !== null) inner.set(name.text, `T${inner.size}`);
  }
  return inner;
}

/** '': it has none. */
export function printTypeParameters(node: Node, names: Names): string {
  const own = node.childForFieldName('type_parameters');
  if (own === null) return '';
  return `<${partsOf(own)
    .map((parameter) => printAll(parameter.children, names))
    .join(', ')}>`;
}

/** `(string, number?, ...Row[])` */
function printParameters(list: Node, names: Names): string {
  return `(${partsOf(list)
    .map((parameter) => printParameter(parameter, names))
    .join(', ')})`;
}

function printParameter(node: Node, names: Names): string {
  const { pattern, type, value, optional } = parameterParts(node);
  if (pattern?.type === 'this') return `this: ${type === null ? 'any' : print(type, names)}`;
  const rest = pattern?.type === 'rest_pattern' ? '...' : '';
  const said = type === null ? (inferred(value) ?? printPattern(pattern)) : print(type, names);
  return `${rest}${said}${optional ? '?' : ''}`;
}

/** What a parameter consists of: in TypeScript a node of its own, in JavaScript the pattern itself. */
export function parameterParts(node: Node): {
  pattern: Node | null;
  type: Node | null;
  value: Node | null;
  optional: boolean;
} {
  if (node.type === 'assignment_pattern') {
    const [pattern, value] = [node.childForFieldName('left'), node.childForFieldName('right')];
    return { pattern, type: null, value, optional: true };
  }
  if (node.type !== 'required_parameter' && node.type !== 'optional_parameter') {
    return { pattern: node, type: null, value: null, optional: false };
  }
  const value = node.childForFieldName('value');
  return {
    pattern: node.childForFieldName('pattern'),
    type: node.childForFieldName('type'),
    value,
    optional: node.type === 'optional_parameter' || value !== null,
  };
}

/** The keys that a pattern takes: who passes an object has to have them. */
function printPattern(pattern: Node | null): string {
  if (pattern?.type !== 'object_pattern') return 'any';
  const keys = partsOf(pattern).map((part) => {
    if (part.type === 'pair_pattern') {
      const isOptional = part.childForFieldName('value')?.type === 'assignment_pattern';
      return `${printField(part, 'key')}${isOptional ? '?' : ''}`;
    }
    return part.type === 'object_assignment_pattern' ? `${printField(part, 'left')}?` : part.text;
  });
  return `{ ${keys.sort().join('; ')} }`;
}

/** Type of a simple literal; null: not to be seen. */
export function inferred(value: Node | null): string | null {
  switch (value?.type) {
    case 'true':
    case 'false':
      return 'boolean';
    case 'number':
      return 'number';
    case 'string':
    case 'template_string':
      return 'string';
    default:
      return null;
  }
}

function printMembers(body: Node, names: Names): string {
  const members = partsOf(body).map((member) => printMember(member, names));
  return `{ ${sorted(members).join('; ')} }`;
}

/** By their names; those of one name stay in order, as overloads are tried in order. */
export function sorted(members: readonly string[]): string[] {
  const key = (member: string) => /^(?:readonly |static |abstract )*([^(?:<]*)/.exec(member)?.[1] ?? '';
  return members
    .map((text) => ({ text, key: key(text) }))
    .sort(byKey)
    .map(({ text }) => text);
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** A member of a class, an interface or an object type, without its body: `readonly name?: string`, `parse(string): Tree`. */
export function printMember(node: Node, names: Names): string {
  const inner = withTypeParameters(node, names);
  const name = printField(node, 'name') || printField(node, 'property');
  const tokens = new Set(node.children.map(({ type }) => type));
  const marks = ['static', 'abstract', 'readonly'].map((mark) => (tokens.has(mark) ? `${mark} ` : '')).join('');
  const optional = tokens.has('?') ? '?' : '';
  switch (node.type) {
    case 'method_definition':
    case 'method_signature':
    case 'abstract_method_signature':
      if (tokens.has('get')) return `${marks}readonly ${name}${printResult(node, inner)}`;
      if (tokens.has('set')) return `${marks}${name}=${printField(node, 'parameters', inner)}`;
      return `${marks}${name}${optional}${printCallable(node, inner)}`;
    case 'property_signature':
    case 'public_field_definition':
    case 'field_definition':
      return `${marks}${name}${optional}: ${printFieldType(node, names)}`;
    case 'call_signature':
      return printCallable(node, inner);
    case 'construct_signature':
      return `new ${printTypeParameters(node, inner)}${printField(node, 'parameters', inner)}: ${printField(node, 'type', inner)}`;
    case 'index_signature':
      return printAll(
        node.children.filter(({ type }) => type !== 'identifier'),
        names,
      );
    default:
      return printAll(node.children, names);
  }
}

function printFieldType(node: Node, names: Names): string {
  const type = node.childForFieldName('type');
  if (type !== null) return print(type, names);
  return printValue(node.childForFieldName('value'), names);
}

/** Type parameters, parameters and result of whatever can be called. `names` knows its type parameters. */
export function printCallable(node: Node, names: Names): string {
  const single = node.childForFieldName('parameter'); // `x => x`
  const parameters = single === null ? printField(node, 'parameters', names) || '()' : '(any)';
  return `${printTypeParameters(node, names)}${parameters}${printResult(node, names)}`;
}

function printResult(node: Node, names: Names): string {
  const result = node.childForFieldName('return_type');
  if (result !== null) return `: ${print(result, names)}`;
  return `${has(node, 'async') ? ': Promise' : ''}${has(node, '*') ? ': Generator' : ''}`;
}

/** What the type of a value rests on, as far as the file shows it: the keys of an object, the parameters of a function. */
export function printValue(value: Node | null, names: Names = noNames): string {
  const known = inferred(value);
  if (value === null) return 'any';
  if (known !== null) return known;
  switch (value.type) {
    case 'arrow_function':
    case 'function_expression':
    case 'generator_function':
      return printCallable(value, withTypeParameters(value, names));
    case 'parenthesized_expression':
    case 'satisfies_expression':
      return printValue(value.firstNamedChild, names);
    case 'as_expression': {
      const type = value.lastNamedChild;
      const isConst = value.children.at(-1)?.type === 'const' || type === null || value.namedChildren.length < 2;
      return isConst ? `const ${value.firstNamedChild?.text ?? ''}`.replace(/\s+/g, ' ') : print(type, names);
    }
    case 'object':
      return `{ ${sorted(partsOf(value).map((part) => printProperty(part, names))).join('; ')} }`;
    case 'array':
      return `[${[...new Set(partsOf(value).map((part) => printValue(part, names)))].sort().join(' | ')}]`;
    case 'new_expression':
      return printField(value, 'constructor') + printField(value, 'type_arguments', names);
    case 'call_expression': {
      const given = value.childForFieldName('arguments');
      const values = given === null ? [] : partsOf(given).map((part) => printValue(part, names));
      const callee = value.childForFieldName('function');
      return `${printValue(callee, names)}${printField(value, 'type_arguments', names)}(${values.join(', ')})`;
    }
    case 'member_expression':
      return `${printValue(value.childForFieldName('object'), names)}.${printField(value, 'property')}`;
    case 'identifier':
    case 'this':
    case 'null':
    case 'undefined':
      return value.text;
    default:
      return value.type;
  }
}

function printProperty(part: Node, names: Names): string {
  if (part.type === 'pair') return `${printField(part, 'key')}: ${printValue(part.childForFieldName('value'), names)}`;
  return part.type === 'method_definition' ? printMember(part, names) : part.text;
}
