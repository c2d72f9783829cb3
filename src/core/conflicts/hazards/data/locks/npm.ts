import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';
import { lineSeeker, parseJsonValue, type Table, tableOf } from '../text';

/**
 * `package-lock.json` and `npm-shrinkwrap.json` (https://docs.npmjs.com/cli/configuring-npm/package-lock-json), layouts 1,
 * 2 and 3. Keys are places (`node_modules/a/node_modules/b`); a need is looked for from its entry's place upwards.
 * @throws UnreadableFile
 */
export function readNpmLock(text: string): LockFacts {
  const root = tableOf(parseJsonValue(text));
  const format = String(root.lockfileVersion ?? '1');
  const lineOf = lineSeeker(text);
  if (format === '1') return { manager: 'npm', format, entries: nested(root, '', lineOf) };
  if (format !== '2' && format !== '3')
    throw new UnreadableFile(`a lock file of npm in layout ${format}, which is not known`);
  lineOf('"packages"');
  const entries = Object.entries(tableOf(root.packages)).map(([key, value]): LockEntry => {
    const said = tableOf(value);
    const version = said.link === true || !key.includes('node_modules/') ? null : textOrNull(said.version);
    return { keys: [key], version, needs: needsOf(said, key), line: lineOf(headOf(key)) };
  });
  return { manager: 'npm', format, entries };
}

/** Optional ones may be missing; those for development count for the project's own places only. */
function needsOf(said: Table, key: string): LockNeed[] {
  const meta = tableOf(said.peerDependenciesMeta);
  const sections = ['dependencies', 'peerDependencies', ...(key.includes('node_modules/') ? [] : ['devDependencies'])];
  return sections.flatMap((section) =>
    Object.entries(tableOf(said[section]))
      .filter(([name]) => section !== 'peerDependencies' || tableOf(meta[name]).optional !== true)
      .map(([name, range]) => ({ key: name, range: textOrNull(range) })),
  );
}

/** Layout 1: a tree of what lies where, with what each requires. */
function nested(said: Table, place: string, lineOf: (what: string) => number): LockEntry[] {
  return Object.entries(tableOf(said.dependencies)).flatMap(([key, value]) => {
    const one = tableOf(value);
    const own = `${place}${place === '' ? '' : '/'}node_modules/${key}`;
    const needs = Object.entries(tableOf(one.requires)).map(([name, range]) => ({
      key: name,
      range: textOrNull(range),
    }));
    const entry = { keys: [own], version: textOrNull(one.version), needs, line: lineOf(headOf(key)) };
    return [entry, ...nested(one, own, lineOf)];
  });
}

/** As npm writes it. */
function headOf(key: string): string {
  return `${JSON.stringify(key)}: {`;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
