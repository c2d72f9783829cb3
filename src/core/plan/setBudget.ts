import { isDeepStrictEqual } from 'node:util';
import type { Budget } from '../../contract/plan';
import { PlanError } from './errors';
import { type FrontMatter, readFrontMatter } from './frontMatter';
import { type Span, withoutBom } from './lines';
import { Problems } from './problems';
import { spanOfKey } from './removeKey';

/**
 * A plan's or task's text with another budget; everything else stays byte for byte as it is. That is checked: what
 * cannot be edited so is refused, since the file is a person's own.
 * @param budget null, or without a limit: it has none from now on
 * @throws PlanError `cannot-edit`
 */
export function withBudget(text: string, file: string, budget: Budget | null): string {
  const refuse = (why: string): never => {
    throw new PlanError('cannot-edit', `The budget in ${file} cannot be set because ${why}: write it by hand.`, {
      file,
    });
  };
  const before = read(text, file);
  if (before === null) return refuse('its front matter has errors');
  const wanted = limitsOf(budget);
  if (isDeepStrictEqual(valueAt(before, 'budget'), wanted ?? undefined)) return text;
  const edited = edit(text, before, wanted) ?? refuse('a comment stands in it');
  const after = read(edited, file);
  if (after === null || !isAsMeant(before, after, wanted)) return refuse('something else would change with it');
  return edited;
}

function limitsOf(budget: Budget | null): Budget | null {
  const { usd, tokens } = budget ?? {};
  if (usd === undefined && tokens === undefined) return null;
  return { ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens }) };
}

function read(text: string, file: string): FrontMatter | null {
  const problems = new Problems(file);
  const found = readFrontMatter(text, problems);
  return problems.list.some(({ severity }) => severity === 'error') ? null : found;
}

function valueAt({ entries }: FrontMatter, key: string): unknown {
  return entries.find((entry) => entry.key === key)?.value;
}

function isAsMeant(before: FrontMatter, after: FrontMatter, wanted: Budget | null): boolean {
  const others = ({ entries }: FrontMatter) =>
    entries.flatMap(({ key, value }) => (key === 'budget' ? [] : [[key, value] as const]));
  return (
    before.body === after.body &&
    isDeepStrictEqual(others(before), others(after)) &&
    isDeepStrictEqual(valueAt(after, 'budget'), wanted ?? undefined)
  );
}

/** null: a comment would be lost. */
function edit(text: string, before: FrontMatter, wanted: Budget | null): string | null {
  const { positions } = before;
  const place = positions.get('budget');
  if (place === undefined) return wanted === null ? text : withKey(text, before, `budget: ${flow(wanted)}`);
  const old = valueAt(before, 'budget');
  if (wanted === null) {
    const span = spanOfKey(text, positions, 'budget');
    return span === null ? text : replaced(text, [[span, '']]);
  }
  const keys = ['usd', 'tokens'] as const;
  const spans = keys.map((key) => positions.get(`budget.${key}`)?.value);
  const sameKeys = keys.every((key, at) => (wanted[key] === undefined) === (spans[at] === undefined));
  if (sameKeys && isRecord(old) && Object.keys(old).every((key) => key === 'usd' || key === 'tokens')) {
    const edits = keys.flatMap((key, at): [Span, string][] => {
      const span = spans[at];
      return span === undefined || old[key] === wanted[key] ? [] : [[span, String(wanted[key])]];
    });
    return replaced(text, edits);
  }
  const whole = { ...place.key, endLine: place.value.endLine, endColumn: place.value.endColumn };
  return replaced(text, [[whole, `budget: ${flow(wanted)}`]]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function flow({ usd, tokens }: Budget): string {
  const parts = [usd === undefined ? '' : `usd: ${usd}`, tokens === undefined ? '' : `tokens: ${tokens}`];
  return `{ ${parts.filter((part) => part !== '').join(', ')} }`;
}

/** One more line below the last key, with the line ends that the file has. */
function withKey(text: string, before: FrontMatter, line: string): string {
  const plain = withoutBom(text);
  const lineEnd = /\r\n|\n|\r/.exec(plain)?.[0] ?? '\n';
  const first = Math.min(...[...before.positions.values()].map(({ key }) => key.column), Number.POSITIVE_INFINITY);
  const indent = ' '.repeat(Number.isFinite(first) ? first - 1 : 0);
  const opening = /^---[ \t]*(?:\r\n|\n|\r)/.exec(plain)?.[0].length ?? 0;
  const closing = /(?:^|\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(?=\r|\n|$)/.exec(plain.slice(opening));
  const at = opening + (closing?.index ?? 0);
  // Without any key the closing line stands directly below the opening one.
  const isEmpty = closing?.index === 0 && !/^[\r\n]/.test(closing[0]);
  const added = isEmpty ? `${indent}${line}${lineEnd}` : `${lineEnd}${indent}${line}`;
  return insertAt(text, at, added);
}

function insertAt(text: string, at: number, added: string): string {
  const bom = text.length - withoutBom(text).length;
  return text.slice(0, bom + at) + added + text.slice(bom + at);
}

/** null: one of the pieces has a comment in it. @param edits in the order in which they stand */
function replaced(text: string, edits: readonly (readonly [Span, string])[]): string | null {
  const plain = withoutBom(text);
  const offset = offsetsOf(plain);
  let result = plain;
  const sorted = edits.toSorted(([a], [b]) => b.line - a.line || b.column - a.column);
  for (const [span, by] of sorted) {
    const [start, end] = [offset(span.line, span.column), offset(span.endLine, span.endColumn)];
    if (/#/.test(plain.slice(start, end))) return null;
    result = result.slice(0, start) + by + result.slice(end);
  }
  return text.slice(0, text.length - plain.length) + result;
}

function offsetsOf(text: string): (line: number, column: number) => number {
  const starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
  return (line, column) => Math.min(text.length, (starts[line - 1] ?? text.length) + column - 1);
}
