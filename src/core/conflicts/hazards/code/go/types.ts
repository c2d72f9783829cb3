import type { Declaration, Parameter } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { isCapital } from './declarations';
import { genericsOf, parametersText, readParameters, resultOf, typeOf } from './parameters';
import { plainType } from './variables';

interface Member {
  /** The type that is taken over whole; null: none. */
  readonly base: string | null;
  /** '': what is taken over from another type. */
  readonly name: string;
  /** Of a field. */
  readonly type: string | null;
  readonly text: string;
  readonly declaration: Declaration | null;
}

/** A type with its fields or methods. They are in its signature too: whoever has one by its parts depends on all. */
export function readType(spec: Node, text: string): Declaration[] {
  const name = textOf(spec.childForFieldName('name'), text);
  const type = spec.childForFieldName('type');
  if (name === '' || type === null || (spec.type !== 'type_spec' && spec.type !== 'type_alias')) return [];
  const generics = genericsOf(spec, text);
  const exported = isCapital(name);
  const common = { name, exported, result: null, line: spec.row + 1 };
  if (spec.type === 'type_alias') {
    return [{ ...common, kind: 'type', signature: `type${generics} = ${typeOf(type, text)}`, parameters: null }];
  }
  if (type.type === 'struct_type') {
    const members = fieldsOf(type, text, name);
    const signature = `struct${generics} { ${members.map((member) => member.text).join('; ')} }`;
    const own: Declaration = { ...common, kind: 'class', signature, parameters: literalOf(members) };
    return [withBases(own, members), ...declarationsOf(members)];
  }
  if (type.type === 'interface_type') {
    const members = methodsOf(type, text, name);
    const listed = members.map((member) => member.text).sort();
    const signature = `interface${generics} { ${listed.join('; ')} }`;
    const own: Declaration = { ...common, kind: 'interface', signature, parameters: null };
    return [withBases(own, members), ...declarationsOf(members)];
  }
  const written = typeOf(type, text);
  // A type is called to convert to it.
  const parameters: Parameter[] = [{ name: null, type: written, kind: 'required' }];
  return [{ ...common, kind: 'type', signature: `type${generics} ${written}`, parameters }];
}

function withBases(own: Declaration, members: readonly Member[]): Declaration {
  const bases = members.flatMap(({ base }) => base ?? []);
  return bases.length === 0 ? own : { ...own, bases };
}

function declarationsOf(members: readonly Member[]): Declaration[] {
  return members.flatMap(({ declaration }) => declaration ?? []);
}

/** In order, as a literal without names gives them. A tag says how a field is written elsewhere, which others read. */
function fieldsOf(type: Node, text: string, owner: string): Member[] {
  const list = type.namedChildren.find((node) => node.type === 'field_declaration_list');
  return (list?.namedChildren ?? []).flatMap((field): Member[] => {
    if (field.type !== 'field_declaration') return [];
    const written = typeOf(field.childForFieldName('type'), text);
    const tag = field.childForFieldName('tag');
    const shown = tag === null ? written : `${written} ${textOf(tag, text)}`;
    const names = field.childrenForFieldName('name');
    if (names.length > 0) {
      return names.map((node) => {
        const name = textOf(node, text);
        return { ...memberOf(owner, name, 'field', `${name}: ${shown}`, node), type: written };
      });
    }
    const pointer = text.slice(field.startIndex, field.endIndex).startsWith('*') ? '*' : '';
    const embedded = /(\w+)(?:\[.*)?$/su.exec(written)?.[1] ?? written;
    const member = memberOf(owner, embedded, 'field', `embedded ${embedded}: ${pointer}${shown}`, field);
    return [{ ...member, type: pointer + written, base: plainType(field.childForFieldName('type'), text) }];
  });
}

/** A literal gives some fields by their names, or all of them in order. */
function literalOf(members: readonly Member[]): Parameter[] {
  return members.map(({ name, type }) => ({ name, type, kind: 'optional' }));
}

function methodsOf(type: Node, text: string, owner: string): Member[] {
  return type.namedChildren.flatMap((node): Member[] => {
    if (node.type === 'comment') return [];
    const name = node.childForFieldName('name');
    if (name === null)
      return [{ base: plainType(node, text), name: '', type: null, text: typeOf(node, text), declaration: null }];
    const parameters = readParameters(node.childForFieldName('parameters'), text);
    const result = resultOf(node.childForFieldName('result'), text);
    const signature = `func${parametersText(parameters)}${result === null ? '' : ` ${result}`}`;
    return [memberOf(owner, textOf(name, text), 'method', signature, node, { parameters, result })];
  });
}

function memberOf(
  owner: string,
  name: string,
  kind: 'field' | 'method',
  signature: string,
  node: Node,
  callable: Pick<Declaration, 'parameters' | 'result'> = { parameters: null, result: null },
): Member {
  const exported = isCapital(name) && isCapital(owner);
  const line = node.row + 1;
  const declaration = { name: `${owner}.${name}`, kind, exported, signature, ...callable, line };
  return { base: null, name, type: null, text: kind === 'field' ? signature : `${name} ${signature}`, declaration };
}
