import { childrenOf, has, lineOf, partsOf } from '../nodes';
import type { Node } from '../tree';
import { declaredIn, kinds, plain } from './declared';
import { type Described, merged } from './described';
import { called, describeMembers, functionType, isPublic, keyOf, parameterProperties, publicMembers } from './members';
import { parametersOf, widest } from './parameters';
import {
  type Names,
  noNames,
  print,
  printCallable,
  printField,
  printMember,
  printTypeParameters,
  printValue,
  sorted,
  withTypeParameters,
} from './print';

/** What a statement declares, whatever stands before it (`export`, `declare`) put aside. Often nothing. */
export function describe(statement: Node): Described[] {
  return declaredIn(statement).flatMap(({ name, node, at }) => {
    if (node.type === 'variable_declarator') return describeVariable(node, at);
    if (node.type === 'import_alias') return [plain(at, name, 'constant', node.lastNamedChild?.text ?? '')];
    return describeNamed(node, name) ?? [];
  });
}

/** A value under a name of its own: `export default …`, `module.exports.x = …`, `const x = …`. */
export function describeValue(value: Node, name: string, at: Node = value): Described {
  const known = describeNamed(value, name);
  if (known !== null) return { ...known, line: lineOf(at) };
  const object = objectOf(value);
  const members = object === null ? [] : describeMembers(object);
  return { ...plain(at, name, 'constant', printValue(value)), members };
}

/** null: it is nothing that has a name. */
function describeNamed(node: Node, name: string): Described | null {
  switch (kinds.get(node.type)) {
    case 'function':
      return describeFunction(node, name);
    case 'class':
      return describeClass(node, name);
    case 'interface':
      return describeInterface(node, name);
    case 'type':
      return describeAlias(node, name);
    case 'enum':
      return describeEnum(node, name);
    case 'module':
      return describeNamespace(node, name);
    default:
      return null;
  }
}

function describeFunction(node: Node, name: string): Described {
  const signature = printCallable(node, withTypeParameters(node, noNames));
  return { ...plain(node, name, 'function', signature), ...called(node), bodiless: node.type === 'function_signature' };
}

function describeClass(node: Node, name: string): Described {
  const names = withTypeParameters(node, noNames);
  const heritage = childrenOf(node, 'class_heritage').flatMap(clausesOf);
  const body = node.childForFieldName('body');
  const constructors = body === null ? [] : constructorsOf(body);
  const own = body === null ? [] : publicMembers(body);
  const fields = constructors.flatMap((each) => parameterProperties(each, names));
  const head = `${has(node, 'abstract') ? 'abstract ' : ''}class${printTypeParameters(node, names)}`;
  const extended = heritage.map((base) => printBase(base, names));
  const inside = [...own.map((member) => printMember(member, names)), ...fields.map(({ signature }) => signature)];
  return {
    ...plain(node, name, 'class', [head, ...extended, `{ ${sorted(inside).join('; ')} }`].join(' ')),
    parameters: constructedWith(
      constructors,
      heritage.some(({ word }) => word === 'extends'),
    ),
    ...basesOf(heritage.map((base) => base.node)),
    members: body === null ? [] : merged([...describeMembers(body, names), ...fields]),
  };
}

/** All that are to be seen: the overloads, where there are some. */
function constructorsOf(body: Node): Node[] {
  const all = partsOf(body).filter((member) => member.childForFieldName('name')?.text === 'constructor');
  const overloads = all.filter(({ type }) => type === 'method_signature');
  return overloads.length > 0 ? overloads : all;
}

/** null: nobody may, or as its base says. */
function constructedWith(constructors: readonly Node[], hasBase: boolean) {
  if (constructors.length === 0) return hasBase ? null : [];
  const open = constructors.filter(isPublic);
  return open.length === 0 ? null : widest(open.map(parametersOf));
}

interface Base {
  readonly word: 'extends' | 'implements';
  readonly node: Node;
  /** Only of a class that is extended: elsewhere they are part of the node. */
  readonly typeArguments: Node | null;
}

