import type * as z from 'zod/mini';
import type { ProblemFix } from '../../contract/plan';
import type { FrontMatter } from './frontMatter';
import type { FrontMatterKey } from './keys';
import { nearest } from './nearest';
import type { Problems } from './problems';
import type { CheckParams } from './schema';

type Json = Record<string, unknown>;
type Path = readonly PropertyKey[];

/**
 * Checks the front matter with `schema`. What is wrong is told and left out, so that the rest still loads; what is
 * only written in another way (one text for a list, a number for a text) is told as a warning and taken as it was meant.
 */
export function validate<T>(
  front: FrontMatter,
  schema: z.ZodMiniType<T>,
  keys: readonly FrontMatterKey[],
  problems: Problems,
): T | Record<string, never> {
  const data: Json = Object.fromEntries(
    front.entries.filter((entry) => entry.value !== null).map((entry) => [entry.key, entry.value]),
  );
  // Each round mends or removes what the last one found; a mended value may show one problem more.
  for (let round = 0; round < 5; round += 1) {
    const indexes = new Map<string, number[]>();
    const result = schema.safeParse(withoutHoles(data, '', indexes));
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      mend(issue, asWritten(issue.path, indexes), data, { front, keys, problems });
  }
  return {};
}

interface Context {
  readonly front: FrontMatter;
  readonly keys: readonly FrontMatterKey[];
  readonly problems: Problems;
}

function mend(issue: z.core.$ZodIssue, path: Path, data: Json, c: Context): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) unknownKey([...path, key], data, c);
    return;
  }
  const value = get(data, path);
  const meant = issue.code === 'invalid_type' ? takeAsMeant(issue.expected, path, value, c) : undefined;
  if (meant !== undefined) {
    set(data, path, meant);
    return;
  }
  const span = c.front.spanOf(path);
  if (issue.code === 'custom') {
    const params = issue.params as CheckParams | undefined;
    // What would mend it is certain here, and a scope that lost an entry would only confuse.
    set(data, path, params?.replacement);
    const fix = params?.replacement === undefined ? undefined : replace(quoted(params.replacement));
    c.problems.add(params?.code ?? 'bad-value', `${where(path)}: ${issue.message}`, span, { fix });
    return;
  }
  set(data, path, undefined);
  if (value === null && path.length > 1) {
    c.problems.add('empty-value', `${where(path)}: an entry is empty; fill it in or remove it.`, span, {
      severity: 'warning',
    });
    return;
  }
  const { code, message, fix } = describe(issue, path, value, c);
  c.problems.add(code, `${where(path)}: ${message}`, span, { fix });
}

function unknownKey(path: Path, data: Json, c: Context): void {
  const key = String(path.at(-1));
  set(data, path, undefined);
  const known = path.length === 1 ? c.keys.map((entry) => entry.key) : (keyOf(path, c)?.keys ?? []);
  const near = nearest(
    key,
    known.filter((name) => get(data, [...path.slice(0, -1), name]) === undefined),
  );
  const message =
    near !== null
      ? `Unknown key "${key}"; did you mean "${near}"?`
      : path.length === 1
        ? `Unknown key "${key}"; remove it.`
        : `Unknown key "${key}" in "${where(path.slice(0, -1))}"; it takes ${known.join(' and ')}.`;
  c.problems.add('unknown-key', message, c.front.keySpanOf(path), {
    fix: near === null ? { kind: 'remove-key', key: path.map(String).join('.') } : replace(near),
  });
}

/** What a value of another type was surely meant to be; undefined when that would be a guess. */
function takeAsMeant(expected: string, path: Path, value: unknown, c: Context): unknown {
  const warn = (message: string, text: string) =>
    c.problems.add('wrong-type', `${where(path)}: ${message}`, c.front.spanOf(path), {
      severity: 'warning',
      fix: replace(text),
    });
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    const text = c.front.spelling(path) ?? String(value);
    warn(`${text} is read as a ${kindOf(value)}; put quotes around it.`, quoted(text, true));
    return text;
  }
  if (expected === 'array' && typeof value === 'string') {
    warn('this is a list; put brackets around the value.', `[${c.front.source(path) || quoted(value)}]`);
    return [value];
  }
  return undefined;
}

