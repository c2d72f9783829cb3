import type { Call } from '../../facts';
import { textOf } from '../common/compact';
import type { Marks } from '../common/marks';
import type { Node } from '../tree';

export function readArguments(call: Node): Call {
  const given = call.childForFieldName('arguments')?.namedChildren ?? [];
  const positional = given.filter(({ type }) => !/comment$|^attribute_item$/.test(type)).length;
  return { positional, keywords: [], spread: false };
}

/** `Point { x: 1, y, ..old }` */
export function readLiteral(body: Node | null, marks: Marks, text: string): Call {
  const keywords: string[] = [];
  let spread = false;
  for (const field of body?.namedChildren ?? []) {
    if (field.type === 'base_field_initializer') spread = true;
    const name = field.childForFieldName('field');
    if (name !== null && field.type === 'field_initializer') {
      keywords.push(textOf(name, text));
      marks.skip(name);
    } else if (field.type === 'shorthand_field_initializer') {
      keywords.push(textOf(field.namedChildren.at(-1) ?? null, text));
    }
  }
  return { positional: 0, keywords, spread };
}

/** Arguments among tokens. Commas of a closure's parameters are none of theirs; those of types cannot be told apart. */
export function readTokens(tree: Node): Call {
  let positional = 0;
  let begun = false;
  let closure = false;
  let spread = false;
  for (const { type } of tree.children.slice(1, -1)) {
    if (type === '|') closure = !closure;
    if (type === '<') spread = true;
    if (type === ',' && !closure) begun = false;
    else if (!begun && !/comment$/.test(type)) {
      positional += 1;
      begun = true;
    }
  }
  return { positional, keywords: [], spread };
}