/** `extends A<T> implements B, C`: one for each. In JavaScript any expression stands there. */
function clausesOf(heritage: Node): Base[] {
  return partsOf(heritage).flatMap((clause): Base[] => {
    if (clause.type === 'implements_clause') {
      return partsOf(clause).map((node) => ({ word: 'implements', node, typeArguments: null }));
    }
    const node = clause.type === 'extends_clause' ? clause.childForFieldName('value') : clause;
    if (node === null) return [];
    return [{ word: 'extends', node, typeArguments: clause.childForFieldName('type_arguments') }];
  });
}

function printBase({ word, node, typeArguments }: Base, names: Names): string {
  return `${word} ${print(node, names)}${typeArguments === null ? '' : print(typeArguments, names)}`;
}

function basesOf(nodes: readonly Node[]): { bases?: readonly string[] } {
  const bases = nodes.map((node) => (node.type === 'generic_type' ? node.childForFieldName('name') : node)?.text ?? '');
  return bases.length === 0 ? {} : { bases };
}

function describeInterface(node: Node, name: string): Described {
  const names = withTypeParameters(node, noNames);
  const body = node.childForFieldName('body');
  const extended = childrenOf(node, 'extends_type_clause').flatMap(partsOf);
  const head = [
    `interface${printTypeParameters(node, names)}`,
    ...extended.map((base) => `extends ${print(base, names)}`),
  ];
  return {
    ...plain(node, name, 'interface', [...head, body === null ? '' : print(body, names)].join(' ')),
    ...basesOf(extended),
    members: body === null ? [] : describeMembers(body, names),
  };
}

function describeAlias(node: Node, name: string): Described {
  const names = withTypeParameters(node, noNames);
  const value = node.childForFieldName('value');
  const signature = `${printTypeParameters(node, names)}${value === null ? '' : print(value, names)}`;
  const members = value?.type === 'object_type' ? describeMembers(value, names) : [];
  return { ...plain(node, name, 'type', signature), members };
}

function describeEnum(node: Node, name: string): Described {
  const body = node.childForFieldName('body');
  const members = (body === null ? [] : partsOf(body)).map((each) => {
    const key = each.type === 'enum_assignment' ? each.childForFieldName('name') : each;
    const value = printField(each, 'value');
    return plain(each, keyOf(key) ?? each.text, 'constant', value);
  });
  const inside = members.map((each) => (each.signature === '' ? each.name : `${each.name} = ${each.signature}`));
  return { ...plain(node, name, 'enum', `${has(node, 'const') ? 'const ' : ''}{ ${inside.join(', ')} }`), members };
}

/** What a namespace hands out; what it keeps to itself is nobody's business. */
function describeNamespace(node: Node, name: string): Described {
  const body = node.childForFieldName('body');
  const members = childrenOf(body ?? node, 'export_statement').flatMap((statement) => {
    const declaration = statement.childForFieldName('declaration');
    return declaration === null ? [] : describe(declaration);
  });
  return { ...plain(node, name, 'module', ''), members: merged(members) };
}

/** @param name it, or one of those that its pattern binds */
function describeVariable(declarator: Node, name: Node): Described[] {
  if (declarator.namedChildren[0]?.type !== 'identifier') return [plain(name, name.text, 'constant', '')];
  const type = declarator.childForFieldName('type');
  const value = declarator.childForFieldName('value');
  if (type !== null) return [describeTyped(name, type, noNames)];
  return [value === null ? plain(name, name.text, 'constant', 'any') : describeValue(value, name.text, name)];
}

/** A variable whose type is said. */
function describeTyped(name: Node, annotation: Node, names: Names): Described {
  const described = plain(name, name.text, 'constant', print(annotation, names));
  const callable = functionType(annotation);
  if (callable !== null) return { ...described, kind: 'function', ...called(callable) };
  const type = annotation.firstNamedChild;
  return { ...described, members: type?.type === 'object_type' ? describeMembers(type, names) : [] };
}

/** The literal that a value is made of: `{ … } as const`, `Object.freeze({ … })`. */
function objectOf(value: Node): Node | null {
  if (value.type === 'object') return value;
  if (/^(as|satisfies|parenthesized)_expression$/.test(value.type)) {
    return value.firstNamedChild === null ? null : objectOf(value.firstNamedChild);
  }
  const isFrozen = value.type === 'call_expression' && value.childForFieldName('function')?.text === 'Object.freeze';
  const given = isFrozen ? value.childForFieldName('arguments')?.firstNamedChild : null;
  return given == null ? null : objectOf(given);
}
