import type { ManifestFacts, RequiredPackage } from '../../facts';
import { escaped, parseToml, type Table, tableOf, textsOf, tomlLine } from '../text';

/**
 * A requirement of PEP 508: `name[extra] >=1, <2 ; marker`. What holds under a marker only is said in the range, since
 * another one may hold elsewhere.
 */
export function requirementOf(text: string): { name: string; range: string } | null {
  const parts = /^\s*(?<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?(?<range>[^;@)]*)\)?\s*(?<rest>[;@].*)?$/.exec(
    text,
  );
  const { name, range = '', rest = '' } = parts?.groups ?? {};
  if (name === undefined || /[^\d\w\s.,<>=!~*+-]/.test(range)) return null;
  return { name: normalised(name), range: `${range.trim()}${rest === '' ? '' : ` ${rest.trim()}`}`.trim() };
}

/** PEP 503: case and the kind of separator do not matter. */
export function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** `requirements.txt` and `constraints.txt` (https://pip.pypa.io/en/stable/reference/requirements-file-format/). */
export function readRequirements(text: string): Omit<ManifestFacts, 'workspaces'> {
  const packages = text.split(/\r?\n/).flatMap((line, index): RequiredPackage[] => {
    // Hashes and options of a package follow it; lines that begin with `-` are options of the whole.
    const said = line.replace(/(?:^|\s)#.*$/, '').replace(/\s+(?:--[a-z].*|\\)$/, '');
    const found = /^\s*(?:-|$)/.test(said) ? null : requirementOf(said);
    return found === null ? [] : [{ ...found, section: 'dependencies', line: index + 1 }];
  });
  return { ecosystem: 'python', packages };
}

/**
 * `pyproject.toml`: PEP 621, PEP 735, Poetry, uv and PDM.
 * @throws UnreadableFile
 */
export function readPyproject(text: string): Omit<ManifestFacts, 'workspaces'> {
  const toml = parseToml(text);
  const lines = text.split('\n');
  const project = tableOf(toml.project);
  const tool = tableOf(toml.tool);
  const listed = (table: string, section: string, list: unknown) => listedIn(lines, { table, section, list });
  const groups = (table: string, value: unknown) =>
    Object.entries(tableOf(value)).flatMap(([section, list]) => listed(table, section, list));
  const poetry = tableOf(tool.poetry);
  const poetryTables: [string, string, unknown][] = [
    ['tool.poetry.dependencies', 'dependencies', poetry.dependencies],
    ['tool.poetry.dev-dependencies', 'dev', poetry['dev-dependencies']],
    ...Object.entries(tableOf(poetry.group)).map(([name, group]): [string, string, unknown] => [
      `tool.poetry.group.${name}.dependencies`,
      name,
      tableOf(group).dependencies,
    ]),
  ];
  const packages = [
    ...listed('project', 'dependencies', project.dependencies),
    ...groups('project.optional-dependencies', project['optional-dependencies']),
    ...groups('dependency-groups', toml['dependency-groups']),
    ...listed('tool.uv', 'dev', tableOf(tool.uv)['dev-dependencies']),
    ...groups('tool.pdm.dev-dependencies', tableOf(tool.pdm)['dev-dependencies']),
    ...poetryTables.flatMap(([table, section, value]) => keyedIn(lines, { table, section, value })),
  ];
  return { ecosystem: 'python', packages };
}

/** `Pipfile` (https://pipenv.pypa.io/en/latest/pipfile.html). @throws UnreadableFile */
export function readPipfile(text: string): Omit<ManifestFacts, 'workspaces'> {
  const toml: Table = parseToml(text);
  const lines = text.split('\n');
  const packages = ['packages', 'dev-packages'].flatMap((table) =>
    keyedIn(lines, { table, section: table, value: toml[table] }),
  );
  return { ecosystem: 'python', packages };
}

/** `install_requires` and extras of `setup.cfg`. */
export function readSetupCfg(text: string): Omit<ManifestFacts, 'workspaces'> {
  const packages: RequiredPackage[] = [];
  let [header, key] = ['', ''];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    header = /^\[(?<name>[^\]]+)\]/.exec(line)?.groups?.name ?? header;
    const said = /^(?<key>[\w.-]+)\s*=\s*(?<value>.*)$/.exec(line)?.groups;
    key = said?.key ?? key;
    const wanted = (header === 'options' && key === 'install_requires') || header === 'options.extras_require';
    const value = (
      said === undefined ? (/^\s+(?<value>\S.*)$/.exec(line)?.groups?.value ?? '') : (said.value ?? '')
    ).trim();
    const found = wanted && !value.startsWith('#') ? requirementOf(value) : null;
    const section = header === 'options' ? 'dependencies' : key;
    if (found !== null) packages.push({ ...found, section, line: index + 1 });
  }
  return { ecosystem: 'python', packages };
}

function listedIn(lines: readonly string[], o: { table: string; section: string; list: unknown }): RequiredPackage[] {
  return textsOf(o.list).flatMap((text) => {
    const found = requirementOf(text);
    if (found === null) return [];
    return [{ ...found, section: o.section, line: tomlLine(lines, o.table, new RegExp(`["']${escaped(text)}["']`)) }];
  });
}

function keyedIn(lines: readonly string[], o: { table: string; section: string; value: unknown }): RequiredPackage[] {
  return Object.entries(tableOf(o.value)).flatMap(([name, value]): RequiredPackage[] => {
    if (name === 'python') return [];
    const table = tableOf(value);
    // A list of tables has one version for each marker; a path or an address has none.
    const plain = !Array.isArray(value) && table.markers === undefined && table.python === undefined;
    const range = typeof value === 'string' ? value : typeof table.version === 'string' ? table.version : '';
    const own = table.path !== undefined || table.git !== undefined || table.url !== undefined;
    const line = tomlLine(lines, o.table, new RegExp(`^\\s*["']?${escaped(name)}["']?\\s*[=.]`));
    // Poetry's bare version is exact, and so is Pipenv's: as PEP 508 writes it.
    const written = /^\d/.test(range) ? `==${range}` : range;
    return [
      { name: normalised(name), range: own ? 'file:' : plain ? written : `${written} ;`, section: o.section, line },
    ];
  });
}
