import type { Declaration, DeclarationKind, Parameter } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';
import { type Place, readFunction } from './functions';
import { boundNames } from './names';
import { parametersText, typeOf } from './parameters';
import { readValues, statementsOf, undecorated, withoutHidden } from './statements';

interface Bases {
  /** Without their type arguments: `Base`, `abc.ABC`. */
  readonly names: readonly string[];
  readonly keywords: readonly string[];
  /** As written. */
  readonly text: string;
}

const enums = new Set(['Enum', 'IntEnum', 'StrEnum', 'Flag', 'IntFlag']);
/** Bases that add nothing to how a class is made. */
const plain = new Set(['object', 'ABC', 'Generic', 'Protocol']);
const dataclasses =
  /^(?:dataclasses\.)?dataclass\b|^attrs?\.(?:s|define|frozen|mutable|dataclass)\b|^(?:define|frozen)\b/;
/** For what is made in ways that cannot be seen here. */
const anything: readonly Parameter[] = [
  { name: 'args', type: null, kind: 'rest' },
  { name: 'kwargs', type: null, kind: 'keywords' },
];

/** A class and its members, classes within it too. It is called by what its `__init__` takes. */
export function readClass(
  node: Node,
  decorators: readonly string[],
  text: string,
  { owner, isExported }: Place,
): Declaration[] {
  const simple = textOf(node.childForFieldName('name'), text);
  const body = node.childForFieldName('body');
  if (simple === '' || body === null) return [];
  const name = owner === null ? simple : `${owner}.${simple}`;
  const exported = isExported(simple);
  const bases = basesOf(node, text);
  const members = readMembers(body, text, { owner: name, isExported: (own) => exported && isExported(own) });
  const kind = kindOf(bases);
  const data = dataFields(body, decorators, bases, text);
  const parameters = constructorOf(name, members, data, bases);
  const fields = data === null || data === parameters ? '' : ` ${parametersText(data)}`;
  const listed = kind === 'enum' || kind === 'interface' ? ` { ${membersText(members, name)} }` : fields;
  const generics = compact(textOf(node.childForFieldName('type_parameters'), text), 'python');
  const signature = `class${generics}${bases.text}${kind === 'enum' ? '' : parametersText(parameters)}${listed}`;
  const line = node.row + 1;
  const own: Declaration = { name, kind, exported, signature, parameters, result: null, line };
  const named = bases.names.filter((base) => base !== '' && base !== 'object');
  return [named.length === 0 ? own : { ...own, bases: named }, ...members];
}

function basesOf(node: Node, text: string): Bases {
  const list = node.childForFieldName('superclasses');
  const names: string[] = [];
  const keywords: string[] = [];
  for (const base of list?.namedChildren ?? []) {
    if (base.type === 'comment') continue;
    if (base.type === 'keyword_argument') keywords.push(textOf(base.childForFieldName('name'), text));
    else names.push(/^[\w.]*/u.exec(textOf(base, text))?.[0] ?? '');
  }
  return { names, keywords, text: names.length === 0 ? '' : compact(textOf(list, text), 'python') };
}

function lastOf(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1);
}

function kindOf({ names }: Bases): DeclarationKind {
  if (names.some((name) => enums.has(lastOf(name)))) return 'enum';
  return names.some((name) => lastOf(name) === 'Protocol') ? 'interface' : 'class';
}

function readMembers(body: Node, text: string, place: Place & { readonly owner: string }): Declaration[] {
  const members: Declaration[] = [];
  const fields = new Set<string>();
  const add = (field: Declaration) => {
    if (fields.has(field.name)) return;
    fields.add(field.name);
    const name = `${place.owner}.${field.name}`;
    members.push({ ...field, name, kind: 'field', exported: place.isExported(field.name) });
  };
  for (const statement of statementsOf(body, text)) {
    const { definition, decorators } = undecorated(statement, text);
    if (definition.type === 'function_definition') {
      members.push(...readFunction(definition, decorators, text, place));
      for (const field of ownFields(definition, text)) add(field);
    } else if (definition.type === 'class_definition') {
      members.push(...readClass(definition, decorators, text, place));
    } else {
      for (const field of readValues(definition, text)) add(field);
    }
  }
  return withoutHidden(members);
}

