import type { Import } from '../../facts';
import { childrenOf, contentOf, lineOf, partsOf } from '../nodes';
import type { Node } from '../tree';

type Bound = Pick<Import, 'name' | 'local' | 'reexport'>;

/** What the statements of a module take from others, and what they hand on. */
export function importsOf(statement: Node): Import[] {
  if (statement.type !== 'import_statement' && statement.type !== 'export_statement') return [];
  const source = statement.childForFieldName('source');
  if (source === null) return importsByRequire(statement);
  const line = lineOf(statement);
  const bound = statement.type === 'import_statement' ? importedBy(statement) : reexportedBy(statement);
  return bound.map((each) => ({ from: contentOf(source), ...each, line }));
}

/** `import x = require('y')` */
function importsByRequire(statement: Node): Import[] {
  const clause = childrenOf(statement, 'import_require_clause')[0];
  const source = clause?.childForFieldName('source');
  if (clause === undefined || source == null) return [];
  const local = clause.firstNamedChild?.text ?? null;
  return [{ from: contentOf(source), name: '*', local, reexport: null, line: lineOf(statement) }];
}

function importedBy(statement: Node): Bound[] {
  const clause = childrenOf(statement, 'import_clause')[0];
  if (clause === undefined) return [{ name: '', local: null, reexport: null }];
  return partsOf(clause).flatMap((part): Bound[] => {
    if (part.type === 'identifier') return [{ name: 'default', local: part.text, reexport: null }];
    if (part.type === 'namespace_import') {
      return [{ name: '*', local: part.lastNamedChild?.text ?? null, reexport: null }];
    }
    return childrenOf(part, 'import_specifier').map((specifier) => {
      const { name, alias } = namesOf(specifier);
      return { name, local: alias, reexport: null };
    });
  });
}

function reexportedBy(statement: Node): Bound[] {
  const clause = childrenOf(statement, 'export_clause')[0];
  if (clause !== undefined) {
    return childrenOf(clause, 'export_specifier').map((specifier) => {
      const { name, alias } = namesOf(specifier);
      return { name, local: null, reexport: alias };
    });
  }
  const namespace = childrenOf(statement, 'namespace_export')[0];
  return [{ name: '*', local: null, reexport: namespace?.lastNamedChild?.text ?? '*' }];
}

/** `a as b`; the second is the first where it is not said. */
export function namesOf(specifier: Node): { name: string; alias: string } {
  const [name, alias] = ['name', 'alias'].map((field) => {
    const node = specifier.childForFieldName(field);
    return node === null || node.type !== 'string' ? node?.text : contentOf(node);
  });
  return { name: name ?? '', alias: alias ?? name ?? '' };
}
