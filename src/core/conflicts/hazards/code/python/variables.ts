import type { Node } from 'web-tree-sitter';
import { textOf } from '../common/compact';
import type { Binding, BindingRules } from '../common/variables';
import { typeOf } from './parameters';

/** `p: Parser`, `p = Parser()`, `self.p = text.Parser()`; classes begin with a capital. */
export const bindings: BindingRules = {
  function_definition: (node, text) => (node.childForFieldName('parameters')?.namedChildren ?? []).flatMap(of(text)),
  assignment(node, text) {
    const name = /^(?:self\.)?(\w+)$/u.exec(textOf(node.childForFieldName('left'), text))?.[1];
    const said = node.childForFieldName('type');
    const type = said === null ? madeBy(node.childForFieldName('right'), text) : typeOf(said, text);
    return name === undefined || type === null ? [] : [{ names: [name], type }];
  },
};

function of(text: string): (parameter: Node) => Binding[] {
  return (parameter) => {
    const type = typeOf(parameter.childForFieldName('type'), text);
    const name = textOf(parameter.childForFieldName('name') ?? parameter.firstNamedChild, text);
    return type === null ? [] : [{ names: [name], type }];
  };
}

function madeBy(value: Node | null, text: string): string | null {
  const called = value?.type === 'call' ? textOf(value.childForFieldName('function'), text) : '';
  return /^(?:\w+\.)*[A-Z]\w*$/u.test(called) ? called : null;
}
