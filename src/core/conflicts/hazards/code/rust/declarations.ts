import type { Declaration } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { ownerOf } from './owner';
import { genericsOf, readCallable, typeOf, whereOf } from './parameters';
import { enumOf, type Place, structOf } from './types';
import { plainType } from './variables';
import { isVisible } from './visibility';

/** What a file declares, modules within it too: `inner.parse`. */
export function readDeclarations(root: Node, text: string): Declaration[] {
  const declarations = itemsOf(root, text, '', true);
  const traits = traitsIn(root, text);
  if (traits.size === 0) return declarations;
  return declarations.map((one) => {
    const bases = one.kind === 'class' || one.kind === 'enum' ? traits.get(one.name) : undefined;
    return bases === undefined ? one : { ...one, bases };
  });
}

/** The traits that types have, by the types' names. */
function traitsIn(root: Node, text: string): Map<string, string[]> {
  const traits = new Map<string, string[]>();
  for (const node of root.namedChildren) {
    const trait = node.type === 'impl_item' ? plainType(node.childForFieldName('trait'), text) : null;
    if (trait === null) continue;
    const owner = ownerOf(node, text);
    traits.set(owner, [...(traits.get(owner) ?? []), trait]);
  }
  return traits;
}

/** @param outer whether others can see what is visible in it */
function itemsOf(list: Node, text: string, prefix: string, outer: boolean): Declaration[] {
  let attributes = '';
  return list.namedChildren.flatMap((node) => {
    if (node.type === 'attribute_item') attributes += typeOf(node, text);
    if (node.type === 'attribute_item' || /comment$/.test(node.type)) return [];
    const name = textOf(node.childForFieldName('name'), text);
    const visible = outer && (isVisible(node, text) || /^#\[macro_export/.test(attributes));
    const place = { name: prefix + name, exported: visible, line: node.row + 1, attributes };
    attributes = '';
    return node.type === 'impl_item' ? implOf(node, text, prefix) : name === '' ? [] : readItem(node, text, place);
  });
}

function readItem(node: Node, text: string, place: Place): Declaration[] {
  const { name, exported, line } = place;
  const common = { name, exported, line };
  const plain = { ...common, parameters: null, result: null };
  switch (node.type) {
    case 'function_item':
    case 'function_signature_item':
      return [{ ...common, kind: 'function', ...readCallable(node, text) }];
    case 'struct_item':
    case 'union_item':
      return structOf(node, text, place);
    case 'enum_item':
      return enumOf(node, text, place);
    case 'trait_item':
      return traitOf(node, text, place);
    case 'type_item': {
      const signature = `type${genericsOf(node, text)} = ${typeOf(node.childForFieldName('type'), text)}`;
      return [{ ...plain, kind: 'type', signature }];
    }
    case 'const_item':
    case 'static_item': {
      const word = node.type.replace('_item', '');
      const simple = textOf(node.childForFieldName('name'), text);
      const signature = `${word} ${simple}: ${typeOf(node.childForFieldName('type'), text)}`;
      return [{ ...plain, kind: 'constant', signature }];
    }
    case 'macro_definition':
      return [{ ...plain, kind: 'function', signature: 'macro' }];
    case 'mod_item': {
      const body = node.childForFieldName('body');
      const own: Declaration = { ...plain, kind: 'module', signature: 'mod' };
      return body === null ? [own] : [own, ...itemsOf(body, text, `${name}.`, exported)];
    }
    default:
      return [];
  }
}

/** Methods of a trait for a type are for all who see both. */
function implOf(node: Node, text: string, prefix: string): Declaration[] {
  const owner = ownerOf(node, text);
  if (owner === '') return [];
  const ofTrait = node.childForFieldName('trait') !== null;
  return membersOf(node, text, prefix + owner, (member) => ofTrait || isVisible(member, text));
}

/** All that those who implement it depend on is in its signature; what they may leave out is marked. */
function traitOf(node: Node, text: string, { name, exported, line }: Place): Declaration[] {
  const members = membersOf(node, text, name, () => exported);
  const bodies = node.childForFieldName('body')?.namedChildren ?? [];
  const given = new Set(
    bodies.filter((body) => body.type === 'function_item').map((body) => textOf(body.childForFieldName('name'), text)),
  );
  const listed = members.map((member) => {
    const simple = simpleName(member);
    const name = member.kind === 'field' ? '' : `${simple} `;
    return `${name}${member.signature}${given.has(simple) ? ' = …' : ''}`;
  });
  const bounds = typeOf(node.childForFieldName('bounds'), text);
  const signature = `trait${genericsOf(node, text)}${bounds}${whereOf(node, text)} { ${listed.sort().join('; ')} }`;
  const own: Declaration = { name, kind: 'interface', exported, signature, parameters: null, result: null, line };
  return [own, ...members.map((member) => (given.has(simpleName(member)) ? { ...member, optional: true } : member))];
}

function simpleName({ name }: Declaration): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function membersOf(node: Node, text: string, owner: string, isExported: (member: Node) => boolean): Declaration[] {
  return (node.childForFieldName('body')?.namedChildren ?? []).flatMap((member): Declaration[] => {
    const simple = textOf(member.childForFieldName('name'), text);
    if (simple === '') return [];
    const common = { name: `${owner}.${simple}`, exported: isExported(member), line: member.row + 1 };
    switch (member.type) {
      case 'function_item':
      case 'function_signature_item':
        return [{ ...common, kind: 'method', ...readCallable(member, text) }];
      case 'const_item':
      case 'type_item':
      case 'associated_type': {
        const type = member.type === 'const_item' ? `: ${typeOf(member.childForFieldName('type'), text)}` : '';
        const word = member.type === 'const_item' ? 'const' : 'type';
        return [{ ...common, kind: 'field', signature: `${word} ${simple}${type}`, parameters: null, result: null }];
      }
      default:
        return [];
    }
  });
}
