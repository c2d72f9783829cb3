import type { Node } from 'web-tree-sitter';
import { childOf, hasComment, item, ofType, type Parts, unquoted } from '../parts';

/** One line or a block. */
export function go(node: Node): Parts {
  const block = childOf(node, 'import_spec_list');
  const specs = ofType(block ?? node, 'import_spec');
  const items = specs.map((spec) => {
    const path = unquoted(spec.childForFieldName('path')?.text ?? '');
    const local = spec.childForFieldName('name')?.text ?? goName(path);
    return item('import', [local], spec.text);
  });
  const delicate = specs.some((spec) => {
    const name = spec.childForFieldName('name')?.text;
    return name === '.' || name === '_' || unquoted(spec.childForFieldName('path')?.text ?? '') === 'C';
  });
  const list =
    block === null
      ? { before: 'import (\n', inside: `\t${specs[0]?.text ?? ''}\n`, after: ')', separator: '\n' as const }
      : {
          before: node.text.slice(0, block.startIndex - node.startIndex + 1),
          inside: block.text.slice(1, -1),
          after: ')',
          separator: '\n' as const,
        };
  return { frame: 'import', items, list, delicate: delicate || hasComment(node) };
}

/** By convention: the last part that is no version. */
function goName(path: string): string {
  const parts = path.split('/').filter((part) => !/^v\d+$/.test(part));
  return (parts.at(-1) ?? path).replace(/\.v\d+$/, '').replace(/^go-|-go$/g, '');
}
