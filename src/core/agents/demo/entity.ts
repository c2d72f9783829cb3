/** The thing a plan is about, read from its contract file, so that what the demo writes fits the project. */
export interface Entity {
  /** Type name, e.g. `ActivityEvent`. */
  readonly type: string;
  /** Short noun in camel case, e.g. `activity`. */
  readonly noun: string;
  /** Name of the field that holds an id, a user, a time; null when the type has none. */
  readonly id: string | null;
  readonly user: string | null;
  readonly time: string | null;
  /** An object literal's fields with sample values, as source text. */
  readonly sample: readonly (readonly [name: string, value: string])[];
  /** Where the type is exported; null: it is not, and has to be declared. */
  readonly file: string | null;
}

const stopWords = new Set([
  'a',
  'an',
  'the',
  'add',
  'make',
  'build',
  'create',
  'write',
  'and',
  'of',
  'for',
  'to',
  'in',
]);

/** Makes an entity from the words of a title, for tasks without a contract. */
export function entityFromTitle(title: string): Entity {
  const words = (title.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !stopWords.has(word)).slice(0, 3);
  const name =
    words
      .map(capital)
      .join('')
      .replace(/^[0-9]+/, '') || 'Item';
  return {
    type: name,
    noun: uncapital(name),
    id: 'id',
    user: 'userId',
    time: 'at',
    sample: [
      ['id', "'1'"],
      ['userId', "'u1'"],
      ['at', "'2026-01-01T00:00:00.000Z'"],
    ],
    file: null,
  };
}

/** Reads the first exported interface or object type of a TypeScript file; null when there is none it understands. */
export function entityFromContract(file: string, text: string): Entity | null {
  const found = /export\s+(?:interface\s+(\w+)[^{]*|type\s+(\w+)\s*=\s*)\{([^}]*)\}/.exec(text);
  const type = found?.[1] ?? found?.[2];
  if (found === null || type === undefined) return null;
  const fields: [string, string][] = [];
  for (const [, name, optional, kind] of (found[3] ?? '').matchAll(/(?:readonly\s+)?(\w+)(\?)?\s*:\s*([^;,\n]+)/g)) {
    if (name !== undefined && kind !== undefined && optional === undefined) fields.push([name, kind.trim()]);
  }
  const named = (pattern: RegExp) => fields.find(([name]) => pattern.test(name))?.[0] ?? null;
  return {
    type,
    noun: uncapital(type.replace(/(Event|Record|Row|Entry|Dto|Model)$/, '') || type),
    id: named(/^(id|uuid|key)$/i),
    user: named(/^(user|userId|actor|actorId|owner|ownerId)$/),
    time: named(/(At|^at|[tT]ime|[tT]imestamp|[dD]ate)$/),
    sample: fields.map(([name, kind]) => [name, sampleValue(name, kind)]),
    file,
  };
}

function sampleValue(name: string, kind: string): string {
  const literal = /'[^']*'|"[^"]*"/.exec(kind)?.[0];
  if (literal !== undefined) return literal.replaceAll('"', "'");
  if (/\[\]$|^(readonly )?Array</.test(kind)) return '[]';
  if (/^number\b/.test(kind)) return '1';
  if (/^boolean\b/.test(kind)) return 'true';
  if (/^Date\b/.test(kind)) return "new Date('2026-01-01T00:00:00.000Z')";
  if (/^string\b/.test(kind))
    return /(At|^at|[tT]ime|[dD]ate)/.test(name) ? "'2026-01-01T00:00:00.000Z'" : `'${name}-1'`;
  return /null/.test(kind) ? 'null' : '{}';
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function uncapital(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
