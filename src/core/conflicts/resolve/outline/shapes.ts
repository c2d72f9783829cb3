import type { Node } from 'web-tree-sitter';

/** What a node is to whoever looks for the parts of a file. */
export interface Shape {
  readonly kind: 'function' | 'type' | 'group';
  /** '': none of its own. */
  readonly name: string;
  readonly test?: boolean;
  /** Nodes in whose children further parts lie. */
  readonly bodies: readonly Node[];
}

type Reader = (node: Node, above: string) => Shape | null;

const nameOf = (node: Node) => node.childForFieldName('name')?.text ?? '';
const bodies = (...found: readonly (Node | null | undefined)[]) => found.filter((node) => node != null);
const asFunction: Reader = (node) => ({ kind: 'function', name: nameOf(node), bodies: [] });
const asType: Reader = (node) => ({ kind: 'type', name: nameOf(node), bodies: [] });
/** What is in none of its methods belongs to the type itself. */
const asClass: Reader = (node) => ({
  kind: 'type',
  name: nameOf(node),
  bodies: bodies(node.childForFieldName('body')),
});

/** By the type of the node; of one name in several languages are things of one kind. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  // TypeScript, JavaScript
  ['function_declaration', testByName],
  ['generator_function_declaration', asFunction],
  ['function_signature', asFunction],
  ['class_declaration', asClass],
  ['abstract_class_declaration', asClass],
  ['interface_declaration', asType],
  ['type_alias_declaration', asType],
  ['enum_declaration', enumeration],
  ['internal_module', group],
  ['module', group],
  ['ambient_declaration', within],
  ['export_statement', exported],
  ['lexical_declaration', variables],
  ['variable_declaration', variables],
  ['method_definition', asFunction],
  ['abstract_method_signature', asFunction],
  ['method_signature', asFunction],
  ['public_field_definition', field],
  ['field_definition', field],
  ['pair', pair],
  ['expression_statement', expression],
  // Python
  ['decorated_definition', (node, above) => inner(node.childForFieldName('definition'), above)],
  ['function_definition', testByName],
  ['class_definition', (node) => ({ ...classOf(node), test: /^Test/.test(nameOf(node)) })],
  ['type_alias_statement', (node) => ({ kind: 'type', name: node.namedChildren[0]?.text ?? '', bodies: [] })],
  // Go
  ['method_declaration', method],
  ['type_declaration', (node) => ({ kind: 'group', name: '', bodies: [node] })],
  ['type_spec', asType],
  ['type_alias', asType],
  ['const_declaration', numbered],
  // Rust
  ['function_item', rustFunction],
  ['function_signature_item', asFunction],
  ['macro_definition', asFunction],
  ['struct_item', asType],
  ['enum_item', asType],
  ['union_item', asType],
  ['trait_item', asType],
  ['type_item', asType],
  ['impl_item', implementation],
  ['mod_item', (node, above) => ({ ...group(node), test: /\bcfg\((.*\b)?test\b/.test(above) })],
  // Java
  ['annotation_type_declaration', asType],
  ['record_declaration', asClass],
  ['constructor_declaration', method],
  ['compact_constructor_declaration', method],
  ['static_initializer', () => ({ kind: 'function', name: 'static', bodies: [] })],
  ['enum_body_declarations', (node) => ({ kind: 'type', name: '', bodies: [node] })],
]);

/** What a node is; null: nothing that is told apart. @param above attributes written before it */
export function shapeOf(node: Node, above: string): Shape | null {
  return readers.get(node.type)?.(node, above) ?? null;
}

function inner(node: Node | null, above: string): Shape | null {
  return node === null ? null : shapeOf(node, above);
}

function classOf(node: Node): Shape {
  return { kind: 'type', name: nameOf(node), bodies: bodies(node.childForFieldName('body')) };
}

function group(node: Node): Shape {
  return { kind: 'group', name: nameOf(node), bodies: bodies(node.childForFieldName('body')) };
}

/** `test_…` in Python, `TestX` in Go; elsewhere no function of such a name stands at the top of a test file. */
function testByName(node: Node): Shape {
  const name = nameOf(node);
  const test = /^test(_|$)/.test(name) || /^(Test|Benchmark|Example|Fuzz)([^a-z]|$)/.test(name);
  return { kind: 'function', name, test, bodies: [] };
}

/** An enumeration of Java holds methods. */
function enumeration(node: Node): Shape {
  const body = node.childForFieldName('body');
  return { kind: 'type', name: nameOf(node), bodies: bodies(body?.type === 'enum_body' ? body : null) };
}

function within(node: Node): Shape | null {
  return firstShape(node.namedChildren);
}

function firstShape(nodes: readonly (Node | null)[]): Shape | null {
  for (const node of nodes) {
    const shape = node === null ? null : shapeOf(node, '');
    if (shape !== null) return shape;
  }
  return null;
}

function exported(node: Node): Shape | null {
  const declaration = node.childForFieldName('declaration');
  if (declaration !== null) {
    const shape = shapeOf(declaration, '');
    return shape === null || shape.name !== '' ? shape : { ...shape, name: 'default' };
  }
  const value = node.childForFieldName('value');
  return value === null ? null : valueShape('default', value);
}

