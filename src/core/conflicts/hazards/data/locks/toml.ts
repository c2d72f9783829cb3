import type { LockEntry, LockFacts, LockManager, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';
import { normalised } from '../manifests/python';
import { parseToml, type Table, tableOf, textsOf } from '../text';

/** `Cargo.lock`, layouts 1 to 4: a need is a name, with version and source where the name alone says too little. @throws UnreadableFile */
export function readCargoLock(text: string): LockFacts {
  const toml = parseToml(text);
  const format = formatOf('cargo', String(toml.version ?? '1'), /^[1-4]$/);
  const packages = packagesOf(text, toml);
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const entries = packages.map(({ name, version, table, line }): LockEntry => {
    const keys = [name, `${name} ${version}`, `${name} ${version} (${table.source})`];
    // By name alone, it is what that name stood for: what cargo calls compatible with it will do.
    const needs = textsOf(table.dependencies).map((key) => ({
      key,
      range: key.includes(' ') ? null : (versions.get(key) ?? null),
    }));
    return { keys, version, needs, line };
  });
  return { manager: 'cargo', format, entries };
}

/** `poetry.lock`, layouts 1 and 2. What is optional or under a marker is not held against anything. @throws UnreadableFile */
export function readPoetryLock(text: string): LockFacts {
  const toml = parseToml(text);
  const metadata = tableOf(toml.metadata);
  const format = formatOf('poetry', String(metadata['lock-version'] ?? '1.0'), /^[12]\.\d+$/);
  const entries = packagesOf(text, toml).map(({ name, version, table, line }): LockEntry => {
    const needs = Object.entries(tableOf(table.dependencies)).flatMap(([key, said]): LockNeed[] => {
      const { optional, markers, version: range = said } = tableOf(said);
      return optional === true || markers !== undefined || typeof range !== 'string'
        ? []
        : [{ key: normalised(key), range }];
    });
    return { keys: [normalised(name)], version, needs, line };
  });
  return { manager: 'poetry', format: format.replace(/\..*/, ''), entries };
}

/** `uv.lock` (https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile), layout 1. @throws UnreadableFile */
export function readUvLock(text: string): LockFacts {
  const toml = parseToml(text);
  const format = formatOf('uv', String(toml.version ?? ''), /^1$/);
  const entries = packagesOf(text, toml).map(({ name, version, table, line }): LockEntry => {
    const groups = [table.dependencies, ...Object.values(tableOf(table['dev-dependencies']))];
    const needs = groups
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .flatMap((said): LockNeed[] => {
        const need = tableOf(said);
        if (typeof need.name !== 'string' || need.marker !== undefined) return [];
        return [{ key: typeof need.version === 'string' ? `${need.name} ${need.version}` : need.name, range: null }];
      });
    return { keys: [name, `${name} ${version}`], version, needs, line };
  });
  return { manager: 'uv', format, entries };
}

function formatOf(manager: LockManager, format: string, known: RegExp): string {
  if (known.test(format)) return format;
  throw new UnreadableFile(`a lock file of ${manager} in layout ${format || 'unsaid'}, which is not known`);
}

interface Locked {
  readonly name: string;
  readonly version: string;
  readonly table: Table;
  readonly line: number;
}

/** All three have the same list; the tables' headers tell the lines. */
function packagesOf(text: string, toml: Table): Locked[] {
  const lines = text.split('\n').flatMap((said, index) => (/^\[\[package\]\]\s*$/.test(said) ? [index + 1] : []));
  const packages = Array.isArray(toml.package) ? toml.package : [];
  return packages.map((said, index) => {
    const table = tableOf(said);
    return { name: `${table.name}`, version: `${table.version ?? ''}`, table, line: (lines[index] ?? 0) + 1 };
  });
}
