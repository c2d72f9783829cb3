import type { Node } from 'web-tree-sitter';
import { childOf, type ImportItem, item, listed, ofType, opaque, type Parts, present, unquoted } from '../parts';

/** `import … from 'm'` of JavaScript and TypeScript. */
export function script(node: Node): Parts {
  const clause = childOf(node, 'import_clause');
  const source = node.childForFieldName('source');
  // For its effects alone; `import x = require('y')`.
  if (clause === null || source === null) return opaque(node);
  // `with { type: 'json' }` says how it is read.
  if (childOf(node, 'import_attribute') !== null) return opaque(node);
  const module = unquoted(source.text);
  const type = /^import\s+(type|typeof)\b/.test(node.text) ? 'type ' : '';
  const items: ImportItem[] = [];
  for (const child of clause.namedChildren) {
    if (child?.type === 'identifier') items.push(item(`${type}${module} default`, [child.text], null));
    else if (child?.type === 'namespace_import')
      items.push(item(`${type}${module} *`, [present(child.namedChildren).at(-1)?.text ?? ''], null));
    else if (child?.type === 'named_imports') {
      for (const name of ofType(child, 'import_specifier')) {
        const local = (name.childForFieldName('alias') ?? name.childForFieldName('name'))?.text ?? name.text;
        items.push(item(`${type}${module}`, [local], name.text));
      }
    }
  }
  return listed(node, childOf(clause, 'named_imports'), items);
}

/** `const { a } = require('b')`: an import by another word. */
export function required(node: Node): Parts | null {
  const [declarator, second] = ofType(node, 'variable_declarator');
  const value = declarator?.childForFieldName('value');
  const name = declarator?.childForFieldName('name');
  if (second !== undefined || value?.type !== 'call_expression' || name == null) return null;
  const given = value.childForFieldName('arguments')?.namedChildren ?? [];
  if (value.childForFieldName('function')?.text !== 'require' || given.length !== 1 || given[0]?.type !== 'string')
    return null;
  const module = unquoted(given[0].text);
  if (name.type === 'identifier') {
    return listed(node, null, [item(`require ${module}`, [name.text], null)]);
  }
  if (name.type !== 'object_pattern') return null;
  const items: ImportItem[] = [];
  for (const each of name.namedChildren) {
    if (each?.type === 'shorthand_property_identifier_pattern')
      items.push(item(`require ${module}`, [each.text], each.text));
    else if (each?.type === 'pair_pattern' && each.childForFieldName('value')?.type === 'identifier')
      items.push(item(`require ${module}`, [each.childForFieldName('value')?.text ?? ''], each.text));
    else return null;
  }
  return listed(node, name, items);
}
