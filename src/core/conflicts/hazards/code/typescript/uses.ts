import type { Call, Import, Use, Variable } from '../../facts';
import { lineOf, partsOf } from '../nodes';
import type { Node } from '../tree';
import { keyOf } from './members';
import { Places } from './places';
import { functions, isScope, Scope } from './scope';
import { heldTypeNameOf, typesOf } from './variables';

export interface Uses {
  readonly uses: Use[];
  readonly variables: Variable[];
}

/** Every use of what is imported, and of what is known to be of an imported type. */
export function usesOf(root: Node, text: string, imports: readonly Import[], declarators: ReadonlySet<number>): Uses {
  const locals = new Set(imports.flatMap(({ local }) => local ?? []));
  if (locals.size === 0) return { uses: [], variables: [] };
  return new UseReader(text, locals, declarators).read(root);
}

const classBodies: ReadonlySet<string> = new Set(['class_body']);

/** A name as written, and the outermost part of it: `parser.parse` of `this.parser.parse`. */
interface Chain {
  readonly name: string;
  readonly first: string;
  readonly kind: 'plain' | 'this' | 'super';
}

class UseReader {
  readonly #uses: Use[] = [];
  readonly #variables = new Map<string, Variable>();
  /** Names of variables whose uses are looked for, in a second walk: their types may be said further down. */
  #known: ReadonlySet<string> | null = null;
  #places: Places;

  constructor(
    readonly text: string,
    readonly locals: ReadonlySet<string>,
    readonly declarators: ReadonlySet<number>,
  ) {
    // What shows no imported name: a method of the base, a literal whose type the result of the function says.
    const others = ['return(?=\\s*[({[])', ...(/\bextends\b/.test(text) ? ['this', 'super'] : [])];
    this.#places = new Places(text, locals, others);
  }

  read(root: Node): Uses {
    this.#visitAll(root.namedChildren, null, this.text.length);
    const variables = [...this.#variables.values()];
    if (variables.length > 0) {
      this.#known = new Set(variables.map(({ name }) => name));
      this.#places = new Places(this.text, this.#known);
      this.#visitAll(root.namedChildren, null, this.text.length);
    }
    return { uses: this.#uses.sort((a, b) => a.line - b.line), variables };
  }

  /** Looks only where one of the names stands. */
  #visitAll(nodes: readonly Node[], scope: Scope | null, end: number): void {
    nodes.forEach((node, at) => {
      const next = nodes[at + 1]?.startIndex ?? end;
      if (this.#places.between(node.startIndex, next)) this.#visit(node, scope, next);
    });
  }

  #visit(node: Node, scope: Scope | null, end: number): void {
    const { type } = node;
    switch (type) {
      case 'comment':
      case 'string':
      case 'number':
      case 'regex':
      case 'property_identifier':
      case 'predefined_type':
      case 'import_statement':
      case 'jsx_closing_element':
      case 'jsx_text':
        return;
      case 'export_statement':
        if (node.childForFieldName('source') !== null) return;
        break;
      case 'export_clause':
        return;
      case 'identifier':
      case 'type_identifier':
      case 'shorthand_property_identifier':
        this.#useName(node, scope);
        return;
      case 'member_expression':
      case 'nested_type_identifier':
      case 'nested_identifier':
        this.#useChain(node, null, node, scope, end);
        return;
      case 'call_expression':
      case 'new_expression':
        this.#useCall(node, scope, end);
        return;
      case 'variable_declarator':
        if (this.declarators.has(node.id)) return;
        this.#useTyped(node, type, scope);
        this.#useDestructured(node, scope);
        break;
      case 'required_parameter':
      case 'optional_parameter':
      case 'public_field_definition':
      case 'property_signature':
      case 'assignment_expression':
      case 'as_expression':
      case 'satisfies_expression':
        this.#useTyped(node, type, scope);
        break;
      case 'return_statement':
      case 'arrow_function':
        this.#useReturned(node, scope);
        break;
    }
    const inner = isScope(type) ? new Scope(node, scope) : scope;
    this.#visitAll(node.namedChildren, inner, end);
  }

  #useName(node: Node, scope: Scope | null): void {
    if (this.#known !== null) return; // found in the first walk
    const name = node.text;
    if (this.#isImported(name, scope)) this.#uses.push({ name, call: null, line: lineOf(node) });
  }

  #isImported(name: string, scope: Scope | null): boolean {
    return this.locals.has(name) && !(scope?.hides(name, this.declarators) ?? false);
  }

  #isImportedType(name: string, scope: Scope | null): boolean {
    return this.#isImported(name.split('.')[0] ?? '', scope);
  }

