import { isForeign } from './text';

/** What a migration's path says of it. */
export interface MigrationName {
  readonly tool: MigrationTool;
  /** Migrations of one place are one sequence. */
  readonly place: string;
  /** Its place in the sequence, written in one way; null: the name does not say it. */
  readonly key: string | null;
  /** As written. */
  readonly number: string;
  /** Files of one migration (up and down, code and designer) have one. */
  readonly stem: string;
  /** What it does, in words of its own: `add_status_to_users`. */
  readonly words: string;
}

export type MigrationTool =
  | 'alembic'
  | 'django'
  | 'doctrine'
  | 'ecto'
  | 'entity framework'
  | 'flyway'
  | 'golang-migrate'
  | 'laravel'
  | 'rails'
  | 'numbered';

/** Databases and tenants have sequences of their own below one folder; years and releases have not. */
const release = /^(?:v?\d[\d._-]*|releases?|versions?)$/i;
const folder = /^(?:(?:\w+[-_.])?migrat(?:e|ions?)(?:[-_.]\w+)?|changelogs?|evolutions|alembic)$/i;
const extensions =
  /\.(?:sql|pg?sql|mysql|ddl|py|rb|[cm]?[jt]sx?|go|php|exs?|cs|fs|vb|java|kts?|groovy|scala|rs|xml|ya?ml|json|cypher|cql|surql|edn|clj|sh|pl)$/i;
const test = /(?:[._-](?:test|spec)\.[^.]+|\.d\.ts|\.map|\.snap)$|(?:^|\/)(?:test_|conftest)[^/]*$/i;

/**
 * Reads a path as the usual frameworks name their migrations; null: it is none. Numbers count within folders that are
 * named for migrations only: `docs/0007-decision.md` is no migration. Flyway's shape is known everywhere.
 */
export function migrationName(path: string): MigrationName | null {
  if (isForeign(path) || test.test(path) || !extensions.test(path)) return null;
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const at = parts.slice(0, -1).findLastIndex((part) => folder.test(part));
  const versioned = flyway(parts, name);
  if (versioned !== null) return versioned;
  if (at === -1 || parts.slice(at).includes('meta')) return null;
  return whole(parts, at) ?? numbered(parts, at, name);
}

/** The same for files that the plan calls migrations: folders and endings do not matter. */
export function plannedMigration(path: string): MigrationName | null {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const at = parts.length - 2;
  return flyway(parts, name) ?? whole(parts, at) ?? numbered(parts, at, name) ?? anyNumber(parts, name);
}

/** `V5_1__add_status.sql`, `U…` to undo it, `B…` for a baseline; `R__…` has no version. https://documentation.red-gate.com/fd */
function flyway(parts: readonly string[], name: string): MigrationName | null {
  const found =
    /^(?<sort>[VUB])(?<number>\d+(?:[._]\d+)*)__(?<words>.+?)\.(?:sql|java|kts?|rs|py|groovy|scala|cs)(?:\.conf)?$/.exec(
      name,
    );
  const { sort = '', number = '', words = '' } = found?.groups ?? {};
  if (found === null) return null;
  // Flyway finds SQL among resources and classes among sources, below the same folder.
  const base = parts
    .slice(0, -1)
    .join('/')
    .replace(/\bsrc\/main\/(?:java|kotlin|groovy|scala|resources)\b/, 'src/main');
  const key = `${sort}${number
    .split(/[._]/)
    .map(plain)
    .join('.')
    .replace(/(?:\.0)+$/, '')}`;
  return { tool: 'flyway', place: place(base.split('/')), key, number, stem: name.replace(/\.\w+$/, ''), words };
}

/** Frameworks whose place or name says which they are. */
function whole(parts: readonly string[], at: number): MigrationName | null {
  const name = parts.at(-1) ?? '';
  const base = place(parts.slice(0, -1));
  const bare = name.replace(/\.\w+$/, '');
  const said = (tool: MigrationTool, shape: RegExp, stem = bare): MigrationName | null => {
    const { number = '', words = '' } = shape.exec(stem)?.groups ?? {};
    return number === '' ? null : { tool, place: base, key: plain(number), number, stem, words };
  };
  const ending = name.slice(bare.length);
  if (ending === '.rb') return said('rails', /^(?<number>\d+)_(?<words>\w+)$/);
  if (ending === '.exs') return said('ecto', /^(?<number>\d+)_(?<words>\w+)$/);
  if (ending === '.php') {
    const laravel = said('laravel', /^(?<number>\d{4}_\d\d_\d\d_\d{6})_(?<words>\w+)$/);
    const yii = said('numbered', /^[mM](?<number>\d{6}_\d{6})_(?<words>\w+)$/);
    return laravel ?? yii ?? said('doctrine', /^Version(?<number>\d+)(?<words>)$/);
  }
  if (ending === '.cs')
    return said('entity framework', /^(?<number>\d{14})_(?<words>\w+)$/, bare.replace(/\.Designer$/, ''));
  if (ending === '.py' && parts[at] === 'migrations' && parts.length - 2 === at)
    return said('django', /^(?<number>\d{4})_(?<words>\w+)$/);
  if (ending === '.py' && parts.at(-2) === 'versions') {
    const stem = bare;
    return { tool: 'alembic', place: base, key: null, number: '', stem, words: stem };
  }
  const pair = /^(?<stem>(?<number>\d+)_(?<words>.+?))\.(?:up|down)\.\w+$/.exec(name)?.groups;
  if (pair === undefined) return null;
  const { stem = '', number = '', words = '' } = pair;
  return { tool: 'golang-migrate', place: base, key: plain(number), number, stem, words };
}

const lead =
  /^(?:[vVmM]|[mM]igration[-_]?)?(?<number>\d{4}-\d\d-\d\d-\d{4,6}|\d{8}[-_T]\d{4,6}|\d+)(?:[-_. ]+(?<words>.*))?$/;

/** `0005_x.sql`, or a folder of that name with the migration in it (Prisma, Diesel, new Drizzle). */
function numbered(parts: readonly string[], at: number, name: string): MigrationName | null {
  const inside = at < parts.length - 2 && /^(?:migration|up|down|snapshot|metadata)\.\w+$/.test(name);
  const own = inside
    ? (parts.at(-2) ?? '')
    : name.replace(/(?:\.(?:up|down|do|undo|tx|no[-_]?transaction))?\.\w+$/i, '');
  const stem = own.replace(/[-_.](?:up|down|rollback|undo|revert)$/i, '');
  const { number = '', words = '' } = lead.exec(stem)?.groups ?? {};
  if (number === '') return null;
  const base = place(parts.slice(0, inside ? -2 : -1));
  return { tool: 'numbered', place: base, key: plain(number), number, stem, words };
}

/** The first number of a name. */
function anyNumber(parts: readonly string[], name: string): MigrationName | null {
  const number = /\d+/.exec(name)?.[0];
  const stem = name.replace(/(?:\.(?:up|down))?\.\w+$/i, '');
  if (number === undefined) return null;
  return { tool: 'numbered', place: place(parts.slice(0, -1)), key: plain(number), number, stem, words: stem };
}

function place(folders: readonly string[]): string {
  const kept = [...folders];
  while (kept.length > 1 && release.test(kept.at(-1) ?? '') && kept.slice(0, -1).some((part) => folder.test(part)))
    kept.pop();
  return kept.join('/');
}

/** A number without what does not count: `0007` is 7, `2024-01-02-030405` is 20240102030405. */
export function plain(number: string): string {
  return number.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
}
