import type { Declaration, DeclarationKind, Parameter } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { type Owner, readMember } from './members';
import { isOpen, lineOf, modifiersOf, modifiersText, parametersText, readParameters, typeOf } from './parameters';
import { plainType } from './variables';

const kinds: Readonly<Record<string, DeclarationKind>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  interface_declaration: 'interface',
  annotation_type_declaration: 'interface',
  enum_declaration: 'enum',
};

/**
 * A type and its members. What an interface, a record or an enum is made of is in its signature too: whoever implements
 * or matches it depends on all. A class is called by what its constructor takes; several constructors are declarations
 * of the same name.
 */
export function readType(node: Node, text: string, outer: Owner | null): Declaration[] {
  const kind = kinds[node.type];
  const simple = textOf(node.childForFieldName('name'), text);
  if (kind === undefined || simple === '') return [];
  const modifiers = modifiersOf(node, text);
  const name = outer === null ? simple : `${outer.name}.${simple}`;
  const open = isOpen(modifiers) || (outer?.implied ?? false);
  const exported = open && (outer?.exported ?? true);
  const implied = node.type === 'interface_declaration' || node.type === 'annotation_type_declaration';
  const owner: Owner = { name, simple, exported, implied };
  const members = bodyOf(node).flatMap((member) => [
    ...readType(member, text, owner),
    ...readMember(member, text, owner),
  ]);
  const constructors = members.filter((member) => member.name === name);
  const components =
    node.type === 'record_declaration' ? readParameters(node.childForFieldName('parameters'), text) : null;
  const others = members.filter((member) => member.name !== name);
  const own: Declaration = {
    name,
    kind,
    exported,
    signature: signatureOf(node, text, modifiersText(modifiers), components, [...constructors, ...others], name),
    parameters: made(node, modifiers, components, constructors),
    result: null,
    line: lineOf(node),
  };
  const bases = basesOf(node, text);
  const several = constructors.length > (components === null ? 1 : 0) ? constructors : [];
  return [
    bases.length === 0 ? own : { ...own, bases },
    ...several,
    ...accessorsOf(components, owner, others, own.line),
    ...others,
  ];
}

/** What it extends and implements. */
function basesOf(node: Node, text: string): string[] {
  const parts = node.namedChildren.filter(({ type }) =>
    /^(?:superclass|super_interfaces|extends_interfaces)$/.test(type),
  );
  const types = parts.flatMap((part) =>
    part.namedChildren.flatMap((one) => (one.type === 'type_list' ? one.namedChildren : [one])),
  );
  return types.flatMap((type) => plainType(type, text) ?? []);
}

function bodyOf(node: Node): Node[] {
  const children = node.childForFieldName('body')?.namedChildren ?? [];
  return children.flatMap((child) => (child.type === 'enum_body_declarations' ? child.namedChildren : [child]));
}

function signatureOf(
  node: Node,
  text: string,
  modifiers: string,
  components: readonly Parameter[] | null,
  members: readonly Declaration[],
  name: string,
): string {
  const word = node.type.replace(/(?:_type)?_declaration$/, '');
  const fields = ['superclass', 'interfaces', 'permits'].map((field) => node.childForFieldName(field));
  const extended = node.namedChildren.find(({ type }) => type === 'extends_interfaces');
  const heritage = [...fields, extended ?? null]
    .map((part) => (part === null ? '' : ` ${typeOf(part, text)}`))
    .join('');
  const head = [
    modifiers,
    word,
    typeOf(node.childForFieldName('type_parameters'), text),
    components === null ? '' : parametersText(components),
    heritage,
  ].join('');
  const direct = members.filter((member) => member.name === name || !member.name.slice(name.length + 1).includes('.'));
  const listed = direct.filter((member) => kinds[node.type] !== 'class' || member.name === name);
  const shown = listed
    .map((member) => (member.kind === 'field' ? '' : `${member.name.slice(name.length + 1)} `) + member.signature)
    .sort();
  return shown.length === 0 ? head : `${head} { ${shown.join('; ')} }`;
}

/** What `new` takes; null: it cannot be made, or in more than one way. */
function made(
  node: Node,
  modifiers: ReadonlySet<string>,
  components: readonly Parameter[] | null,
  constructors: readonly Declaration[],
): readonly Parameter[] | null {
  if (kinds[node.type] !== 'class' || modifiers.has('abstract')) return null;
  if (components !== null) return components;
  return constructors.length > 1 ? null : (constructors[0]?.parameters ?? []);
}

/** A record can be asked for each of its components. */
function accessorsOf(
  components: readonly Parameter[] | null,
  { name: owner, exported }: Owner,
  members: readonly Declaration[],
  line: number,
): Declaration[] {
  return (components ?? []).flatMap(({ name: simple, type }): Declaration[] => {
    const name = `${owner}.${simple}`;
    if (members.some((member) => member.name === name && member.kind === 'method')) return [];
    return [{ name, kind: 'method', exported, signature: `public ${type}()`, parameters: [], result: type, line }];
  });
}