  #useCall(node: Node, scope: Scope | null, end: number): void {
    const [callee, ...given] = node.namedChildren;
    if (callee !== undefined) {
      const next = given[0]?.startIndex ?? end;
      this.#useChain(callee, callOf(given.at(-1) ?? null), node, scope, next);
    }
    this.#visitAll(given, scope, end);
  }

  /** What is no chain of names (`a().b`) is looked into. */
  #useChain(node: Node, call: Call | null, at: Node, scope: Scope | null, end: number): void {
    const chain = chainOf(node);
    if (chain === null) {
      const inside = node.type === 'member_expression' ? node.namedChildren[0] : node;
      if (inside !== undefined && inside.type !== 'super') this.#visit(inside, scope, end);
      return;
    }
    const line = lineOf(node.childForFieldName('property') ?? at);
    this.#add(chain, { name: chain.name, call, line }, scope);
  }

  #add(chain: Chain, use: Use, scope: Scope | null): void {
    const isImported = chain.kind === 'plain' && this.#isImported(chain.first, scope);
    if (this.#known !== null) {
      if (!isImported && use.name.includes('.') && this.#known.has(chain.first)) this.#uses.push(use);
    } else if (isImported) this.#uses.push(use);
    else if (chain.kind !== 'plain' && !use.name.includes('.')) this.#useInherited(chain, use, scope);
  }

  /** `super.parse()`, and `this.parse()` in a class that has no such member of its own: the base's. */
  #useInherited(chain: Chain, use: Use, scope: Scope | null): void {
    const body = scope?.within(classBodies) ?? null;
    const base = body === null ? null : baseOf(body);
    if (body === null || base === null || !this.#isImportedType(base, scope)) return;
    const own = () => partsOf(body).some((member) => keyOf(nameOf(member)) === chain.first);
    if (chain.name === '') this.#uses.push({ ...use, name: base });
    else if (chain.kind === 'super' || !own()) this.#uses.push({ ...use, name: `${base}.${chain.name}` });
  }

  /** Whatever gives a name a type, or says of which type a literal is. */
  #useTyped(node: Node, nodeType: string, scope: Scope | null): void {
    if (this.#known !== null) return;
    const { name, type, held, value } = typesOf(node, nodeType);
    if (held !== null && value !== null && this.#isImportedType(held, scope)) this.#useLiterals(held, value);
    if (type === null || !this.#isImportedType(type, scope)) return;
    if (name?.type === 'object_pattern') for (const key of keysOf(name)) this.#useKey(type, key);
    else if (name !== null) this.#know(name.text.replace(/^this\./, ''), type);
  }

  #know(name: string, type: string): void {
    if (!/^#?[\p{ID_Continue}$]+$/u.test(name)) return; // part of something else
    this.#variables.set(`${name} ${type}`, { name, type });
  }

  #useKey(of: string, key: Node): void {
    this.#uses.push({ name: `${of}.${key.text}`, call: null, line: lineOf(key) });
  }

  #useLiterals(type: string, value: Node): void {
    const literals = value.type === 'array' ? partsOf(value) : [value];
    for (const literal of literals.map(inside)) {
      if (literal.type !== 'object') continue;
      const keywords = keysIn(literal);
      const call = { positional: 0, keywords: keywords.filter((key) => key !== null), spread: keywords.includes(null) };
      this.#uses.push({ name: type, call, line: lineOf(literal) });
    }
  }

  /** `const { parse } = util` uses `util.parse`. */
  #useDestructured(declarator: Node, scope: Scope | null): void {
    const pattern = declarator.namedChildren[0];
    if (pattern?.type !== 'object_pattern') return;
    const value = declarator.childForFieldName('value');
    const chain = value === null ? null : chainOf(value);
    if (chain === null || chain.kind === 'super') return;
    for (const key of keysOf(pattern)) {
      const use = {
        name: [chain.name, key.text].filter((part) => part !== '').join('.'),
        call: null,
        line: lineOf(key),
      };
      this.#add(chain.name === '' ? { ...chain, name: key.text, first: key.text } : chain, use, scope);
    }
  }

  /** An object that is returned where the result's type is said. */
  #useReturned(node: Node, scope: Scope | null): void {
    if (this.#known !== null) return;
    const around = node.type === 'arrow_function' ? node : (scope?.within(functions) ?? null);
    const value = node.type === 'arrow_function' ? node.childForFieldName('body') : node.firstNamedChild;
    const type = heldTypeNameOf(around?.childForFieldName('return_type') ?? null);
    if (type !== null && value !== null && this.#isImportedType(type, scope)) this.#useLiterals(type, value);
  }
}

