import type { Outline } from '../outline/outline';
import { type Lines, type Region, regionAt, type Span, type ThreeWay } from '../regions';
import type { ImportStatement } from './parts';
import { type BoundNames, boundBy, removed, uniteImports } from './union';

export interface Versions<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** A conflict that is about nothing but import statements, with its union. */
export interface SettledImports {
  readonly region: Region;
  readonly lines: readonly string[];
}

/** Whether all that stands in a region are import statements; a few of them at least. */
export function isOfImports(region: Region, lines: Lines, outlines: Versions<Outline>): boolean {
  const versions = ['base', 'ours', 'theirs'] as const;
  return (
    versions.every((version) => holdsOnlyImports(region[version], lines[version], outlines[version].imports)) &&
    versions.some((version) => statementsIn(region[version], outlines[version].imports).length > 0)
  );
}

/**
 * The union of both sides' imports in one conflict.
 * @returns null: there is more in it than imports, or their order or meaning is in doubt
 */
export function settleImports(
  conflict: Region,
  edits: Pick<ThreeWay, 'ours' | 'theirs'>,
  lines: Lines,
  outlines: Versions<Outline>,
): SettledImports | null {
  const region = wholeStatements(conflict, edits, outlines);
  if (region === null || !isOfImports(region, lines, outlines)) return null;
  const statements = (version: keyof Versions<Outline>) => statementsIn(region[version], outlines[version].imports);
  const all = [...statements('base'), ...statements('ours'), ...statements('theirs')];
  if (all.some(({ delicate }) => delicate) || isAnnotated(region, lines)) return null;
  const bound = boundOf(outlines);
  const ours = statements('ours');
  const united = uniteImports({ base: statements('base'), ours, theirs: statements('theirs'), bound });
  if (united === null) return null;
  return { region, lines: write(region.ours, lines.ours, ours, united) };
}

export function boundOf(outlines: Versions<Outline>): Versions<BoundNames> {
  return {
    base: boundBy(outlines.base.imports),
    ours: boundBy(outlines.ours.imports),
    theirs: boundBy(outlines.theirs.imports),
  };
}

/** What is wrong with a merged file whose imports were united; null: nothing that could be seen. */
export function doubtAbout(merged: Outline, text: readonly string[], outlines: Versions<Outline>): string | null {
  const bound = boundOf(outlines);
  const gone = removed(bound);
  const wanted = new Set([...bound.ours.keys(), ...bound.theirs.keys()].filter((key) => !gone.has(key)));
  const items = merged.imports.flatMap(({ items: each }) => each);
  if (items.length !== wanted.size || items.some(({ key }) => !wanted.has(key))) return 'not the union';
  // What binds a name twice by itself may mean the one or the other.
  if ([merged, outlines.base, outlines.ours, outlines.theirs].some(bindsTwice)) return 'one name bound twice';
  if (!keepsOrder(merged, outlines)) return 'another order of effects';
  const words = new Set(withoutImports(text, merged).flatMap((line) => line.match(/[\p{L}\p{N}_$]+/gu) ?? []));
  // Who removed an import has no use for it; the other side may.
  const used = [...gone.values()]
    .flatMap((item) => item.locals)
    .some((local) => words.has(local.split('.')[0] ?? local));
  return used ? 'a removed name still used' : null;
}

function bindsTwice({ imports, declared }: Outline): boolean {
  const locals = imports.flatMap(({ items }) => items.flatMap((item) => item.locals));
  const own = new Set(declared);
  return new Set(locals).size !== locals.length || locals.some((local) => own.has(local));
}

/** Whether all that is imported for its effects stands in one order everywhere, and before and behind the same others. */
function keepsOrder(merged: Outline, outlines: Versions<Outline>): boolean {
  const effects = ({ imports }: Outline) => imports.filter(({ delicate }) => delicate).map(({ text }) => text);
  const order = effects(merged);
  if (order.length === 0)
    return [outlines.base, outlines.ours, outlines.theirs].every((each) => effects(each).length === 0);
  const behind = ranksOf(merged);
  return [outlines.base, outlines.ours, outlines.theirs].every(
    (each) =>
      JSON.stringify(effects(each)) === JSON.stringify(order) &&
      [...ranksOf(each)].every(([key, rank]) => (behind.get(key) ?? rank) === rank),
  );
}