function describe(
  issue: z.core.$ZodIssue,
  path: Path,
  value: unknown,
  c: Context,
): { code: string; message: string; fix?: ProblemFix } {
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const near = typeof value === 'string' ? nearest(value, values) : null;
    const shown = typeof value === 'string' ? `"${value}"` : `a ${kindOf(value)}`;
    const message = `${shown} is not one of ${values.join(', ')}.`;
    return near === null
      ? { code: 'bad-value', message }
      : { code: 'bad-value', message: `${message.slice(0, -1)}; did you mean "${near}"?`, fix: replace(near) };
  }
  if (issue.code === 'too_small')
    return { code: 'bad-value', message: `${String(value)} is too small; it must be more than 0.` };
  if (issue.code === 'too_big') return { code: 'bad-value', message: `${String(value)} is too large.` };
  if (issue.code === 'invalid_type') return wrongType(issue.expected, path, value, c);
  return { code: 'wrong-type', message: `a ${kindOf(value)} is not what it takes; ${hint(path, c)}` };
}

function wrongType(
  expected: string,
  path: Path,
  value: unknown,
  c: Context,
): { code: string; message: string; fix?: ProblemFix } {
  const code = 'wrong-type';
  if (expected === 'boolean') {
    const meant =
      typeof value === 'string'
        ? { yes: 'true', on: 'true', no: 'false', off: 'false' }[value.toLowerCase()]
        : undefined;
    const message = `a ${kindOf(value)} is not what it takes; write true or false.`;
    return meant === undefined ? { code, message } : { code, message, fix: replace(meant) };
  }
  if (expected === 'int') return { code, message: `${String(value)} is not a whole number.` };
  if (expected === 'number') return { code, message: `a ${kindOf(value)} is not what it takes; write a number.` };
  if (expected === 'string' && path.length > 1 && kindOf(value) === 'mapping') {
    // The commonest slip in a list of sentences: a colon makes a mapping of them.
    const source = c.front.source(path);
    if (source !== '' && !/[\r\n]/.test(source) && !/^[{[&*!]/.test(source)) {
      return {
        code,
        message: 'YAML reads this as a mapping, because of the ":" in it; put quotes around the entry.',
        fix: replace(quoted(source, true)),
      };
    }
  }
  if (expected === 'string') return { code, message: `a ${kindOf(value)} is not what it takes; write a text.` };
  return { code, message: `a ${kindOf(value)} is not what it takes; ${hint(path, c)}` };
}

/** How the value of a key is written. */
function hint(path: Path, c: Context): string {
  const known = keyOf(path, c);
  if (known?.kind === 'mapping') return `write ${known.keys?.map((key) => `"${key}: ..."`).join(' and ')} below it.`;
  return 'write a list, such as [a, b].';
}

const keyOf = (path: Path, c: Context) => c.keys.find((entry) => entry.key === path[0]);

/** `scope`, `budget.usd`; list items are named by their list, the position says which. */
const where = (path: Path) =>
  path
    .filter((part) => typeof part !== 'number')
    .map(String)
    .join('.');

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value === null) return 'missing value';
  if (typeof value === 'object') return 'mapping';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'truth value' : typeof value;
}

const replace = (text: string): ProblemFix => ({ kind: 'replace', text });

/** A text as YAML, in quotes where it needs them (or always). */
function quoted(text: string, always = false): string {
  return always || !/^[A-Za-z0-9_./][A-Za-z0-9_./*-]*$/.test(text) ? JSON.stringify(text) : text;
}

function get(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Sets or (undefined) removes the value at a path; an entry of a list becomes a hole until the round ends. */
function set(data: Json, path: Path, value: unknown): void {
  const last = path.at(-1);
  const parent = get(data, path.slice(0, -1));
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  if (value !== undefined) (parent as Record<PropertyKey, unknown>)[last] = value;
  else delete (parent as Record<PropertyKey, unknown>)[last];
}

/** A copy without holes; `indexes` gets, for each list by its path, where its entries stand in the text. */
function withoutHoles(value: unknown, path: string, indexes: Map<string, number[]>): unknown {
  if (Array.isArray(value)) {
    // `Object.keys` gives the entries that are there.
    const kept = Object.keys(value).map(Number);
    indexes.set(path, kept);
    return kept.map((index) => withoutHoles(value[index], `${path}.${index}`, indexes));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withoutHoles(item, path === '' ? key : `${path}.${key}`, indexes),
    ]),
  );
}

/** A path into the copy as the path into the text. */
function asWritten(path: Path, indexes: ReadonlyMap<string, number[]>): Path {
  const written: PropertyKey[] = [];
  for (const part of path) {
    written.push(typeof part === 'number' ? (indexes.get(written.map(String).join('.'))?.[part] ?? part) : part);
  }
  return written;
}
