import type { Declaration, Import } from '../../facts';
import { childrenOf, contentOf, has, partsOf } from '../nodes';
import type { Node } from '../tree';
import { declaredIn, describeBriefly } from './declared';
import { describe, describeValue } from './describe';
import { describeAgain } from './describeAgain';
import { type Described, merged } from './described';
import { namesOf } from './imports';
import { describeMembers, keyOf } from './members';
import { exportedName } from './requires';

/** What a module declares and hands out, as its statements say it one after the other. */
export class ModuleExports {
  readonly #statements: Node[] = [];
  /** What is added to something declared, by its name. */
  readonly #added: { readonly owner: string; readonly member: Described }[] = [];
  /** Handed out under a name that is said where they are made. */
  readonly #handedOut: Described[] = [];
  /** What is declared here or imported, and its names for others. */
  readonly #names: { readonly local: string; readonly name: string }[] = [];
  readonly #hasCommonJs: boolean;
  readonly #describe: (statement: Node) => readonly Described[];

  /** @param hasError what could not be read has no meaning of its own: it hangs on what is around it */
  constructor(text: string, hasError: boolean) {
    this.#hasCommonJs = /\bexports\b/.test(text);
    this.#describe = hasError ? describe : describeAgain;
  }

  add(statement: Node): void {
    if (statement.type === 'export_statement') this.#addExport(statement);
    else if (statement.type === 'expression_statement') this.#addExpression(statement);
    else this.#statements.push(statement);
  }

