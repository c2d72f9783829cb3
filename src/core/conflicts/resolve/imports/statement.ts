import type { Node } from 'web-tree-sitter';
import type { Span } from '../regions';

/** One import statement, as far as several can be put together. */
export interface ImportStatement {
  readonly lines: Span;
  readonly text: string;
  /** Statements of one frame differ in the names of their lists alone. */
  readonly frame: string;
  readonly items: readonly ImportItem[];
  /** null: it has no list, or nothing can be put into it. */
  readonly list: NameList | null;
  /** Its place among others matters, or it binds names that it does not say: nobody but a human moves it. */
  readonly delicate: boolean;
}

export interface ImportItem {
  /** Says all of it: equal ones import the same thing under the same name. */
  readonly key: string;
  /** Names that it binds here. */
  readonly locals: readonly string[];
  /** As it stands in the list; null: it does not stand there. */
  readonly inList: string | null;
}

/** `before`, the names, `after` is the statement again. */
export interface NameList {
  readonly before: string;
  readonly inside: string;
  readonly after: string;
  /** Between two names. */
  readonly separator: ',' | '\n';
}

/** A statement at the top of a file; null: no import. */
export function readImport(node: Node): ImportStatement | null {
  const parts = partsOf(node);
  if (parts === null) return null;
  const { startPosition: start, endPosition: end } = node;
  return {
    lines: { from: start.row, to: end.column === 0 && end.row > start.row ? end.row : end.row + 1 },
    text: node.text,
    ...parts,
    frame: plain(parts.frame),
  };
}

type Parts = Omit<ImportStatement, 'lines' | 'text'>;

function partsOf(node: Node): Parts | null {
  switch (node.type) {
    case 'import_statement':
      // Python and JavaScript share the name.
      return node.childForFieldName('source') === null && hasNames(node) ? pythonModules(node) : script(node);
    case 'lexical_declaration':
    case 'variable_declaration':
      return required(node);
    case 'import_from_statement':
      return pythonNames(node);
    case 'future_import_statement':
      return opaque(node);
    case 'import_declaration':
      return node.namedChildren.some((child) => child?.type.startsWith('import_spec') === true) ? go(node) : java(node);
    case 'use_declaration':
      return rust(node);
    default:
      return null;
  }
}

/** Never moved, never taken apart. */
function opaque(node: Node): Parts {
  return { frame: node.text, items: [], list: null, delicate: true };
}

function hasNames(node: Node): boolean {
  return node.childrenForFieldName('name').length > 0;
}

function script(node: Node): Parts {
  const clause = childOf(node, 'import_clause');
  const source = node.childForFieldName('source');
  // For its effects alone; `import x = require('y')`.
  if (clause === null || source === null) return opaque(node);
  const module = unquoted(source.text);
  const type = /^import\s+(type|typeof)\b/.test(node.text) ? 'type ' : '';
  const items: ImportItem[] = [];
  for (const child of clause.namedChildren) {
    if (child?.type === 'identifier') items.push(item(`${type}${module} default`, [child.text], null));
    else if (child?.type === 'namespace_import') items.push(item(`${type}${module} *`, [lastName(child)], null));
    else if (child?.type === 'named_imports') {
      for (const name of ofType(child, 'import_specifier')) {
        const local = (name.childForFieldName('alias') ?? name.childForFieldName('name'))?.text ?? name.text;
        items.push(item(`${type}${module}`, [local], name.text));
      }
    }
  }
  return listed(node, childOf(clause, 'named_imports'), items, { separator: ',', module });
}

