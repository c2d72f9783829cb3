import type { Node } from 'web-tree-sitter';
import { textOf } from '../common/compact';
import type { Binding, BindingRules } from '../common/variables';

const said = (node: Node, text: string): Binding[] => {
  const names = node.childrenForFieldName('name').map((name) => textOf(name, text));
  const type = node.childForFieldName('type');
  if (type !== null) return [{ names, type: textOf(type, text) }];
  return given(names, node.childForFieldName('value')?.namedChildren ?? [], text);
};

/** `p text.Parser`, `p := &text.Parser{}`, and by custom `p := text.NewParser()`. */
export const bindings: BindingRules = {
  parameter_declaration: said,
  field_declaration: said,
  var_spec: said,
  short_var_declaration(node, text) {
    const names = node.childForFieldName('left')?.namedChildren.map((name) => textOf(name, text)) ?? [];
    return given(names, node.childForFieldName('right')?.namedChildren ?? [], text);
  },
};

/** One value for each name; what one call gives is told by the first. */
function given(names: readonly string[], values: readonly Node[], text: string): Binding[] {
  return values.flatMap((value, index) => {
    const [name, type] = [names[index], madeBy(value, text)];
    return name === undefined || type === null ? [] : [{ names: [name], type }];
  });
}

function madeBy(value: Node, text: string): string | null {
  if (value.type === 'composite_literal') return textOf(value.childForFieldName('type'), text);
  if (value.type === 'unary_expression') {
    const operand = value.childForFieldName('operand');
    return operand?.type === 'composite_literal' ? madeBy(operand, text) : null;
  }
  if (value.type !== 'call_expression') return null;
  const called = /^((?:\w+\.)?)New([A-Z]\w*)$/u.exec(textOf(value.childForFieldName('function'), text));
  return called === null ? null : `${called[1]}${called[2]}`;
}
