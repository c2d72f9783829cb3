import type { ManifestFacts, RequiredPackage } from '../../facts';
import { escaped, parseToml, tableOf, textsOf, tomlLine } from '../text';

const sections = ['dependencies', 'dev-dependencies', 'build-dependencies'];

/**
 * `Cargo.toml` (https://doc.rust-lang.org/cargo/reference/manifest.html): its three sections, those for one target, and
 * what a workspace hands down.
 * @throws UnreadableFile
 */
export function readCargo(text: string): ManifestFacts {
  const toml = parseToml(text);
  const lines = text.split('\n');
  const workspace = tableOf(toml.workspace);
  const tables: [string, unknown][] = [
    ...sections.map((name): [string, unknown] => [name, toml[name]]),
    ['workspace.dependencies', workspace.dependencies],
    ...Object.entries(tableOf(toml.target)).flatMap(([target, value]) =>
      sections.map((name): [string, unknown] => [`target.${target}.${name}`, tableOf(value)[name]]),
    ),
  ];
  const packages = tables.flatMap(([section, value]) =>
    Object.entries(tableOf(value)).map(([key, said]): RequiredPackage => {
      const table = tableOf(said);
      const name = typeof table.package === 'string' ? table.package : key;
      const line = tomlLine(lines, section.replace(/["']/g, ''), new RegExp(`^\\s*["']?${escaped(key)}["']?\\s*[=.]`));
      return { name, range: rangeOf(said), section, line: line > 1 ? line : tomlLine(lines, `${section}.${key}`, /^/) };
    }),
  );
  return { ecosystem: 'cargo', packages, workspaces: textsOf(workspace.members) };
}

function rangeOf(said: unknown): string {
  if (typeof said === 'string') return said;
  const table = tableOf(said);
  if (table.workspace === true) return 'workspace:';
  if (table.path !== undefined || table.git !== undefined) return 'file:';
  return typeof table.version === 'string' ? table.version : '';
}
