import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import type { Finding, SideFacts } from '../../parts';
import type { Dependencies, LockChange } from './changes';
import { folderOf, isIn } from './changes';
import { admits, type Ecosystem } from './versions';

/**
 * One lock file that both sides changed, where the cleanly merged one is not what its manager would write: what one side
 * newly needs is gone, or in another version, by the other side's change; or the two have written different layouts. Two
 * sides that merely both touched it are no hazard: what each of them added is complete, and the union of both is, too.
 * Telling all of them would be noise in every repository with two branches at work.
 */
export function locksApart(a: SideFacts, b: SideFacts, ours: Dependencies, theirs: Dependencies): Finding[] {
  const others = new Map(theirs.locks.map((lock) => [lock.path, lock]));
  const both = ours.locks.flatMap((lock) => {
    const other = others.get(lock.path);
    if (other === undefined || lock.old === null || other.old === null) return [];
    return [finding(a, b, lock.path, layouts(a, b, lock, other) ?? dangling({ a, b, ours, theirs }, lock, other))];
  });
  const alone = [...oneSided(a, b, ours, theirs, 'a'), ...oneSided(b, a, theirs, ours, 'b')];
  return [...both.flat(), ...alone, ...managers(a, b, ours, theirs)];
}

interface Broken {
  readonly line: number;
  readonly at: 'a' | 'b';
  /** The sentence up to its colon. */
  readonly why: string;
}

function finding(a: SideFacts, b: SideFacts, path: string, broken: Broken | null): Finding[] {
  if (broken === null) return [];
  return [
    {
      kind: 'dependency',
      subject: `lock ${path}`,
      message: `${broken.why}: ${a.ref} and ${b.ref} merge cleanly in ${path}, but it has to be regenerated.`,
      files: [path],
      line: broken.line,
      at: broken.at,
      prevention: '`approvedDependencies` in the plan lets packages be added on the base before the tasks start.',
    },
  ];
}

/** Layouts in which the same thing is written differently. */
function layouts(a: SideFacts, b: SideFacts, ours: LockChange, theirs: LockChange): Broken | null {
  const moved = ({ old, next }: LockChange) => old !== null && old.format !== next.format;
  // Cargo reads entries of all its layouts side by side.
  if (ours.next.manager === 'cargo' || ours.next.format === theirs.next.format) return null;
  const [mover, lock] = moved(ours) ? [a, ours] : [b, theirs];
  const [writer, other, at]: [SideFacts, LockChange, 'a' | 'b'] = moved(ours) ? [b, theirs, 'b'] : [a, ours, 'a'];
  const [first] = delta(other).entries;
  if (first === undefined) return null;
  const name = first.keys[0] ?? '';
  const why = `${mover.ref} writes layout ${lock.next.format} and ${writer.ref} adds ${shown(name)} in layout ${other.next.format}`;
  return { line: first.line, at, why };
}

interface Both {
  readonly a: SideFacts;
  readonly b: SideFacts;
  readonly ours: Dependencies;
  readonly theirs: Dependencies;
}

function dangling({ a, b, ours, theirs }: Both, mine: LockChange, other: LockChange): Broken | null {
  return (
    broken(a, b, { own: mine, other, at: 'a', needs: ours }) ??
    broken(b, a, { own: other, other: mine, at: 'b', needs: theirs })
  );
}