function variables(node: Node): Shape | null {
  for (const each of node.namedChildren) {
    const value = each?.type === 'variable_declarator' ? each.childForFieldName('value') : null;
    const shape = value == null || each === null ? null : valueShape(nameOf(each), value);
    if (shape !== null) return shape;
  }
  return null;
}

const functionValues: ReadonlySet<string> = new Set([
  'arrow_function',
  'function_expression',
  'function',
  'generator_function',
  'lambda',
]);

/** What is known by a name because it is kept there. */
function valueShape(name: string, value: Node): Shape | null {
  if (functionValues.has(value.type)) return { kind: 'function', name, bodies: [] };
  switch (value.type) {
    case 'class':
      return { ...classOf(value), name };
    case 'object':
      return { kind: 'group', name, bodies: [value] };
    case 'as_expression':
    case 'satisfies_expression':
    case 'parenthesized_expression': {
      const [first] = value.namedChildren;
      return first == null ? null : valueShape(name, first);
    }
    case 'call_expression': {
      // `memo(() => …)`, `createStore({ … })`
      const found = argumentsOf(value).map((argument) => valueShape(name, argument));
      return found.find((shape) => shape?.kind === 'function') ?? found.find((shape) => shape != null) ?? null;
    }
    default:
      return null;
  }
}

function argumentsOf(call: Node): Node[] {
  return bodies(...(call.childForFieldName('arguments')?.namedChildren ?? []));
}

function field(node: Node): Shape | null {
  const value = node.childForFieldName('value');
  const name = node.childForFieldName('name') ?? node.childForFieldName('property');
  return value !== null && functionValues.has(value.type)
    ? { kind: 'function', name: name?.text ?? '', bodies: [] }
    : null;
}

function pair(node: Node): Shape | null {
  const value = node.childForFieldName('value');
  const shape = value === null ? null : valueShape(node.childForFieldName('key')?.text ?? '', value);
  return shape?.kind === 'type' ? null : shape;
}

const caseNames = /^(it|test|specify|bench|fit|xit|xtest)$|^Deno\.(test|bench)$/;
const groupNames = /^(describe|context|suite|feature|fdescribe|xdescribe)$/;

/** Statements that are known by what they call or assign to. */
function expression(node: Node): Shape | null {
  const [first] = node.namedChildren;
  if (first == null) return null;
  if (first.type === 'internal_module') return group(first);
  if (first.type === 'assignment_expression' || first.type === 'assignment') {
    const [left, right] = [first.childForFieldName('left'), first.childForFieldName('right')];
    if (left === null || right === null) return null;
    const made = /^(TypedDict|NamedTuple|namedtuple|NewType|Enum|Literal|Union|Optional|TypeVar)\b/.test(
      right.text.replace(/^(typing|t|collections|enum)\./, ''),
    );
    if (first.type === 'assignment' && made) return { kind: 'type', name: left.text, bodies: [] };
    return valueShape(left.text.replace(/^module\.exports\.?/, ''), right);
  }
  if (first.type !== 'call_expression') return null;
  const callee = first.childForFieldName('function')?.text ?? '';
  const given = argumentsOf(first);
  const body = given.find((argument) => functionValues.has(argument.type))?.childForFieldName('body');
  if (body == null) return null;
  const title = given[0]?.type === 'string' || given[0]?.type === 'template_string' ? ` ${given[0].text}` : '';
  const root = callee.split(/[.(]/, 1)[0] ?? '';
  if (groupNames.test(root)) return { kind: 'group', name: callee + title, test: true, bodies: [body] };
  const test = caseNames.test(root) || caseNames.test(callee);
  return { kind: 'function', name: callee + title, test, bodies: [] };
}

/** With the type it belongs to in Go, with the number of its parameters in Java, where several may share a name. */
function method(node: Node): Shape {
  const receiver = node.childForFieldName('receiver')?.text;
  if (receiver !== undefined) {
    const type = /(\w+)\s*(\[[^\]]*\])?\s*\)$/.exec(receiver)?.[1] ?? '';
    return { kind: 'function', name: `${type}.${nameOf(node)}`, bodies: [] };
  }
  const parameters = node.childForFieldName('parameters')?.namedChildren.length ?? 0;
  const modifiers = node.namedChildren.find((child) => child?.type === 'modifiers')?.text ?? '';
  const test = /@\w*(Test|Property|Theory|TestFactory)\b/.test(modifiers);
  return { kind: 'function', name: `${nameOf(node)}/${parameters}`, test, bodies: [] };
}

/** `const ( Red Color = iota … )` is how Go says an enumeration. */
function numbered(node: Node): Shape | null {
  if (!/\biota\b/.test(node.text)) return null;
  const [first] = node.namedChildren.filter((child) => child?.type === 'const_spec');
  return { kind: 'type', name: first?.childForFieldName('type')?.text ?? first?.text ?? '', bodies: [] };
}

function rustFunction(node: Node, above: string): Shape {
  return { kind: 'function', name: nameOf(node), test: /\b(test|rstest|test_case|proptest)\b/.test(above), bodies: [] };
}

function implementation(node: Node): Shape {
  const type = node.childForFieldName('type')?.text ?? '';
  const trait = node.childForFieldName('trait')?.text;
  const name = trait === undefined ? type : `${type} as ${trait}`;
  return { kind: 'group', name, bodies: bodies(node.childForFieldName('body')) };
}
