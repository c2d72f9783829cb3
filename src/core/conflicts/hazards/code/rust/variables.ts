import type { Node } from 'web-tree-sitter';
import { textOf } from '../common/compact';
import type { BindingRules } from '../common/variables';

/** `p: &Parser`, `let p = Parser { … }`, and by custom `let p = Parser::new()?`. */
export const bindings: BindingRules = {
  parameter: (node, text) => said(node.childForFieldName('pattern'), node.childForFieldName('type'), text),
  field_declaration: (node, text) => said(node.childForFieldName('name'), node.childForFieldName('type'), text),
  let_declaration(node, text) {
    const [pattern, type] = [node.childForFieldName('pattern'), node.childForFieldName('type')];
    if (type !== null) return said(pattern, type, text);
    const made = madeBy(node.childForFieldName('value'), text);
    return made === null ? [] : [{ names: [nameOf(pattern, text)], type: made }];
  },
};

function said(pattern: Node | null, type: Node | null, text: string) {
  return type === null ? [] : [{ names: [nameOf(pattern, text)], type: textOf(type, text) }];
}

function nameOf(pattern: Node | null, text: string): string {
  return textOf(pattern, text).replace(/^(?:ref |mut )+/, '');
}

function madeBy(value: Node | null, text: string): string | null {
  switch (value?.type) {
    case 'try_expression':
    case 'await_expression':
    case 'reference_expression':
      return madeBy(value.childForFieldName('value') ?? value.firstNamedChild, text);
    case 'struct_expression':
      return textOf(value.childForFieldName('name'), text);
    case 'call_expression':
      // What else it may be made by need not give one.
      return (
        /^(.*[A-Z]\w*)::(?:new|default|open|from|with_\w+)$/su.exec(
          textOf(value.childForFieldName('function'), text),
        )?.[1] ?? null
      );
    default:
      return null;
  }
}