/** Whether something that `own` newly needs is not there any more when the other's changes are laid over it. */
function broken(
  side: SideFacts,
  there: SideFacts,
  { own, other, at, needs }: { own: LockChange; other: LockChange; at: 'a' | 'b'; needs: Dependencies },
): Broken | null {
  const [mine, foreign] = [delta(own), delta(other)];
  const [index, theirs, before] = [indexOf(own.next), indexOf(other.next), own.old === null ? null : indexOf(own.old)];
  const merged = (key: string) => (mine.keys.has(key) ? index.get(key) : (theirs.get(key) ?? []));
  const manager = own.next.manager;
  for (const entry of [...mine.entries, ...manifestNeeds(own, needs)]) {
    const known = before?.get(entry.keys[0] ?? '')?.flatMap((one) => one.needs) ?? [];
    for (const need of entry.needs) {
      if (known.some(({ key, range }) => key === need.key && range === need.range)) continue;
      const places = placesOf(manager, entry.keys[0] ?? '', need.key);
      if (!places.some((key) => foreign.keys.has(key))) continue;
      const had = fulfilled(manager, need, places, (key) => index.get(key));
      const has = fulfilled(manager, need, places, merged);
      if (had !== 'yes' || has === 'yes') continue;
      const name = shown(entry.keys[0] ?? '');
      const does = has === 'no' ? 'removes' : `has in ${versionAt(places, merged)}`;
      return {
        line: entry.line,
        at,
        why: `${side.ref} adds ${name}, which needs ${wanted(need)} that ${there.ref} ${does}`,
      };
    }
  }
  return null;
}

type Lookup = (key: string) => readonly LockEntry[] | undefined;

/** Whether a need is there: once where a key says it all, in a version that fits where a range is said. */
function fulfilled(
  manager: LockFacts['manager'],
  need: LockNeed,
  places: readonly string[],
  at: Lookup,
): 'yes' | 'no' | 'other' {
  const found = places.map((key) => at(key) ?? []).find((entries) => entries.length > 0);
  if (found === undefined) return 'no';
  const { range } = need;
  if (range === null) return manager === 'cargo' || manager === 'uv' ? (found.length === 1 ? 'yes' : 'other') : 'yes';
  const fits = found.some(({ version }) => version === null || admits(ecosystems[manager], range, version) !== false);
  return fits ? 'yes' : 'other';
}

const ecosystems: Readonly<Record<LockFacts['manager'], Ecosystem>> = {
  npm: 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  cargo: 'cargo',
  poetry: 'python',
  uv: 'python',
  bundler: 'ruby',
  composer: 'composer',
};

/** The keys under which a need is looked for, the nearest first. */
function placesOf(manager: LockFacts['manager'], from: string, name: string): string[] {
  if (manager !== 'npm' && manager !== 'bun') return [name];
  const places: string[] = [];
  const sought = (folder: string) =>
    `${folder}${folder === '' ? '' : '/'}${manager === 'npm' ? 'node_modules/' : ''}${name}`;
  for (let at = from; ; at = above(manager, at)) {
    // A folder of packages holds no folder of packages itself.
    if (!at.endsWith('node_modules')) places.push(sought(at));
    if (at === '') return places;
  }
}

/** One step up; of bun's keys, a scope and a name are one step. */
function above(manager: LockFacts['manager'], key: string): string {
  const up = folderOf(key);
  return manager === 'bun' && /(?:^|\/)@[^/]+$/.test(up) ? folderOf(up) : up;
}

/**
 * Yarn 1 does not write down what the project itself needs: that stands in its manifests alone, and the lock file need
 * not change when one is added that others needed before.
 */
function manifestNeeds(lock: LockChange, { manifests }: Dependencies): LockEntry[] {
  if (lock.next.manager !== 'yarn' || lock.next.format !== '1') return [];
  return manifests
    .filter(({ path, ecosystem }) => ecosystem === 'npm' && isIn(lock.folder, path))
    .flatMap(({ path, added, changed }) =>
      [...added, ...changed]
        .filter(({ section }) => section !== 'peerDependencies' && section !== 'overrides')
        .map(({ name, range }) => ({
          keys: [path],
          version: null,
          needs: [{ key: `${name}@${range}`, range: null }],
          line: 1,
        })),
    );
}

