import type { Finding, PairJudge, SideFacts, SideJudge } from '../parts';
import { bothWays } from './bothWays';
import { type Added, addedMigrations, repeatsNumbers } from './migration/added';
import { consequenceOf, onePrevention } from './migration/consequence';

/**
 * Two migrations with one number, one parent, or, where the framework names a class by it, one name. Files of one
 * migration (up and down) are one; what both sides have identically is one. Timestamps that differ are no hazard. A
 * sequence in which numbers were repeated before does not rely on them, and a day alone is no number.
 */
export const judgeMigrations: PairJudge = bothWays((a, b) => {
  const globs = [...new Set([...(a.rules?.migrations.globs ?? []), ...(b.rules?.migrations.globs ?? [])])];
  const ours = addedMigrations(a, b, globs);
  const theirs = addedMigrations(b, a, globs);
  if (ours.length === 0 && theirs.length === 0) return [];
  const findings = [
    ...sameParent(a, b, ours, theirs),
    ...sameNumber({ a, b, globs }, ours, theirs),
    ...sameWords(a, b, ours, theirs),
  ];
  return [...onePerPlace(findings), ...taken(a, b, ours, theirs)].map(({ finding }) => finding);
});

/** Migrations whose number the plan has not given to the task that adds them. */
export const judgeNumbers: SideJudge = (side) => {
  const reserved = side.rules?.migrations.reserved ?? null;
  if (reserved === null || reserved.length === 0) return [];
  const globs = side.rules?.migrations.globs ?? [];
  const added = addedMigrations(side, null, globs);
  return onePerPlace(
    added
      .filter((one) => isReservable(one, reserved) && !isAmong(one, reserved))
      .map((one) => ({
        place: one.place,
        finding: {
          kind: 'migration',
          subject: `own number ${one.place} ${one.key}`,
          message: `${side.ref} adds ${one.path} with number ${one.number}, but its task may use ${listed(reserved)} only.`,
          files: [one.path],
          line: 1,
          at: 'a',
          prevention: `\`reserve.migrations\` in the plan gave this task ${listed(reserved)}: name the migration by it.`,
        },
      })),
  ).map(({ finding }) => finding);
};

interface Placed {
  readonly place: string;
  readonly finding: Finding;
}

/** One sentence for a sequence: whoever renumbers the first sees the next. */
function onePerPlace(findings: readonly Placed[]): Placed[] {
  return [...new Map([...findings].reverse().map((found) => [found.place, found])).values()].reverse();
}

/** Two that follow the same one: two heads (Alembic), two leaves (Django). */
function sameParent(a: SideFacts, b: SideFacts, ours: readonly Added[], theirs: readonly Added[]): Placed[] {
  const followed = followers(ours, theirs);
  const byParent = new Map(followers(theirs, ours).map((found) => [found.parent, found.one]));
  return followed.flatMap(({ parent, one }) => {
    const other = byParent.get(parent);
    return other === undefined
      ? []
      : [placed(a, b, { one, other, what: `both follow ${parent.slice(parent.indexOf(' ') + 1)}`, key: parent })];
  });
}

/** Those of a side that follow one which was there before. A side that joins both has made it good itself. */
function followers(own: readonly Added[], others: readonly Added[]): { parent: string; one: Added }[] {
  const revisions = (all: readonly Added[]) =>
    new Set(all.map(({ place, facts }) => `${place} ${facts?.revision ?? ''}`));
  const [mine, foreign] = [revisions(own), revisions(others)];
  const all = own.flatMap((one) =>
    (one.facts?.parents ?? []).map((parent) => ({ parent: `${one.place} ${parent}`, one })),
  );
  if (all.some(({ parent }) => foreign.has(parent) && !mine.has(parent))) return [];
  return all.filter(({ parent }) => !mine.has(parent));
}

