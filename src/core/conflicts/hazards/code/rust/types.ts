import type { Declaration, Parameter } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { genericsOf, typeOf, whereOf } from './parameters';
import { isVisible } from './visibility';

/** Where an item stands. */
export interface Place {
  /** With the modules of the file that it is in. */
  readonly name: string;
  readonly exported: boolean;
  readonly line: number;
  /** `#[derive(Debug)]#[non_exhaustive]` */
  readonly attributes: string;
}

interface Field {
  /** Its place among the others, where it has no name. */
  readonly name: string;
  readonly type: string;
  readonly visible: boolean;
  readonly line: number;
}

/** A struct with its fields. It is made from all of them: by name, or in order as `Point(1, 2)`. */
export function structOf(node: Node, text: string, { name, exported, line, attributes }: Place): Declaration[] {
  const body = node.childForFieldName('body');
  const fields = fieldsOf(body, text);
  const shown = fields.filter(({ visible }) => visible).map((field) => `${field.name}: ${field.type}`);
  // That there are others is all that is known of them elsewhere.
  if (shown.length < fields.length) shown.push('..');
  const word = node.type === 'union_item' ? 'union' : 'struct';
  const head = `${closedOff(attributes)}${word}${genericsOf(node, text)}${whereOf(node, text)}`;
  const signature = body === null ? head : `${head} ${bracketed(body, shown)}`;
  const parameters = body === null ? null : parametersOf(body, fields);
  const own: Declaration = { name, kind: 'class', exported, signature, parameters, result: null, line };
  const members = fields.map((field) => fieldOf(name, field, exported && field.visible));
  return [own, ...members];
}

/** An enum with its variants, those with values as calls. Whoever matches on it depends on all of them. */
export function enumOf(node: Node, text: string, { name, exported, line, attributes }: Place): Declaration[] {
  const list = node.childForFieldName('body')?.namedChildren.filter(({ type }) => type === 'enum_variant') ?? [];
  const variants = list.map((variant): Declaration => {
    const body = variant.childForFieldName('body');
    const fields = fieldsOf(body, text);
    const shown = fields.map((field) => `${field.name}: ${field.type}`);
    return {
      name: `${name}.${textOf(variant.childForFieldName('name'), text)}`,
      kind: 'field',
      exported,
      signature: body === null ? 'variant' : `variant ${bracketed(body, shown)}`,
      parameters: body === null ? null : parametersOf(body, fields),
      result: null,
      line: variant.row + 1,
    };
  });
  const shown = variants.map((variant) => `${variant.name.slice(name.length + 1)} ${variant.signature}`).sort();
  const head = `${closedOff(attributes)}enum${genericsOf(node, text)}${whereOf(node, text)}`;
  const signature = `${head} { ${shown.join('; ')} }`;
  return [{ name, kind: 'enum', exported, signature, parameters: null, result: null, line }, ...variants];
}

/** Others must leave room for more. */
function closedOff(attributes: string): string {
  return attributes.includes('#[non_exhaustive]') ? 'non_exhaustive ' : '';
}

function isTuple(body: Node): boolean {
  return body.type === 'ordered_field_declaration_list';
}

function bracketed(body: Node, shown: readonly string[]): string {
  return isTuple(body) ? `(${shown.join('; ')})` : `{ ${[...shown].sort().join('; ')} }`;
}

function fieldsOf(body: Node | null, text: string): Field[] {
  if (body === null) return [];
  if (!isTuple(body)) {
    return body.namedChildren
      .filter(({ type }) => type === 'field_declaration')
      .map((node) => ({
        name: textOf(node.childForFieldName('name'), text),
        type: typeOf(node.childForFieldName('type'), text),
        visible: isVisible(node, text) || body.parent?.type === 'enum_variant',
        line: node.row + 1,
      }));
  }
  let visible = body.parent?.type === 'enum_variant';
  const fields: Field[] = [];
  for (const node of body.namedChildren) {
    if (node.type === 'visibility_modifier') visible = !/\bself\b/.test(textOf(node, text));
    if (/^visibility_modifier$|^attribute_item$|comment$/.test(node.type)) continue;
    fields.push({ name: String(fields.length), type: typeOf(node, text), visible, line: node.row + 1 });
    visible = body.parent?.type === 'enum_variant';
  }
  return fields;
}

function parametersOf(body: Node, fields: readonly Field[]): Parameter[] {
  return isTuple(body)
    ? fields.map(({ type }) => ({ name: null, type, kind: 'required' }))
    : fields.map(({ name, type }) => ({ name, type, kind: 'keyword' }));
}

function fieldOf(owner: string, { name, type, line }: Field, exported: boolean): Declaration {
  return {
    name: `${owner}.${name}`,
    kind: 'field',
    exported,
    signature: `${name}: ${type}`,
    parameters: null,
    result: null,
    line,
  };
}
