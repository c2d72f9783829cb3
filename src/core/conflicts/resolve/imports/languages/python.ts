import type { Node } from 'web-tree-sitter';
import { childOf, hasComment, item, opaque, type Parts, present } from '../parts';

/** `import a.b as c, d` */
export function pythonModules(node: Node): Parts {
  const names = present(node.childrenForFieldName('name'));
  const items = names.map((name) => item('import', [name.childForFieldName('alias')?.text ?? name.text], name.text));
  return { frame: node.text, items, list: null, delicate: hasComment(node) };
}

/** `from a import b, c` */
export function pythonNames(node: Node): Parts {
  const module = node.childForFieldName('module_name')?.text ?? '';
  if (childOf(node, 'wildcard_import') !== null) return opaque(node);
  const names = present(node.childrenForFieldName('name'));
  const items = names.map((name) => item(module, [name.childForFieldName('alias')?.text ?? name.text], name.text));
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return opaque(node);
  const open = node.text.indexOf('(');
  const at = open < 0 ? first.startIndex - node.startIndex : open + 1;
  const end = open < 0 ? last.endIndex - node.startIndex : node.text.lastIndexOf(')');
  const list = {
    before: node.text.slice(0, at),
    inside: node.text.slice(at, end),
    after: node.text.slice(end),
    separator: ',',
  } as const;
  return { frame: `from ${module} import`, items, list, delicate: hasComment(node) };
}