/** What `__init__` puts on a new object: `self.a = 1`. */
function ownFields(node: Node, text: string): Declaration[] {
  if (textOf(node.childForFieldName('name'), text) !== '__init__') return [];
  return node.descendantsOfType('assignment').flatMap((assignment) => {
    const target = assignment.childForFieldName('left');
    const of = target?.type === 'attribute' ? textOf(target.childForFieldName('object'), text) : '';
    if (target == null || of !== 'self') return [];
    const type = typeOf(assignment.childForFieldName('type'), text);
    const name = textOf(target.childForFieldName('attribute'), text);
    const signature = type === null ? name : `${name}: ${type}`;
    const line = target.row + 1;
    return [{ name, kind: 'field', exported: true, signature, parameters: null, result: null, line } as const];
  });
}

/** What a class takes whose fields say it, such as a dataclass; null: it is no such class. */
function dataFields(body: Node, decorators: readonly string[], bases: Bases, text: string): Parameter[] | null {
  const decorator = decorators.find((written) => dataclasses.test(written));
  const named = bases.names.map(lastOf);
  const byNameOnly = named.some((name) => name === 'TypedDict' || name === 'BaseModel');
  if (decorator === undefined && !byNameOnly && !named.includes('NamedTuple')) return null;
  let keyword = byNameOnly || /\bkw_only\s*=\s*True\b/.test(decorator ?? '');
  const fields: Parameter[] = [];
  for (const statement of statementsOf(body, text)) {
    const node = statement.firstNamedChild;
    if (node?.type !== 'assignment') continue;
    const type = typeOf(node.childForFieldName('type'), text);
    const value = node.childForFieldName('right');
    const written = textOf(value, text);
    if (type !== null && /\bKW_ONLY$/.test(type)) keyword = true;
    if (type === null || /\bKW_ONLY$|\bClassVar\b/.test(type) || /\binit\s*=\s*False\b/.test(written)) continue;
    const partial = bases.keywords.includes('total') || /\bNotRequired\[/.test(type);
    const optional = partial || (value !== null && !isBareField(written));
    const kind = keyword ? (optional ? 'optional-keyword' : 'keyword') : optional ? 'optional' : 'required';
    for (const name of boundNames(node.childForFieldName('left')))
      fields.push({ name: textOf(name, text), type, kind });
  }
  return fields;
}

/** `field(repr=False)` gives no value. What `Field(…)` of other libraries gives, it does not say so plainly. */
function isBareField(written: string): boolean {
  return /^(?:dataclasses\.)?field\(/.test(written) && !/\b(?:default|default_factory|factory)\s*=/.test(written);
}

function constructorOf(
  name: string,
  members: readonly Declaration[],
  data: readonly Parameter[] | null,
  bases: Bases,
): readonly Parameter[] {
  const made =
    members.find((member) => member.name === `${name}.__init__`) ??
    members.find((member) => member.name === `${name}.__new__`);
  if (made?.parameters != null) return made.parameters;
  const last = bases.names.map(lastOf);
  if (bases.keywords.includes('metaclass') && !last.every((base) => plain.has(base))) return anything;
  const own = data === null ? plain : new Set([...plain, 'NamedTuple', 'TypedDict', 'BaseModel']);
  if (!last.every((base) => own.has(base))) return anything;
  // Such a model takes more than its fields, and may be told to take them by other names.
  if (last.includes('BaseModel')) {
    const renamed = members.some(({ name: member }) => /\.(?:model_config|Config)$/.test(member));
    return renamed ? anything : [...(data ?? []), { name: 'data', type: null, kind: 'keywords' }];
  }
  return data ?? [];
}

function membersText(members: readonly Declaration[], owner: string): string {
  const own = members.filter(({ name }) => lastOf(name) === name.slice(owner.length + 1));
  return own
    .map(({ name, kind, signature }) => (kind === 'field' ? signature : `${lastOf(name)} ${signature}`))
    .sort()
    .join('; ');
}
