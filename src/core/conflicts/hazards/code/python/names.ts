import { textOf } from '../common/compact';
import type { Node } from '../tree';

/** What a module lists in `__all__`; null: it has no such list. */
export function namesForAll(root: Node, text: string): ReadonlySet<string> | null {
  const lists = root.namedChildren.flatMap((statement) => {
    const assignment = statement.type === 'expression_statement' ? statement.firstNamedChild : null;
    return textOf(assignment?.childForFieldName('left') ?? null, text) === '__all__' ? [assignment] : [];
  });
  if (lists.length === 0) return null;
  const strings = lists.flatMap((list) => list?.descendantsOfType('string_content') ?? []);
  return new Set(strings.map((string) => textOf(string, text)));
}

/** Others may use it: no underscore before it, or listed in `__all__`. Names such as `__call__` are for others. */
export function isPublic(name: string, all: ReadonlySet<string> | null = null): boolean {
  return !name.startsWith('_') || /^__.+__$/.test(name) || (all?.has(name) ?? false);
}

/** The names that a target of an assignment binds; `a.b` and `a[0]` bind none. */
export function boundNames(target: Node | null): Node[] {
  switch (target?.type) {
    case 'identifier':
      return [target];
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern':
    case 'expression_list':
    case 'tuple':
    case 'list':
    case 'as_pattern_target':
    case 'parenthesized_expression':
      return target.namedChildren.flatMap(boundNames);
    default:
      return [];
  }
}
