import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { Breath } from '../breath';
import { mayHold } from './code/words';
import { type FactCache, keyOf } from './factCache';
import { type CodeFacts, noFacts } from './facts';
import { brokenBy } from './kinds/code/broken';
import { partsOf } from './kinds/code/modules';
import { type CodeFile, codeOf } from './kinds/code/sideCode';
import { takersBy } from './kinds/code/takers';
import type { FileVersion, SideFacts, Unjudged } from './parts';
import { readVersions, type Version } from './readVersions';

/** The thread is given away after so many ms. */
const stretchMs = 20;

/** A side of which more is known, and files of which it turned out that nothing is. */
export interface NamedSide {
  readonly files: SideFacts['files'];
  readonly unjudged: readonly Unjudged[];
}

/**
 * Looks for uses where they may be of something that another side changed: in the files whose words hold all parts of its
 * name. Elsewhere no use of it can be new.
 * @param o.pairs places in `sides` of those that are held against each other
 * @returns the sides of which more is known now, by their places
 * @throws GitError
 */
export async function readNamed(
  git: Git,
  at: GitPlace,
  o: {
    readonly sides: readonly (SideFacts | null)[];
    readonly pairs: readonly (readonly [a: number, b: number, ...unknown[]])[];
    readonly cache: FactCache;
  },
  signal: AbortSignal | undefined,
): Promise<Map<number, NamedSide>> {
  const open = new Map<number, Version[]>();
  for (const [index, names] of await namesHeldAgainst(o.sides, o.pairs)) {
    const side = o.sides[index] ?? null;
    const files = side === null ? [] : codeOf(side).files.filter(({ next }) => next !== null && mayName(next, names));
    const versions = files.flatMap(partsToRead);
    if (versions.length > 0) open.set(index, versions);
  }
  const versions = new Map([...open.values()].flat().map((version) => [keyOf(version.path, version.blob), version]));
  const known = await readVersions(git, at, { versions: [...versions.values()], edits: [], cache: o.cache }, signal);
  return new Map(
    [...open.keys()].map((index) => {
      const unjudged = new Map<string, string>();
      const whole = (path: string, version: FileVersion | null): FileVersion | null => {
        const facts = version === null ? undefined : known.get(keyOf(path, version.blob));
        if (version === null || facts === undefined) return version;
        if (typeof facts === 'string') unjudged.set(path, facts);
        return { ...version, facts: typeof facts === 'string' ? noFacts : facts };
      };
      const files = (o.sides[index]?.files ?? []).map((file) => {
        return { ...file, old: whole(file.path, file.old), next: whole(file.path, file.next) };
      });
      return [index, { files, unjudged: [...unjudged].map(([path, why]) => ({ path, why })) }];
    }),
  );
}

type Names = ReadonlyMap<string, readonly string[]>;

/** What others changed that a side is held against, each name in its parts. */
async function namesHeldAgainst(
  sides: readonly (SideFacts | null)[],
  pairs: readonly (readonly [a: number, b: number, ...unknown[]])[],
): Promise<Map<number, Names>> {
  const breath = new Breath(stretchMs);
  const changed: Names[] = [];
  for (const side of sides) {
    if (breath.due) await breath.take();
    changed.push(side === null ? new Map() : namesChangedBy(side));
  }
  const held = new Map<number, Map<string, readonly string[]>>();
  for (const [a, b] of pairs) {
    for (const [user, changer] of [[a, b] as const, [b, a] as const]) {
      const names = changed[changer];
      if (names === undefined || names.size === 0) continue;
      const all = held.get(user) ?? new Map<string, readonly string[]>();
      for (const [name, parts] of names) all.set(name, parts);
      held.set(user, all);
    }
  }
  return held;
}

function namesChangedBy(side: SideFacts): Names {
  const things = [...brokenBy(side).values(), ...takersBy(side).values()].flat();
  return new Map(things.map(({ name }) => [name, partsOf(name)]));
}

function mayName({ language, words }: CodeFacts, names: Names): boolean {
  if (words === undefined) return true;
  // In Go `NewParser` makes a `Parser`, of which no word is seen.
  return [...names.values()].some((parts) => mayHold(words, language === 'go' ? parts.slice(-1) : parts));
}

/** Old and new, as only what was not there before is a new use. */
function partsToRead({ path, file, old, next }: CodeFile): Version[] {
  const open = [
    { version: file.next, code: next },
    { version: file.old, code: old },
  ];
  return open.flatMap(({ version, code }) =>
    version === null || code?.words === undefined ? [] : [{ path, blob: version.blob, whole: true }],
  );
}