/** A lock file of yarn 1 that one side changed, while the other needs what it has already. */
function oneSided(a: SideFacts, b: SideFacts, ours: Dependencies, theirs: Dependencies, at: 'a' | 'b'): Finding[] {
  return ours.locks.flatMap((lock) => {
    if (lock.old === null || theirs.locks.some(({ path }) => path === lock.path)) return [];
    const own = { ...lock, next: lock.old };
    const there = broken(b, a, { own, other: lock, at: at === 'a' ? 'b' : 'a', needs: theirs });
    const manifest = theirs.manifests.find(({ path }) => isIn(lock.folder, path))?.path;
    if (there === null || manifest === undefined) return [];
    return finding(a, b, lock.path, { ...there, at, line: 1 });
  });
}

/** Two managers for one project, a lock file by each side. */
function managers(a: SideFacts, b: SideFacts, ours: Dependencies, theirs: Dependencies): Finding[] {
  return ours.locks.flatMap((lock): Finding[] => {
    const other = theirs.locks.find(
      ({ folder, next, old }) =>
        old === null &&
        folder === lock.folder &&
        next.manager !== lock.next.manager &&
        ecosystems[next.manager] === ecosystems[lock.next.manager],
    );
    if (other === undefined || lock.old !== null) return [];
    return [
      {
        kind: 'dependency',
        subject: `managers ${lock.folder}`,
        message: `${a.ref} adds ${lock.path} of ${lock.next.manager} and ${b.ref} adds ${other.path} of ${other.next.manager}: two managers for one project.`,
        files: [lock.path, other.path],
        line: 1,
        at: 'a',
        prevention: '`context` in the plan can name the package manager that all tasks use.',
      },
    ];
  });
}

interface Delta {
  /** New, or otherwise than before. */
  readonly entries: readonly LockEntry[];
  /** All under which something else is found than before. */
  readonly keys: ReadonlySet<string>;
}

const deltas = new WeakMap<LockFacts, WeakMap<LockFacts, Delta>>();

/** What changed in a lock file. Kept, since a side is held against many others. */
function delta({ old, next }: LockChange): Delta {
  const from = old ?? nothing;
  const kept = deltas.get(next)?.get(from);
  if (kept !== undefined) return kept;
  const [before, now] = [indexOf(from), indexOf(next)];
  const said = (entries: readonly LockEntry[] | undefined) =>
    (entries ?? [])
      .map(({ version, needs }) => `${version} ${needs.map(({ key, range }) => `${key} ${range}`).join(',')}`)
      .join(';');
  const keys = new Set([...before.keys(), ...now.keys()].filter((key) => said(before.get(key)) !== said(now.get(key))));
  const made = { entries: next.entries.filter((entry) => entry.keys.some((key) => keys.has(key))), keys };
  deltas.set(next, (deltas.get(next) ?? new WeakMap()).set(from, made));
  return made;
}

const nothing: LockFacts = { manager: 'npm', format: '', entries: [] };
const indexes = new WeakMap<LockFacts, ReadonlyMap<string, readonly LockEntry[]>>();

function indexOf(lock: LockFacts): ReadonlyMap<string, readonly LockEntry[]> {
  const kept = indexes.get(lock);
  if (kept !== undefined) return kept;
  const index = new Map<string, LockEntry[]>();
  for (const entry of lock.entries) {
    for (const key of entry.keys) {
      const there = index.get(key);
      if (there === undefined) index.set(key, [entry]);
      else there.push(entry);
    }
  }
  indexes.set(lock, index);
  return index;
}

function versionAt(places: readonly string[], at: Lookup): string {
  const found = places.map((key) => at(key) ?? []).find((entries) => entries.length > 0) ?? [];
  return found.length > 1 ? `${found.length} versions` : `version ${found[0]?.version}`;
}

function wanted({ key, range }: LockNeed): string {
  return range === null || range === '' ? key : `${key} ${range}`;
}

/** A key for people: `node_modules/a/node_modules/b` is b. */
function shown(key: string): string {
  return key === ''
    ? 'a dependency'
    : key
        .replace(/^.*node_modules\//, '')
        .replace(/^importer \.?/, 'a dependency of ')
        .replace(/ of $/, '');
}