/** `const { a } = require('b')`: an import by another word. */
function required(node: Node): Parts | null {
  const [declarator, second] = ofType(node, 'variable_declarator');
  const value = declarator?.childForFieldName('value');
  const name = declarator?.childForFieldName('name');
  if (second !== undefined || value?.type !== 'call_expression' || name == null) return null;
  const given = value.childForFieldName('arguments')?.namedChildren ?? [];
  if (value.childForFieldName('function')?.text !== 'require' || given.length !== 1 || given[0]?.type !== 'string')
    return null;
  const module = unquoted(given[0].text);
  if (name.type === 'identifier') {
    return listed(node, null, [item(`require ${module}`, [name.text], null)], { separator: ',', module });
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
  return listed(node, name, items, { separator: ',', module });
}

function pythonModules(node: Node): Parts {
  const names = bodies(node.childrenForFieldName('name'));
  const items = names.map((name) => item('import', [name.childForFieldName('alias')?.text ?? name.text], name.text));
  return { frame: node.text, items, list: null, delicate: hasComment(node) };
}

function pythonNames(node: Node): Parts {
  const module = node.childForFieldName('module_name')?.text ?? '';
  if (childOf(node, 'wildcard_import') !== null) return opaque(node);
  const names = bodies(node.childrenForFieldName('name'));
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

function go(node: Node): Parts {
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

function java(node: Node): Parts {
  const text = plain(node.text);
  if (text.includes('*')) return opaque(node);
  const name = text.replace(/^import |;$/g, '').replace(/^static /, '');
  const local = name.slice(name.lastIndexOf('.') + 1).trim();
  return { frame: text, items: [item(text, [local], null)], list: null, delicate: hasComment(node) };
}

function rust(node: Node): Parts | null {
  // `pub use` says what others may use: that is no mere order.
  if (childOf(node, 'visibility_modifier') !== null) return null;
  const argument = node.childForFieldName('argument');
  if (argument === null || /\*/.test(argument.text)) return opaque(node);
  if (argument.type !== 'scoped_use_list') {
    return {
      frame: node.text,
      items: [item(plain(argument.text), rustNames(argument), null)],
      list: null,
      delicate: hasComment(node),
    };
  }
  const path = argument.childForFieldName('path')?.text ?? '';
  const names = argument.childForFieldName('list');
  const items = bodies(names?.namedChildren ?? [])
    .filter((child) => !isComment(child))
    .map((child) => item(`${path}::`, rustNames(child, path), plain(child.text)));
  return listed(node, names, items, { separator: ',', module: path });
}

/** @param parent what `self` stands for */
function rustNames(node: Node, parent = ''): string[] {
  switch (node.type) {
    case 'use_as_clause':
      return [node.childForFieldName('alias')?.text ?? ''];
    case 'scoped_use_list': {
      const path = node.childForFieldName('path')?.text ?? '';
      return bodies(node.childForFieldName('list')?.namedChildren ?? []).flatMap((child) => rustNames(child, path));
    }
    case 'use_list':
      return bodies(node.namedChildren).flatMap((child) => rustNames(child, parent));
    default: {
      const last = node.text.slice(node.text.lastIndexOf(':') + 1);
      return [last === 'self' ? parent.slice(parent.lastIndexOf(':') + 1) : last];
    }
  }
}

/** @param list the node between whose brackets the names stand; null: there is none */
function listed(
  node: Node,
  list: Node | null,
  items: readonly ImportItem[],
  o: { readonly separator: ','; readonly module: string },
): Parts {
  if (list === null) return { frame: node.text, items, list, delicate: hasComment(node) };
  const at = list.startIndex - node.startIndex + 1;
  const end = list.endIndex - node.startIndex - 1;
  const [before, inside, after] = [node.text.slice(0, at), node.text.slice(at, end), node.text.slice(end)];
  const frame = `${before} ${after.replaceAll(/["'`]/g, '"').replace(/;$/, '')}`;
  return { frame, items, list: { before, inside, after, separator: o.separator }, delicate: hasComment(node) };
}

function item(where: string, locals: readonly string[], inList: string | null): ImportItem {
  return { key: plain(`${where} ${inList ?? ''} as ${locals.join(' ')}`), locals, inList };
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function unquoted(text: string): string {
  return text.replaceAll(/["'`]/g, '');
}

function childOf(node: Node, type: string): Node | null {
  return node.namedChildren.find((child) => child?.type === type) ?? null;
}

function ofType(node: Node, type: string): Node[] {
  return bodies(node.namedChildren).filter((child) => child.type === type);
}

function bodies(nodes: readonly (Node | null)[]): Node[] {
  return nodes.filter((node) => node !== null);
}

function isComment(node: Node): boolean {
  return node.type === 'comment' || node.type === 'line_comment' || node.type === 'block_comment';
}

function hasComment(node: Node): boolean {
  return node.namedChildren.some((child) => child !== null && (isComment(child) || hasComment(child)));
}

function lastName(node: Node): string {
  return bodies(node.namedChildren).at(-1)?.text ?? '';
}
