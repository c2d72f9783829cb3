import type { ManifestFacts, RequiredPackage } from '../../facts';
import { escaped, parseToml, tableOf, tomlLine } from '../text';

const coordinates =
  /^\s*(?<section>[a-zA-Z]\w*)\s*[( ]\s*(?:platform\()?["'](?<name>[\w.-]+:[\w.-]+)(?::(?<range>[^"':@]*))?[^"']*["']/;
const named =
  /^\s*(?<section>[a-zA-Z]\w*)\s*\(?\s*group\s*[:=]\s*["'](?<group>[^"']+)["']\s*,\s*name\s*[:=]\s*["'](?<name>[^"']+)["'](?:\s*,\s*version\s*[:=]\s*["'](?<range>[^"']+)["'])?/;
/** What a build declares with something like coordinates that is no dependency of the project. */
const others = new Set(['classpath', 'id', 'exclude', 'module', 'mavenBom', 'because', 'println']);

/** `build.gradle` and `build.gradle.kts`: dependencies written as coordinates, a line each; others need the program run. */
export function readGradle(text: string): Omit<ManifestFacts, 'workspaces'> {
  const packages = text.split(/\r?\n/).flatMap((line, index): RequiredPackage[] => {
    const { section = '', group, name = '', range = '' } = (coordinates.exec(line) ?? named.exec(line))?.groups ?? {};
    if (name === '' || others.has(section)) return [];
    return [{ name: group === undefined ? name : `${group}:${name}`, range, section, line: index + 1 }];
  });
  return { ecosystem: 'gradle', packages };
}

/**
 * `libs.versions.toml` (https://docs.gradle.org/current/userguide/version_catalogs.html).
 * @throws UnreadableFile
 */
export function readVersionCatalog(text: string): Omit<ManifestFacts, 'workspaces'> {
  const toml = parseToml(text);
  const lines = text.split('\n');
  const versions = tableOf(toml.versions);
  const packages = Object.entries(tableOf(toml.libraries)).flatMap(([key, said]): RequiredPackage[] => {
    const table = tableOf(said);
    const [group, artifact, short = ''] =
      typeof said === 'string' ? said.split(':') : [`${table.group}`, `${table.name}`];
    const name = typeof table.module === 'string' ? table.module : `${group}:${artifact}`;
    const own = table.version;
    const shared = versions[String(tableOf(own).ref)];
    const range = typeof own === 'string' ? own : typeof shared === 'string' ? shared : short;
    const line = tomlLine(lines, 'libraries', new RegExp(`^\\s*["']?${escaped(key)}["']?\\s*=`));
    return [{ name, range, section: 'libraries', line }];
  });
  return { ecosystem: 'gradle', packages };
}
