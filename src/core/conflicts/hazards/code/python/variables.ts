import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { typeOf } from './parameters';

/** The name of a type that is said: that of `Optional[Parser]` and `Parser | None` too; null: it is no one name. */
export function plainType(node: Node | null, text: string): string | null {
  const written = typeOf(node, text)?.replace(/\|None$|^None\|/g, '') ?? '';
  const inner = /^(?:typing\.)?(?:Optional|Annotated|Final)\[([^,]+).*\]$/.exec(written)?.[1] ?? written;
  return /^([\p{ID_Start}_][\w.]*)(?:\[.*\])?$/u.exec(inner)?.[1] ?? null;
}

/** What a name with a capital is called for is one of it. */
export function madeBy(called: string): string | null {
  return /(?:^|\.)\p{Lu}\w*\p{Ll}\w*$/u.test(called) ? called : null;
}

/** The type of a value that is made on the spot. */
export function madeType(value: Node | null, text: string): string | null {
  const made = value?.type === 'await' ? value.firstNamedChild : value;
  return made?.type === 'call' ? madeBy(textOf(made.childForFieldName('function'), text)) : null;
}