function sameNumber(
  { a, b, globs }: { a: SideFacts; b: SideFacts; globs: readonly string[] },
  ours: readonly Added[],
  theirs: readonly Added[],
): Placed[] {
  const byKey = new Map<string, Added>();
  for (const other of theirs) if (other.key !== null) byKey.set(`${other.place} ${other.key}`, other);
  return ours.flatMap((one) => {
    const other = one.key === null ? undefined : byKey.get(`${one.place} ${one.key}`);
    if (
      other === undefined ||
      other.stem === one.stem ||
      repeatsNumbers(a, one, globs) ||
      repeatsNumbers(b, other, globs)
    )
      return [];
    // Django goes by parents: two with one number may well follow each other.
    if (one.tool === 'django' && one.facts?.parents && other.facts?.parents) return [];
    return [placed(a, b, { one, other, what: `both have number ${one.number}`, key: `${one.place} ${one.key}` })];
  });
}

const namedByWords = new Set(['rails', 'ecto', 'entity framework', 'laravel']);

/** Rails, Ecto, Entity Framework and Laravel make a class or a module of the name, which is there once only. */
function sameWords(a: SideFacts, b: SideFacts, ours: readonly Added[], theirs: readonly Added[]): Placed[] {
  const byWords = new Map(theirs.map((other) => [`${other.tool} ${other.place} ${other.words}`, other]));
  return ours.flatMap((one) => {
    const other = byWords.get(`${one.tool} ${one.place} ${one.words}`);
    if (other === undefined || !namedByWords.has(one.tool) || one.stem === other.stem) return [];
    return [placed(a, b, { one, other, what: `both are named ${one.words}`, key: `${one.place} ${one.words}` })];
  });
}

/** A number that the plan has given to the other side's task, whether that has used it yet or not. */
function taken(a: SideFacts, b: SideFacts, ours: readonly Added[], theirs: readonly Added[]): Placed[] {
  const from = (side: SideFacts, other: SideFacts, own: readonly Added[], used: readonly Added[], at: 'a' | 'b') => {
    const [mine, foreign] = [side.rules?.migrations.reserved ?? [], other.rules?.migrations.reserved ?? []];
    const one = own.find((added) => isReservable(added, foreign) && isAmong(added, foreign) && !isAmong(added, mine));
    if (one === undefined || used.some(({ place, key }) => place === one.place && key === one.key)) return [];
    const message = `${side.ref} adds ${one.path} with number ${one.number}, which the plan has reserved for ${other.ref}.`;
    const finding: Finding = {
      kind: 'migration',
      subject: `reserved ${one.place} ${one.key}`,
      message,
      files: [one.path],
      line: 1,
      at,
      prevention: '`reserve.migrations` in the plan gives each task its own numbers; this one was not kept to.',
    };
    return [{ place: one.place, finding }];
  };
  return [...from(a, b, ours, theirs, 'a'), ...from(b, a, theirs, ours, 'b')];
}

function placed(a: SideFacts, b: SideFacts, o: { one: Added; other: Added; what: string; key: string }): Placed {
  const { one, other, what } = o;
  return {
    place: one.place,
    finding: {
      kind: 'migration',
      subject: `${what.replace(/^both /, '')} ${one.place}`,
      message: `${a.ref} adds ${one.path} and ${b.ref} adds ${other.path}: ${what}, ${consequenceOf(one.tool, what)}.`,
      files: one.path === other.path ? [one.path] : [one.path, other.path],
      line: one.facts?.line ?? 1,
      at: 'a',
      prevention: onePrevention(what),
    },
  };
}

/** A number given out says nothing of a timestamp. */
function isReservable({ key }: Added, reserved: readonly string[]): boolean {
  const longest = Math.max(0, ...reserved.map((number) => number.length));
  return key !== null && (key.replace(/\D/g, '').length < 8 || longest >= 8);
}

function isAmong({ key }: Added, reserved: readonly string[]): boolean {
  const bare = (text: string) =>
    text
      .replace(/^[A-Za-z]+/, '')
      .split(/[._]/)
      .map((part) => part.replace(/^0+(?=\d)/, ''))
      .join('.');
  return key !== null && reserved.some((number) => bare(number) === bare(key));
}

function listed(numbers: readonly string[]): string {
  return numbers.length > 4 ? `${numbers.slice(0, 3).join(', ')}, …, ${numbers.at(-1)}` : numbers.join(', ');
}
