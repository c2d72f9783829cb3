import picomatch from 'picomatch';
import { type MigrationName, migrationName, plannedMigration } from '../../data/migrationShapes';
import type { MigrationFacts } from '../../facts';
import type { SideFacts } from '../../parts';

/** A migration that a side adds. */
export interface Added extends MigrationName {
  readonly path: string;
  readonly blob: string;
  readonly facts: MigrationFacts | null;
}

/**
 * The migrations of a side that the other does not have identically at the same path. One that only came along when its
 * folder was moved is none; one that was given another number is.
 * @param there null: a side by itself
 * @param globs the plan's own; none: the usual frameworks' shapes
 */
export function addedMigrations(side: SideFacts, there: SideFacts | null, globs: readonly string[]): Added[] {
  const all = namedMigrations(side.files, globs);
  if (all.length === 0 || there === null) return all;
  const blobs = new Map(there.files.map(({ path, next }) => [path, next?.blob]));
  return all.filter(({ path, blob }) => blobs.get(path) !== blob);
}

/** By the side's files: a side is held against many others. */
const kept = new WeakMap<SideFacts['files'], Map<string, Added[]>>();

function namedMigrations(files: SideFacts['files'], globs: readonly string[]): Added[] {
  const byGlobs = kept.get(files) ?? new Map<string, Added[]>();
  kept.set(files, byGlobs);
  const known = byGlobs.get(globs.join('\n'));
  if (known !== undefined) return known;
  const nameOf = namer(globs);
  const added = files.flatMap(({ path, old, next, movedFrom }): Added[] => {
    const name = old !== null || next === null ? null : nameOf(path);
    if (name === null || next === null) return [];
    const before = movedFrom === null ? null : nameOf(movedFrom);
    if (before !== null && before.key === name.key && before.words === name.words) return [];
    const facts = next.facts.migration;
    // A folder `versions` is Alembic's only where its files say so.
    return name.tool === 'alembic' && facts === null ? [] : [{ ...name, path, blob: next.blob, facts }];
  });
  added.sort((x, y) => byNumber(x.key, y.key) || (x.path < y.path ? -1 : 1));
  byGlobs.set(globs.join('\n'), added);
  return added;
}

function namer(globs: readonly string[]): (path: string) => MigrationName | null {
  if (globs.length === 0) return migrationName;
  const wanted = picomatch([...globs], { dot: true });
  return (path) => (wanted(path) ? plannedMigration(path) : null);
}

function byNumber(x: string | null, y: string | null): number {
  if (x === null || y === null) return 0;
  return x.localeCompare(y, 'en', { numeric: true });
}

const day = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;

/** Whether a sequence does not rely on its numbers: one is there twice already, or they are mere days. */
export function repeatsNumbers(side: SideFacts, one: Added, globs: readonly string[]): boolean {
  const nameOf = namer(globs);
  const parent = one.path.slice(0, Math.max(0, one.path.lastIndexOf('/')));
  const stems = new Map<string, string>();
  for (const file of side.folders.get(parent)?.names ?? []) {
    const name = file.endsWith('/') ? null : nameOf(`${parent}/${file}`);
    if (name === null || name.key === null || name.tool !== one.tool) continue;
    const before = stems.get(name.key);
    if (before !== undefined && before !== name.stem) return true;
    stems.set(name.key, name.stem);
  }
  return one.tool === 'numbered' && day.test(one.key ?? '') && stems.size < 3;
}
