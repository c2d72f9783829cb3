import type { Import } from '../../facts';
import { contentOf, lineOf, partsOf } from '../nodes';
import type { Node } from '../tree';
import { keyOf } from './members';

type Bound = Pick<Import, 'name' | 'local' | 'reexport'>;

export interface Required {
  readonly imports: readonly Import[];
  /** Ids of the declarations that bind them: they hide nothing, they are it. */
  readonly declarators: ReadonlySet<number>;
}

/** `require('x')` and `import('x')`, wherever they stand. */
export function requiresOf(root: Node, text: string): Required {
  const imports: Import[] = [];
  const declarators = new Set<number>();
  if (!/\b(?:require|import)\s*\(/.test(text)) return { imports, declarators };
  for (const call of root.descendantsOfType('call_expression')) {
    const callee = call.childForFieldName('function');
    const source = call.childForFieldName('arguments')?.firstNamedChild;
    if (source?.type !== 'string' || !(callee?.type === 'import' || callee?.text === 'require')) continue;
    const { bound, declarator } = boundBy(call);
    if (declarator !== null) declarators.add(declarator.id);
    const line = lineOf(call);
    imports.push(...bound.map((each) => ({ from: contentOf(source), ...each, line })));
  }
  return { imports, declarators };
}

/** Of what `import('x')` gives at once, and not of the module. */
const ofPromise = /^(then|catch|finally)$/;

/** What becomes of the module: `(await import('x')).parse`, `const { parse } = …`, `exports.parse = …`. */
function boundBy(call: Node): { bound: Bound[]; declarator: Node | null } {
  let value = call;
  let name = '*';
  for (let around = value.parent; around !== null; around = value.parent) {
    const member = around.type === 'member_expression' && name === '*' ? around.lastNamedChild?.text : undefined;
    if (member !== undefined && ofPromise.test(member) && value.id === call.id) break;
    if (member !== undefined) name = member;
    else if (!/^(await|parenthesized|as|satisfies|non_null)_expression$/.test(around.type)) break;
    value = around;
  }
  const around = value.parent;
  const none = { name, local: null, reexport: null };
  switch (around?.type) {
    case 'variable_declarator': {
      const pattern = around.childForFieldName('name');
      return { bound: pattern === null ? [none] : boundByPattern(pattern, name), declarator: around };
    }
    case 'expression_statement':
      return { bound: [{ ...none, name: name === '*' ? '' : name }], declarator: null };
    case 'assignment_expression':
      return { bound: [{ ...none, reexport: exportedName(around.childForFieldName('left')) }], declarator: null };
    case 'pair':
      return {
        bound: [{ ...none, reexport: isExported(around.parent) ? keyOf(around.firstNamedChild) : null }],
        declarator: null,
      };
    case 'spread_element':
      return {
        bound: [{ ...none, reexport: isExported(around.parent) && name === '*' ? '*' : null }],
        declarator: null,
      };
    default:
      return { bound: [none], declarator: null };
  }
}

function boundByPattern(pattern: Node, name: string): Bound[] {
  if (pattern.type === 'identifier') return [{ name, local: pattern.text, reexport: null }];
  if (pattern.type !== 'object_pattern' || name !== '*') return [{ name, local: null, reexport: null }];
  return partsOf(pattern).map((part): Bound => {
    if (part.type === 'rest_pattern') return { name: '*', local: part.lastNamedChild?.text ?? null, reexport: null };
    const key = part.childForFieldName('key') ?? part.childForFieldName('left') ?? part;
    const value = part.childForFieldName('value');
    const local = value === null ? key.text : value.type === 'identifier' ? value.text : null;
    return { name: key.text, local: part.type === 'object_assignment_pattern' ? key.text : local, reexport: null };
  });
}

/** Whether an object is what the module hands out: `module.exports = { … }`. */
function isExported(object: Node | null): boolean {
  const assignment = object?.parent;
  return assignment?.type === 'assignment_expression' && exportedName(assignment.childForFieldName('left')) === '*';
}

/**
 * As what others know what is assigned here: `exports.parse`, `module.exports.parse`; `*` for the whole module
 * (`module.exports`); null: nobody does.
 */
export function exportedName(target: Node | null): string | null {
  const found = /^(?:module\s*\.\s*)?exports\s*\.\s*([\w$]+)$|^module\s*\.\s*exports$|^exports$/.exec(
    target?.text ?? '',
  );
  return found === null ? null : (found[1] ?? '*');
}
