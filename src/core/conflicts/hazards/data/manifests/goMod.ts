import type { ManifestFacts, RequiredPackage } from '../../facts';

/** `go.mod` (https://go.dev/ref/mod#go-mod-file): what it requires, and what it puts in another's place. */
export function readGoMod(text: string): Omit<ManifestFacts, 'workspaces'> {
  const packages: RequiredPackage[] = [];
  let block = '';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const said = line.replace(/\/\/.*$/, '').trim();
    const opened = /^(?<directive>\w+)\s*\($/.exec(said)?.groups?.directive;
    if (opened !== undefined) block = opened;
    else if (said === ')') block = '';
    else {
      const { directive = block, rest = '' } =
        /^(?:(?<directive>require|replace|exclude|retract|tool|ignore|godebug)\s+)?(?<rest>.*)$/.exec(said)?.groups ??
        {};
      const [name, range] = rest.split(/\s+/);
      if (directive !== 'require' || name === undefined || range === undefined) continue;
      const section = /\/\/\s*indirect\b/.test(line) ? 'indirect' : 'require';
      packages.push({ name: name.replace(/^"|"$/g, ''), range, section, line: index + 1 });
    }
  }
  return { ecosystem: 'go', packages };
}
