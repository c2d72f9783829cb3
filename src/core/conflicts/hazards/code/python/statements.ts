import type { Declaration } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';
import { boundNames } from './names';
import { typeOf } from './parameters';

/** How the signature of one begins that only says how it may be called. */
const overload = 'overload ';

/** The statements of a block, and of the blocks that only say when: `if`, `try`, `with`. */
export function* statementsOf(block: Node, text: string): Generator<Node> {
  for (const node of block.namedChildren) {
    switch (node.type) {
      case 'if_statement':
        // What a script does when it is run is there for nobody else.
        if (!textOf(node.childForFieldName('condition'), text).includes('__name__')) yield* statementsOf(node, text);
        break;
      case 'try_statement':
      case 'with_statement':
      case 'block':
      case 'elif_clause':
      case 'else_clause':
      case 'except_clause':
      case 'except_group_clause':
      case 'finally_clause':
        yield* statementsOf(node, text);
        break;
      case 'function_definition':
      case 'class_definition':
      case 'decorated_definition':
      case 'expression_statement':
      case 'type_alias_statement':
        yield node;
        break;
    }
  }
}

export interface Decorated {
  readonly definition: Node;
  /** Without `@`: `app.route("/")`. */
  readonly decorators: readonly string[];
}

export function undecorated(statement: Node, text: string): Decorated {
  const definition = statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : null;
  if (definition === null) return { definition: statement, decorators: [] };
  const decorators = statement.namedChildren.filter(({ type }) => type === 'decorator');
  return { definition, decorators: decorators.map((node) => textOf(node.firstNamedChild, text)) };
}

/** `A = 1`, `a: int`, `a = b = 1`, `a, b = f()`, `type A = int`. */
export function readValues(statement: Node, text: string): Declaration[] {
  const line = statement.row + 1;
  const common = { exported: true, parameters: null, result: null, line };
  if (statement.type === 'type_alias_statement') {
    const [name = null, value = null] = statement.namedChildren;
    const named = /^\w+/u.exec(textOf(name, text))?.[0];
    const signature = `type ${typeOf(name, text)} = ${typeOf(value, text)}`;
    return named === undefined ? [] : [{ ...common, name: named, kind: 'type', signature }];
  }
  const found: Declaration[] = [];
  let node = statement.firstNamedChild;
  while (node?.type === 'assignment') {
    const type = typeOf(node.childForFieldName('type'), text);
    const value = node.childForFieldName('right');
    const isType = type !== null && /\bTypeAlias$/.test(type);
    for (const target of boundNames(node.childForFieldName('left'))) {
      const name = textOf(target, text);
      const signature = isType ? `type = ${typeOf(value, text)}` : `${name}${type === null ? '' : `: ${type}`}`;
      found.push({ ...common, name, kind: isType ? 'type' : 'constant', signature });
    }
    node = value;
  }
  return found.filter(({ name }) => name !== '__all__');
}

/** Where a function says how it may be called (`@overload`), the one that does the work is not what callers see. */
export function withoutHidden(declarations: readonly Declaration[]): Declaration[] {
  const overloaded = new Set(
    declarations.filter(({ signature }) => signature.startsWith(overload)).map(({ name }) => name),
  );
  if (overloaded.size === 0) return [...declarations];
  return declarations.filter(({ name, signature }) => !overloaded.has(name) || signature.startsWith(overload));
}
