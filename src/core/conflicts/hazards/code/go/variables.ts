import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { typeOf } from './parameters';

/** The name of a type, without `*` and type arguments; null: it is no one name. */
export function plainType(node: Node | null, text: string): string | null {
  return /^\*?([\p{ID_Start}_][\w.]*)(?:\[.*\])?$/u.exec(typeOf(node, text))?.[1] ?? null;
}

/** `NewParser` makes a `Parser`, `parse.NewParser` a `parse.Parser`: everybody calls them so. */
export function madeBy(called: string): string | null {
  const parts = /^(\w+\.)?New(\p{Lu}\w*)$/u.exec(called);
  return parts === null ? null : `${parts[1] ?? ''}${parts[2]}`;
}

/** The type of a value that is made on the spot: `&Parser{}`, `new(Parser)`, `NewParser()`. */
export function madeType(value: Node, text: string): string | null {
  switch (value.type) {
    case 'unary_expression':
    case 'parenthesized_expression':
      return value.firstNamedChild === null ? null : madeType(value.firstNamedChild, text);
    case 'composite_literal':
      return plainType(value.childForFieldName('type'), text);
    case 'call_expression': {
      const called = textOf(value.childForFieldName('function'), text);
      if (called !== 'new') return madeBy(called);
      return plainType(value.childForFieldName('arguments')?.firstNamedChild ?? null, text);
    }
    default:
      return null;
  }
}
