import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { typeOf } from './parameters';

/** The name of a type, without `&mut` and type arguments, and without what only holds it; null: it is no one name. */
export function plainType(node: Node | null, text: string): string | null {
  const written = typeOf(node, text).replace(/^&(?:'\w+ )?(?:mut )?|^(?:dyn|impl) /g, '');
  const held = /^(?:Box|Rc|Arc)<(?:dyn )?(.+)>$/.exec(written)?.[1] ?? written;
  return /^([\p{ID_Start}_][\w:]*)(?:<.*>)?$/u.exec(held)?.[1] ?? null;
}

/** `Parser::new` makes a `Parser`: everybody calls them so. */
export function madeBy(called: string): string | null {
  return /^((?:\w+::)*\p{Lu}\w*)::(?:new|default|from|from_\w+|with_\w+|open|connect)$/u.exec(called)?.[1] ?? null;
}

/** The type of a value that is made on the spot, whatever is done about its failure. */
export function madeType(value: Node | null, text: string): string | null {
  switch (value?.type) {
    case 'try_expression':
    case 'await_expression':
      return madeType(value.firstNamedChild, text);
    case 'reference_expression':
      return madeType(value.childForFieldName('value'), text);
    case 'struct_expression':
      return plainType(value.childForFieldName('name'), text);
    case 'call_expression': {
      const called = value.childForFieldName('function');
      const method = called?.type === 'field_expression' ? textOf(called.childForFieldName('field'), text) : '';
      if (/^(?:unwrap|expect)$/.test(method)) return madeType(called?.childForFieldName('value') ?? null, text);
      return madeBy(typeOf(called, text));
    }
    default:
      return null;
  }
}
