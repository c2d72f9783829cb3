import type { ManifestFacts, RequiredPackage } from '../../facts';

const gem = /^\s*(?:gem|\w+\.add_(?:runtime_|development_)?dependency)[\s(]+["'](?<name>[^"']+)["'](?<rest>.*)$/;

/** `Gemfile` and gemspecs: a gem a line, with the ranges that are written out; a gem from a folder or a repository has none. */
export function readGemfile(text: string): Omit<ManifestFacts, 'workspaces'> {
  const packages: RequiredPackage[] = [];
  let section = 'default';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    section =
      /^\s*group\s+:(?<name>\w+).*\bdo\b/.exec(line)?.groups?.name ?? (/^end\b/.test(line) ? 'default' : section);
    const { name, rest = '' } = gem.exec(line)?.groups ?? {};
    if (name === undefined) continue;
    const own = /\b(?:path|git|github|gitlab|bitbucket)(?::|\s*=>)/.test(rest);
    const ranges = [...rest.matchAll(/,\s*["']([^"']+)["']/g)].map(([, range]) => range ?? '');
    const onlySome = /\b(?:platforms?|install_if)(?::|\s*=>)/.test(rest);
    packages.push({
      name,
      range: own ? 'file:' : `${ranges.join(', ')}${onlySome ? ' ;' : ''}`,
      section,
      line: index + 1,
    });
  }
  return { ecosystem: 'ruby', packages };
}
