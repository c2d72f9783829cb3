import satisfies from 'semver/functions/satisfies.js';
import intersects from 'semver/ranges/intersects.js';
import validRange from 'semver/ranges/valid.js';
import type { ManifestFacts } from '../../facts';

export type Ecosystem = ManifestFacts['ecosystem'];

/** Whether a version exists that both ranges let in; null: not known (a tag, an address, a marker, a word). */
export function meet(ecosystem: Ecosystem, one: string, other: string): boolean | null {
  if (ecosystem === 'npm') return meetOfNpm(one, other);
  const [left, right] = [intervalsOf(ecosystem, one), intervalsOf(ecosystem, other)];
  if (left === null || right === null) return null;
  return left.some((x) => right.some((y) => !isEmpty(cut(x, y))));
}

/** Whether a range lets a version in; null: not known. */
export function admits(ecosystem: Ecosystem, range: string, version: string): boolean | null {
  if (ecosystem === 'npm') {
    return validRange(range, true) === null
      ? null
      : satisfies(version, range, { loose: true, includePrerelease: true });
  }
  const [all, parts] = [intervalsOf(ecosystem, range), partsOf(version)];
  if (all === null || parts === null) return null;
  return all.some((interval) => !isEmpty(cut(interval, exactly(parts))));
}

function meetOfNpm(one: string, other: string): boolean | null {
  if (validRange(one, true) === null || validRange(other, true) === null) return null;
  return intersects(one, other, { loose: true, includePrerelease: true });
}

interface Bound {
  readonly parts: readonly number[];
  readonly closed: boolean;
}

interface Interval {
  readonly low: Bound | null;
  readonly high: Bound | null;
}

const everything: Interval = { low: null, high: null };

/** Several: any of them will do. */
function intervalsOf(ecosystem: Ecosystem, range: string): Interval[] | null {
  const text = range.trim();
  if (text === '' || text === '*') return [everything];
  if (ecosystem === 'maven' || ecosystem === 'gradle') return ofMaven(text);
  if (ecosystem === 'go' || text.includes(';') || text.includes(' - ')) return null;
  const choices = text.split(ecosystem === 'composer' ? /\s*\|\|?\s*/ : /\s*\|\|\s*/).map((choice) => {
    const split = ecosystem === 'composer' ? /\s*,\s*|(?<=[\d*])\s+/ : /\s*,\s*/;
    const all = choice.split(split).filter((part) => part !== '');
    const parts = all.map((part) => constraint(ecosystem, part));
    return parts.reduce<Interval | null>((x, y) => (x === null || y === null ? null : cut(x, y)), everything);
  });
  return choices.includes(null) ? null : choices.filter((choice) => choice !== null);
}

const shape = /^(?<operator>===|==|~=|!=|>=|<=|~>|>|<|=|\^|~)?\s*v?(?<version>\d+(?:\.\d+)*)(?<any>\.[*x])?(?:@\w+)?$/;

function constraint(ecosystem: Ecosystem, text: string): Interval | null {
  const { operator = '', version = '', any } = shape.exec(text.trim())?.groups ?? {};
  const parts = partsOf(version);
  if (parts === null) return text === '*' ? everything : null;
  const from = { parts, closed: true };
  const below = (at: number): Interval => ({ low: from, high: { parts: bumped(parts, at), closed: false } });
  const last = parts.length - 1;
  if (any !== undefined) return operator === '!=' ? everything : below(last);
  switch (operator) {
    case '>=':
      return { low: from, high: null };
    case '>':
      return { low: { parts, closed: false }, high: null };
    case '<=':
      return { low: null, high: from };
    case '<':
      return { low: null, high: { parts, closed: false } };
    case '!=':
      return everything;
    case '^':
      return below(caret(parts));
    case '~=':
    case '~>':
      return below(Math.max(0, last - 1));
    case '~':
      // Composer's tilde lets the last part said rise; all others' the third.
      return below(ecosystem === 'composer' ? Math.max(0, last - 1) : Math.min(1, last));
    case '':
      return ecosystem === 'cargo' ? below(caret(parts)) : exactly(parts);
    default:
      return ecosystem === 'cargo' && last < 2 ? below(last) : exactly(parts);
  }
}

/** A plain version of Maven and Gradle is a wish: only another major version is taken for another. */
function ofMaven(text: string): Interval[] | null {
  const range = /^(?<open>[[(])\s*(?<low>[^,\])]*?)\s*(?:(?<comma>,)\s*(?<high>[^\])]*?)\s*)?(?<close>[\])])$/.exec(
    text,
  )?.groups;
  if (range === undefined) {
    const parts = partsOf(text.replace(/(?:[-.][A-Za-z].*|\.\+|!!)$/, ''));
    return parts === null ? null : [{ low: { parts, closed: true }, high: { parts: bumped(parts, 0), closed: false } }];
  }
  const bound = (version: string | undefined, closed: boolean) => {
    const parts = partsOf(version ?? '');
    return parts === null ? null : { parts, closed };
  };
  const low = bound(range.low, range.open === '[');
  return [{ low, high: range.comma === undefined ? low : bound(range.high, range.close === ']') }];
}

function partsOf(version: string): number[] | null {
  return /^\d+(?:\.\d+)*$/.test(version) ? version.split('.').map(Number) : null;
}

function exactly(parts: readonly number[]): Interval {
  return { low: { parts, closed: true }, high: { parts, closed: true } };
}

/** The part that may not rise: the first that is not 0. */
function caret(parts: readonly number[]): number {
  const first = parts.findIndex((part) => part !== 0);
  return first === -1 ? parts.length - 1 : Math.min(first, 2);
}

function bumped(parts: readonly number[], at: number): number[] {
  return parts.slice(0, at + 1).map((part, index) => (index === at ? part + 1 : part));
}

function compare(x: readonly number[], y: readonly number[]): number {
  for (let at = 0; at < Math.max(x.length, y.length); at += 1) {
    const difference = (x[at] ?? 0) - (y[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function cut(x: Interval, y: Interval): Interval {
  const tighter = (one: Bound | null, other: Bound | null, sign: number) => {
    if (one === null || other === null) return one ?? other;
    const order = compare(one.parts, other.parts) * sign;
    return order > 0 || (order === 0 && !one.closed) ? one : other;
  };
  return { low: tighter(x.low, y.low, 1), high: tighter(x.high, y.high, -1) };
}

function isEmpty({ low, high }: Interval): boolean {
  if (low === null || high === null) return false;
  const order = compare(low.parts, high.parts);
  return order > 0 || (order === 0 && !(low.closed && high.closed));
}
