import type { Import } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Typed } from '../common/found';
import type { Node } from '../tree';
import { isPublic } from './names';

/** All imports of a file, those within functions too. */
export function readImports(nodes: readonly Typed[], text: string, all: ReadonlySet<string> | null): Import[] {
  return nodes.flatMap(({ node, type }) => {
    if (type === 'import_statement') return modules(node, text);
    return type === 'import_from_statement' ? members(node, text, all) : [];
  });
}

/** `import a.b` binds `a`, and is used as `a.b`: that is its name here. */
function modules(node: Node, text: string): Import[] {
  return node.childrenForFieldName('name').map((item) => {
    const { name, alias } = namesOf(item, text);
    return { from: name, name: '*', local: alias ?? name, reexport: null, line: item.row + 1 };
  });
}

function members(node: Node, text: string, all: ReadonlySet<string> | null): Import[] {
  const from = compact(textOf(node.childForFieldName('module_name'), text), 'python');
  const top = node.parent?.type === 'module';
  const relative = from.startsWith('.');
  if (node.namedChildren.some(({ type }) => type === 'wildcard_import')) {
    const line = node.row + 1;
    return [{ from, name: '*', local: null, reexport: top && relative ? '*' : null, line }];
  }
  return node.childrenForFieldName('name').map((item) => {
    const { name, alias } = namesOf(item, text);
    const local = alias ?? name;
    // Without a list, what a package takes from its own modules, or renames to the same name, is meant for others.
    const given = all === null ? isPublic(local) && (relative || alias === name) : all.has(local);
    return { from, name, local, reexport: top && given ? local : null, line: item.row + 1 };
  });
}

function namesOf(item: Node, text: string): { name: string; alias: string | null } {
  if (item.type !== 'aliased_import') return { name: compact(textOf(item, text), 'python'), alias: null };
  const name = compact(textOf(item.childForFieldName('name'), text), 'python');
  return { name, alias: textOf(item.childForFieldName('alias'), text) };
}
