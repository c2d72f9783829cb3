import type { MigrationFacts } from '../facts';
import type { FactReader } from '../reader';
import { isForeign, lineFinder, memberOf, parseJson, stringOf, textOf } from './text';

const python = /(?:^|\/)(?:migrations\/(?:\w+\/)*\w+|versions\/[\w.-]+)\.py$/;
const snapshot = /(?:^|\/)\d+[^/]*\/snapshot\.json$/;

/**
 * Reads which migration another one follows, where the framework says it in the file: Alembic's `down_revision`,
 * Django's `dependencies`, the `prevIds` of Drizzle's snapshots. All others say their place by their name.
 */
export const readMigration: FactReader<MigrationFacts> = {
  wants: (path) => !isForeign(path) && (python.test(path) || snapshot.test(path)),
  read: async (path, content) => {
    const text = textOf(content);
    if (path.endsWith('.json')) return drizzle(text);
    return alembic(text) ?? django(path, text);
  },
};

/** https://alembic.sqlalchemy.org/en/latest/branches.html: a branch that was meant to be one carries a label. */
function alembic(text: string): MigrationFacts | null {
  const value = (name: string) =>
    new RegExp(`^${name}(?:\\s*:[^=\\n]+)?\\s*=\\s*(?<value>\\([^)]*\\)|\\[[^\\]]*\\]|[^\\n#]+)`, 'm').exec(text);
  const down = value('down_revision');
  if (down === null) return null;
  const meant = !/^\s*(?:None|\(\s*\))?\s*$/.test(value('branch_labels')?.groups?.value ?? 'None');
  const [revision = null] = quoted(value('revision')?.groups?.value ?? '');
  const parents = meant ? null : quoted(down.groups?.value ?? '');
  return { revision, parents, line: lineFinder(text)(down.index) };
}

/** https://docs.djangoproject.com/en/stable/topics/migrations/: dependencies on migrations of its own app. */
function django(path: string, text: string): MigrationFacts | null {
  const list =
    /^ {4}dependencies\s*(?::[^=\n]+)?=\s*\[(?<inside>[\s\S]*?)^ {4}\]|^ {4}dependencies\s*=\s*\[(?<line>.*)\]/m.exec(
      text,
    );
  if (list === null) return null;
  const parts = path.split('/');
  const app = parts[parts.lastIndexOf('migrations') - 1] ?? '';
  const inside = list.groups?.inside ?? list.groups?.line ?? '';
  const needs = [...inside.matchAll(/\(\s*["']([^"']+)["']\s*,\s*["']([^"']+)["']\s*,?\s*\)/g)];
  const own = needs.filter(([, label]) => label === app).map(([, , name]) => name ?? '');
  const name = (parts.at(-1) ?? '').replace(/\.py$/, '');
  // An app may be labelled otherwise than its folder: then nothing is known of its own.
  const known = own.length > 0 || needs.length === 0;
  return { revision: name, parents: known ? own : null, line: lineFinder(text)(list.index) };
}

/** Of Drizzle 1, a snapshot beside each migration; older ones are numbered and say one parent only. */
function drizzle(text: string): MigrationFacts | null {
  const tree = parseJson(text);
  const parents = memberOf(tree, 'prevIds');
  if (parents?.type !== 'array') return null;
  const ids = (parents.children ?? []).flatMap((node) => stringOf(node) ?? []);
  return { revision: stringOf(memberOf(tree, 'id')), parents: ids, line: lineFinder(text)(parents.offset) };
}

function quoted(text: string): string[] {
  return [...text.matchAll(/["']([^"']+)["']/g)].map(([, value]) => value ?? '');
}
