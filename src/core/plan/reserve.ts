import picomatch from 'picomatch';
import type { TaskFields } from '../../contract/plan';
import { mergeOrder } from './mergeOrder';
import type { Plan, TaskFile } from './plan';

/** Numbers that a plan gives out, both ends included. */
export interface NumberRange {
  readonly first: number;
  /** `Infinity`: it counts on. */
  readonly last: number;
  /** With fewer digits a number is filled up with zeros. */
  readonly width: number;
}

/** An entry of `reserve.migrations` that says nothing. */
export interface BadReserve {
  /** Of the front matter: `reserve.migrations`, `reserve.migrations.1`. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
}

/** What `reserve.migrations` of a plan says. */
export interface Reserve {
  /** Where the plan's migrations lie; null: not said. */
  readonly globs: readonly string[] | null;
  /** As written; empty: no numbers are given out. */
  readonly ranges: readonly NumberRange[];
  readonly bad: readonly BadReserve[];
}

/** More digits than those of a time to the second would not be exact. */
const mostDigits = 15;
/** A range is shared out evenly, with so many for one task at most: some are left for tasks that come later. */
const mostEach = 3;

/**
 * Reads `reserve.migrations`: a number (from there on), a range (`0040-0049`), a glob of the files that are migrations
 * (`db/changes/*.sql`), several of them with commas, or a list, in which a number is just that one and `41+` counts on.
 */
export function reserveOf({ fields, positions }: Pick<Plan, 'fields' | 'positions'>): Reserve {
  const value = fields.reserve?.migrations;
  if (value === undefined) return { globs: null, ranges: [], bad: [] };
  const all: Entry[] = [];
  const bad: BadReserve[] = [];
  const single = !Array.isArray(value);
  for (const [index, item] of (single ? [value] : value).entries()) {
    const path = single ? 'reserve.migrations' : `reserve.migrations.${index}`;
    const texts = spelled(item, positions.get(path)?.text ?? null).split(',');
    for (const text of texts) {
      const entry = entryOf(text.trim(), single && texts.length === 1);
      if ('message' in entry) bad.push({ path, message: entry.message });
      else all.push(entry);
    }
  }
  const globs = all.flatMap((entry) => ('glob' in entry ? [entry.glob] : []));
  return {
    globs: globs.length === 0 ? null : globs,
    ranges: all.flatMap((entry) => ('glob' in entry ? [] : [entry])),
    bad,
  };
}

type Entry = NumberRange | { readonly glob: string };

/** YAML reads `0041` as 41; people mean four digits. */
function spelled(value: unknown, source: string | null): string {
  return source !== null && Number(source) === value ? source : String(value);
}

function entryOf(text: string, countsOn: boolean): Entry | { readonly message: string } {
  const number = /^(\d+)(\+?)$/.exec(text);
  const range = /^(\d+)\s*(?:-|–|\.\.)\s*(\d+)$/.exec(text);
  const [first = '', last = ''] = (number ?? range)?.slice(1) ?? [];
  if (Math.max(first.length, range === null ? 0 : last.length) > mostDigits) {
    return { message: `"${text}" has more than ${mostDigits} digits, which no number of a migration needs.` };
  }
  if (number !== null) {
    const from = Number(first);
    return { first: from, last: countsOn || last === '+' ? Number.POSITIVE_INFINITY : from, width: first.length };
  }
  if (range !== null && Number(last) < Number(first)) {
    return { message: `"${text}" ends before it begins; write the smaller number first.` };
  }
  if (range !== null) return { first: Number(first), last: Number(last), width: first.length };
  if (/^(?:[/\\~]|[a-zA-Z]:)|\\|(?:^|\/)\.\.(?:\/|$)/.test(text) || !/[/*?]/.test(text)) {
    return {
      message: `"${text}" is neither a number (0041), a range of numbers (0040-0049) nor a glob of files (db/changes/*.sql).`,
    };
  }
  return { glob: text.endsWith('/') ? `${text}**` : text };
}

/** Folders in which the usual frameworks keep their migrations. */
const migrationFolder = /^(?:db[-_]?)?(?:migrations?|migrate|alembic|flyway|liquibase|changelogs?|drizzle)$/i;

/** Whether a task is there to make migrations, or may: its type, or its scope, says so. */
export function makesMigrations({ type, scope }: TaskFields, globs: readonly string[] | null): boolean {
  if (type === 'migration') return true;
  return (scope ?? []).some((wanted) => {
    if (globs === null) return wanted.split('/').some((part) => migrationFolder.test(part));
    return globs.some((glob) => meets(wanted, glob));
  });
}

/** Whether one of two globs reaches into the folder of the other; what lies below its wildcards is not asked. */
function meets(a: string, b: string): boolean {
  const [here, there] = [a, b].map((glob) => picomatch.scan(glob).base);
  if (here === undefined || there === undefined) return false;
  const inside = (folder: string, other: string) =>
    other === '' || folder === other || folder.startsWith(`${other}/`) || other === '.';
  return inside(here, there) || inside(there, here);
}

/** The tasks of a plan that need numbers, in the order in which they land: migrations run in the order of theirs. */
export function tasksWithNumbers(plan: Plan, globs: readonly string[] | null): TaskFile[] {
  const byId = new Map(plan.tasks.map((task) => [task.ref.task, task]));
  return mergeOrder(plan)
    .order.map((id) => byId.get(id))
    .filter((task) => task !== undefined)
    .filter(({ fields }) => makesMigrations(fields, globs));
}

/**
 * Which numbers each task of a plan gets that makes migrations. Whoever has some keeps them; the others share what is
 * free in the order in which they land, so that the same plan gives the same numbers, whoever is dispatched first.
 * @param held by task, what was given out before. @param used numbers that are taken otherwise
 * @returns by task, ascending; an empty list: none was left
 */
export function shareNumbers(
  plan: Plan,
  held: ReadonlyMap<string, readonly string[]>,
  used: ReadonlySet<number>,
): Map<string, readonly string[]> {
  const { ranges, globs } = reserveOf(plan);
  const needy = tasksWithNumbers(plan, globs).filter(({ ref }) => (held.get(ref.task) ?? []).length === 0);
  const taken = new Set([...used, ...[...held.values()].flat().map(Number)]);
  const counts = ranges.some(({ last }) => last === Number.POSITIVE_INFINITY);
  const free = freeNumbers(ranges, taken, needy.length * (counts ? 1 : mostEach));
  const each = Math.max(1, Math.floor(free.length / Math.max(1, needy.length)));
  const shares = needy.map(({ ref }, n) => [ref.task, free.slice(n * each, (n + 1) * each)] as const);
  return new Map([...held, ...shares]);
}

function freeNumbers(ranges: readonly NumberRange[], taken: ReadonlySet<number>, wanted: number): string[] {
  const free = new Map<number, string>();
  for (const { first, last, width } of ranges) {
    for (let number = first; number <= last && free.size < wanted; number += 1) {
      if (!taken.has(number) && !free.has(number)) free.set(number, String(number).padStart(width, '0'));
    }
  }
  return [...free.values()];
}

/**
 * The number in the name of a migration, or of the folder that is one; null: it is none, or has none.
 * @param path with `/`. @param globs of the plan's own migrations; null: whatever lies in the usual frameworks' folders
 */
export function migrationNumber(path: string, globs: readonly string[] | null): number | null {
  const parts = path.split('/');
  const isOne =
    globs === null
      ? parts.slice(0, -1).some((part) => migrationFolder.test(part))
      : picomatch.isMatch(path, [...globs], { dot: true, windows: false });
  if (!isOne) return null;
  for (const name of parts.slice(-2).reverse()) {
    const digits = /^[VUR]?(\d{1,15})(?!\d)/i.exec(name)?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return null;
}