/** Behind how many of those that are imported for their effects each name is bound. */
function ranksOf({ imports }: Outline): Map<string, number> {
  const ranks = new Map<string, number>();
  let effects = 0;
  for (const { items, delicate } of imports) {
    if (delicate) effects += 1;
    for (const { key } of items) ranks.set(key, effects);
  }
  return ranks;
}

/** The lines of a file that belong to no import statement. */
export function withoutImports(text: readonly string[], { imports }: Outline): string[] {
  const rows = new Set(
    imports.flatMap(({ lines: { from, to } }) => Array.from({ length: to - from }, (_, i) => from + i)),
  );
  return text.filter((line, index) => !rows.has(index) && line.trim() !== '');
}

/** Makes a region larger until it cuts no statement apart. */
function wholeStatements(
  conflict: Region,
  edits: Pick<ThreeWay, 'ours' | 'theirs'>,
  outlines: Versions<Outline>,
): Region | null {
  let region = conflict;
  // A line at a time: what a side has added there comes along with it.
  for (let turn = 0; turn < mostLines; turn += 1) {
    let [up, down] = [false, false];
    for (const version of ['base', 'ours', 'theirs'] as const) {
      const { from, to } = region[version];
      for (const { lines } of outlines[version].imports) {
        if (lines.from < from && lines.to > from) up = true;
        if (lines.from < to && lines.to > to) down = true;
      }
    }
    if (!up && !down) return region;
    const { base } = region;
    region = regionAt(edits, { from: Math.max(0, base.from - (up ? 1 : 0)), to: base.to + (down ? 1 : 0) });
  }
  return null;
}

/** Longer statements are left to a human. */
const mostLines = 500;

/** What is written for the next line, or for all lines up to another such mark: no statement may come between. */
const mark =
  /@ts-|(eslint|prettier|biome|tslint|dprint|rustfmt|fmt|isort|yapf|goland|noinspection|nolint|c8|istanbul)\b|^\s*#!?\[/;

function isAnnotated(region: Region, lines: Lines): boolean {
  return (['base', 'ours', 'theirs'] as const).some((version) => {
    const above = lines[version][region[version].from - 1] ?? '';
    return /^\s*(\/\/|\/\*|#|\*)/.test(above) && mark.test(above);
  });
}

function statementsIn({ from, to }: Span, imports: readonly ImportStatement[]): ImportStatement[] {
  return imports.filter(({ lines }) => lines.from < to && lines.to > from);
}

function holdsOnlyImports({ from, to }: Span, lines: readonly string[], imports: readonly ImportStatement[]): boolean {
  const own = statementsIn({ from, to }, imports);
  for (let row = from; row < to; row += 1) {
    const within = own.some(({ lines: each }) => each.from <= row && row < each.to);
    if (!within && lines[row]?.trim() !== '') return false;
  }
  return own.every((statement) => standsAlone(statement, lines));
}

/** Nothing else, no comment either, stands on its lines. */
function standsAlone({ lines: { from, to }, text }: ImportStatement, lines: readonly string[]): boolean {
  const written = lines.slice(from, to).join('\n').replaceAll('\r', '').trim().replace(/;$/, '').trimEnd();
  return written === text.replaceAll('\r', '').trim().replace(/;$/, '').trimEnd();
}

function write(
  { from, to }: Span,
  lines: readonly string[],
  statements: readonly ImportStatement[],
  united: { readonly ours: readonly (string | null)[]; readonly added: readonly string[] },
): string[] {
  const written: string[] = [];
  let end = 0;
  for (let row = from; row < to; ) {
    const index = statements.findIndex(({ lines: each }) => each.from === row);
    const statement = statements[index];
    if (statement === undefined) {
      written.push(lines[row] ?? '');
      row += 1;
      continue;
    }
    const text = united.ours[index] ?? null;
    if (text === statement.text) written.push(...lines.slice(row, statement.lines.to));
    else if (text !== null) written.push(...text.split('\n'));
    row = statement.lines.to;
    end = written.length;
  }
  written.splice(end, 0, ...united.added.flatMap((text) => text.split('\n')));
  return written;
}
