import type { Node } from '../tree';
import { typeOf } from './parameters';

/** The name of a type, without type arguments; null: it is no one name, or `var`. */
export function plainType(node: Node | null, text: string): string | null {
  return /^(?!var$)([\p{ID_Start}_$][\w.$]*)(?:<.*>)?$/u.exec(typeOf(node, text))?.[1] ?? null;
}

/** The type of a value that is made on the spot. */
export function madeType(value: Node | null, text: string): string | null {
  return value?.type === 'object_creation_expression' ? plainType(value.childForFieldName('type'), text) : null;
}
