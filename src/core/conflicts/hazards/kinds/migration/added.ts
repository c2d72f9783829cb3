import picomatch from 'picomatch';
import { type MigrationName, migrationName, plannedMigration } from '../../data/migrationShapes';
import type { MigrationFacts } from '../../facts';
import type { SideFacts } from '../../parts';

/** A migration that a side adds. */
export interface Added extends MigrationName {
  readonly path: string;
  readonly facts: MigrationFacts | null;
}

/**
 * The migrations of a side that the other does not have identically at the same path. One that only came along when its
 * folder was moved is none; one that was given another number is.
 * @param there null: a side by itself
 * @param globs the plan's own; none: the usual frameworks' shapes
 */
export function addedMigrations(side: SideFacts, there: SideFacts | null, globs: readonly string[]): Added[] {
  const nameOf = namer(globs);
  const blobs = new Map(there?.files.map(({ path, next }) => [path, next?.blob]));
  const added = side.files.flatMap(({ path, old, next, movedFrom }): Added[] => {
    if (old !== null || next === null || blobs.get(path) === next.blob) return [];
    const name = nameOf(path);
    const before = movedFrom === null ? null : nameOf(movedFrom);
    if (name === null || (before !== null && before.key === name.key && before.words === name.words)) return [];
    const facts = next.facts.migration;
    // A folder `versions` is Alembic's only where its files say so.
    if (name.tool === 'alembic' && facts === null) return [];
    return [{ ...name, path, facts }];
  });
  return added.sort((x, y) => byNumber(x.key, y.key) || (x.path < y.path ? -1 : 1));
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
export function repeatsNumbers(side: SideFacts, one: Added): boolean {
  const parent = one.path.slice(0, Math.max(0, one.path.lastIndexOf('/')));
  const stems = new Map<string, string>();
  let known = 0;
  for (const file of side.folders.get(parent)?.names ?? []) {
    const name = file.endsWith('/')
      ? null
      : (migrationName(`${parent}/${file}`) ?? plannedMigration(`${parent}/${file}`));
    if (name?.key == null || name.tool !== one.tool) continue;
    const before = stems.get(name.key);
    if (before !== undefined && before !== name.stem) return true;
    stems.set(name.key, name.stem);
    known += 1;
  }
  return day.test(one.key ?? '') && one.tool === 'numbered' && known < 3;
}