  #addExport(statement: Node): void {
    if (statement.childForFieldName('source') !== null) return; // handed on, not declared
    const clause = childrenOf(statement, 'export_clause')[0];
    if (clause !== undefined) {
      for (const specifier of childrenOf(clause, 'export_specifier')) {
        const { name, alias } = namesOf(specifier);
        this.#names.push({ local: name, name: alias });
      }
      return;
    }
    const declaration = statement.childForFieldName('declaration');
    const isDefault = has(statement, 'default');
    if (declaration === null) {
      const value = statement.childForFieldName('value') ?? (has(statement, '=') ? statement.lastNamedChild : null);
      if (value !== null) this.#handOutValue(value, 'default', has(statement, '='));
      return;
    }
    const declared = declaredIn(declaration).map(({ name }) => name);
    if (isDefault && declared.length === 0) this.#handedOut.push(describeValue(declaration, 'default'));
    this.#statements.push(declaration);
    this.#names.push(...declared.map((local) => ({ local, name: isDefault ? 'default' : local })));
  }

  /** A name hands out what it stands for; anything else is made here. */
  #handOutValue(value: Node, name: string, isWholeModule: boolean): void {
    if (value.type !== 'identifier') this.#handedOut.push(describeValue(value, name));
    else this.#names.push({ local: value.text, name }, ...(isWholeModule ? [{ local: value.text, name: '*' }] : []));
  }

  #addExpression(statement: Node): void {
    const expression = statement.firstNamedChild;
    if (expression?.type === 'assignment_expression' && this.#hasCommonJs) this.#addAssignment(expression);
    else if (expression?.type === 'assignment_expression') this.#addMember(expression);
    else this.#statements.push(statement);
  }

  /** `exports.a = exports.b = …`, `module.exports = { … }` */
  #addAssignment(assignment: Node): void {
    const name = exportedName(assignment.childForFieldName('left'));
    const right = assignment.childForFieldName('right');
    if (right?.type === 'assignment_expression') this.#addAssignment(right);
    const value = right === null ? null : lastValue(right);
    if (name === null || value === null) this.#addMember(assignment);
    else if (isRequired(value))
      return; // handed on
    else if (name !== '*') this.#handOutValue(value, name, false);
    else if (value.type !== 'object') this.#handOutValue(value, 'default', true);
    else for (const part of partsOf(value)) this.#addProperty(part);
  }

  #addProperty(part: Node): void {
    if (part.type === 'shorthand_property_identifier') this.#names.push({ local: part.text, name: part.text });
    const value = part.childForFieldName('value');
    const key = keyOf(part.childForFieldName('key'));
    if (part.type === 'pair' && value !== null && key !== null && !isRequired(value)) {
      this.#handOutValue(value, key, false);
    }
    if (part.type === 'spread_element' && part.firstNamedChild?.type === 'identifier') {
      this.#names.push({ local: part.firstNamedChild.text, name: '*' });
    }
    if (part.type !== 'method_definition') return;
    this.#handedOut.push(...describeMembersOf(part));
  }

  /** `Parser.prototype.parse = function …`, `Parser.of = …`: as if it stood in the class. */
  #addMember(assignment: Node): void {
    const found = /^([\w$]+)\.(?:prototype\.)?([\w$]+)$/.exec(assignment.childForFieldName('left')?.text ?? '');
    const value = assignment.childForFieldName('right');
    if (found?.[1] === undefined || found[2] === undefined || value === null) return;
    const { kind, ...described } = describeValue(value, found[2], assignment);
    const member: Described = {
      ...described,
      kind: kind === 'function' ? 'method' : kind === 'constant' ? 'field' : kind,
    };
    this.#added.push({ owner: found[1], member });
  }

  /** In full what others may know, in brief what nobody does. */
  #declared(): Described[] {
    const known = new Set(this.#names.map(({ local }) => local));
    const all = this.#statements.flatMap((statement) => {
      const isKnown = declaredIn(statement).some(({ name }) => known.has(name));
      return isKnown ? this.#describe(statement) : describeBriefly(statement);
    });
    return merged(all).map((each) => {
      const added = this.#added.filter(({ owner }) => owner === each.name).map(({ member }) => member);
      return added.length === 0 ? each : { ...each, members: [...each.members, ...added] };
    });
  }

  /**
   * Everything, each under each of its names for others, or once, not exported, under its own. What was imported and is
   * handed out again is an import.
   */
  finish(imports: readonly Import[]): { declarations: Declaration[]; imports: Import[] } {
    const declared = this.#declared();
    const locals = new Set(declared.map(({ name }) => name));
    const declarations = declared.flatMap((each) => {
      const names = this.#names
        .filter(({ local, name }) => local === each.name && name !== '*')
        .map(({ name }) => name);
      const whole = this.#names.some(({ local, name }) => local === each.name && name === '*');
      const own =
        names.includes(each.name) || (names.length > 0 && each.kind === 'module') ? [] : [flat(each, each.name, false)];
      const members = whole ? each.members.map((member) => flat(member, member.name, true)) : [];
      return [...own, ...[...new Set(names)].map((name) => flat(each, name, true)), ...members].flat();
    });
    const made = merged(this.#handedOut).flatMap((each) => flat(each, each.name, true));
    return { declarations: [...declarations, ...made], imports: imports.flatMap((each) => this.#handOn(each, locals)) };
  }

  #handOn(each: Import, declared: ReadonlySet<string>): Import[] {
    if (each.local === null || declared.has(each.local)) return [each];
    const names = this.#names.filter(({ local }) => local === each.local).map(({ name }) => name);
    const [first, ...others] = each.name === '*' ? names : names.filter((name) => name !== '*');
    if (first === undefined) return [each];
    return [{ ...each, reexport: first }, ...others.map((name) => ({ ...each, local: null, reexport: name }))];
  }
}

/** A declaration and, where others may use it, its members. */
function flat({ members, bodiless: _, ...each }: Described, name: string, exported: boolean): Declaration[] {
  const inside = exported ? members.flatMap((member) => flat(member, `${name}.${member.name}`, true)) : [];
  return [{ ...each, name, exported }, ...inside];
}

function describeMembersOf(method: Node): Described[] {
  const object = method.parent;
  const name = keyOf(method.childForFieldName('name'));
  const members = object === null ? [] : describeMembers(object);
  return members.filter((member) => member.name === name).map((member) => ({ ...member, kind: 'function' }));
}

/** Of `a = b = value` the value. */
function lastValue(value: Node): Node {
  const right = value.type === 'assignment_expression' ? value.childForFieldName('right') : null;
  return right === null ? value : lastValue(right);
}

function isRequired(value: Node): boolean {
  const callee = value.type === 'call_expression' ? value.childForFieldName('function') : null;
  const source = value.childForFieldName('arguments')?.firstNamedChild;
  return callee?.text === 'require' && source?.type === 'string' && contentOf(source) !== '';
}