/** null: more than names. */
function chainOf(node: Node): Chain | null {
  switch (node.type) {
    case 'identifier':
    case 'type_identifier':
      return { name: node.text, first: node.text, kind: 'plain' };
    case 'this':
    case 'super':
      return { name: '', first: '', kind: node.type };
    case 'non_null_expression':
    case 'parenthesized_expression':
      return node.firstNamedChild === null ? null : chainOf(node.firstNamedChild);
    case 'member_expression':
    case 'nested_identifier':
    case 'nested_type_identifier': {
      const object = node.namedChildren[0];
      const property = node.namedChildren.at(-1);
      const chain = object === undefined ? null : chainOf(object);
      if (chain === null || property === undefined) return null;
      if (chain.name === '') return { ...chain, name: property.text, first: property.text };
      return { ...chain, name: `${chain.name}.${property.text}` };
    }
    default:
      return null;
  }
}

function callOf(list: Node | null): Call {
  if (list?.type === 'template_string') return { positional: 1, keywords: [], spread: true };
  const given = list?.type === 'arguments' ? partsOf(list).map((node) => ({ node, type: node.type })) : [];
  const positional = given.filter(({ type }) => type !== 'spread_element');
  const objects = positional.map(({ node, type }) => {
    const keys = type === 'object' ? keysIn(node) : [null];
    return keys.includes(null) ? null : keys.filter((key) => key !== null);
  });
  return {
    positional: positional.length,
    keywords: [],
    spread: positional.length < given.length,
    ...(objects.some((keys) => keys !== null) && { objects }),
  };
}

/** Keys of an object literal; null among them: some are not to be seen. */
function keysIn(object: Node): (string | null)[] {
  return partsOf(object).map((part) => {
    if (part.type === 'shorthand_property_identifier') return part.text;
    return keyOf(part.childForFieldName(part.type === 'pair' ? 'key' : 'name'));
  });
}

/** The keys that a pattern takes. */
function keysOf(pattern: Node): Node[] {
  return partsOf(pattern).flatMap((part) => {
    const key = part.childForFieldName('key') ?? part.childForFieldName('left') ?? part;
    return /property_identifier/.test(key.type) ? [key] : [];
  });
}

function nameOf(member: Node): Node | null {
  return member.childForFieldName('name') ?? member.childForFieldName('property');
}

/** What a class extends, as written; null: nothing, or no name. */
function baseOf(body: Node): string | null {
  const heritage = body.parent?.namedChildren.find(({ type }) => type === 'class_heritage')?.firstNamedChild;
  const base = heritage?.type === 'extends_clause' ? heritage.childForFieldName('value') : heritage;
  return base == null || !/^(identifier|member_expression)$/.test(base.type) ? null : base.text;
}

/** `({ … })`: what is in the parentheses. */
function inside(node: Node): Node {
  return node.type === 'parenthesized_expression' && node.firstNamedChild !== null
    ? inside(node.firstNamedChild)
    : node;
}
