import type { Node } from 'web-tree-sitter';
import { textOf } from '../common/compact';
import type { BindingRules } from '../common/variables';

/** `Parser p`, `var p = new Parser()`. */
export const bindings: BindingRules = {
  formal_parameter: (node, text) => said(node, node, text),
  resource: (node, text) => said(node, node, text),
  variable_declarator: (node, text) => (node.parent === null ? [] : said(node, node.parent, text)),
};

function said(node: Node, typed: Node, text: string) {
  const written = textOf(typed.childForFieldName('type'), text);
  const value = node.childForFieldName('value');
  const made = value?.type === 'object_creation_expression' ? textOf(value.childForFieldName('type'), text) : '';
  const type = written === 'var' ? made : written;
  const name = textOf(node.childForFieldName('name'), text);
  return type === '' || name === '' ? [] : [{ names: [name], type }];
}
