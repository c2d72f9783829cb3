import { childrenOf, partsOf } from '../nodes';
import type { Node } from '../tree';
import { namesIn } from './declared';
import { parameterParts } from './print';

/** Where names can be bound, from the inside out. What is bound is only looked at when it is asked for. */
export class Scope {
  #names: ReadonlySet<string> | undefined;

  constructor(
    readonly node: Node,
    readonly outer: Scope | null,
  ) {}

  /**
   * Whether a name means something else here than it does at the top of the file.
   * @param imported ids of the declarations that bind what is imported
   */
  hides(name: string, imported: ReadonlySet<number>): boolean {
    this.#names ??= new Set(boundBy(this.node, imported));
    return this.#names.has(name) || (this.outer?.hides(name, imported) ?? false);
  }

  /** The nearest of some types. */
  within(types: ReadonlySet<string>): Node | null {
    return types.has(this.node.type) ? this.node : (this.outer?.within(types) ?? null);
  }
}

export const functions: ReadonlySet<string> = new Set([
  'function_declaration',
  'function_expression',
  'arrow_function',
  'method_definition',
  'generator_function',
  'generator_function_declaration',
]);
const blocks: ReadonlySet<string> = new Set([
  'statement_block',
  'switch_case',
  'switch_default',
  'for_statement',
  'for_in_statement',
  'catch_clause',
  'class_body',
]);

/** Whether a node binds names for what is inside it. */
export function isScope(type: string): boolean {
  return blocks.has(type) || functions.has(type);
}

function boundBy(node: Node, imported: ReadonlySet<number>): string[] {
  if (functions.has(node.type)) {
    const single = node.childForFieldName('parameter');
    const list = node.childForFieldName('parameters');
    const patterns = single !== null ? [single] : list === null ? [] : partsOf(list);
    return patterns.flatMap((each) => namesOfPattern(parameterParts(each).pattern));
  }
  switch (node.type) {
    case 'class_body':
      return [];
    case 'for_in_statement':
      return node.childForFieldName('kind') === null ? [] : namesOfPattern(node.childForFieldName('left'));
    case 'catch_clause':
      return namesOfPattern(node.childForFieldName('parameter'));
    default:
      return partsOf(node).flatMap((statement) => declaredBy(statement, imported));
  }
}

function declaredBy(statement: Node, imported: ReadonlySet<number>): string[] {
  switch (statement.type) {
    case 'lexical_declaration':
    case 'variable_declaration':
      return childrenOf(statement, 'variable_declarator')
        .filter(({ id }) => !imported.has(id))
        .flatMap((declarator) => namesOfPattern(declarator.childForFieldName('name')));
    case 'function_declaration':
    case 'generator_function_declaration':
    case 'class_declaration':
      return [statement.childForFieldName('name')?.text ?? []].flat();
    default:
      return [];
  }
}

function namesOfPattern(pattern: Node | null): string[] {
  return pattern === null ? [] : namesIn(pattern).map(({ text }) => text);
}
