import type { MergeRules } from './rules';

/** No program has this path on any system, and it needs no shell: git fails before anything starts. */
const nowhere = '/dev/null/switchyard-';

/**
 * Environment in which no merge driver of the user's starts: a merge that would need one fails instead, and its error
 * tells which (`blockedPrograms`). The paths a driver is called for are git's to know: renames, several merge bases and
 * nested attributes make any prediction a guess.
 * @param all also filters, and whatever would fetch missing objects
 */
export function blockedEnvironment(rules: MergeRules, all: boolean): Record<string, string> {
  const settings = rules.drivers.map((name) => [`merge.${name}.driver`, blocked(name)] as const);
  if (!all) return parameters(settings);
  // A `process` is taken before `clean` and `smudge` (gitattributes(5), "Long Running Filter Process").
  const filters = rules.filters.flatMap((name) => [
    [`filter.${name}.process`, blocked(name)] as const,
    // Only a required filter that fails makes the merge fail.
    [`filter.${name}.required`, 'true'] as const,
  ]);
  return { ...parameters([...settings, ...filters]), GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };
}

/** The drivers and filters that git could not start because they are blocked, each time it tried, the last one last. */
export function blockedPrograms(stderr: string): string[] {
  return [...stderr.matchAll(/\/dev\/null\/switchyard-([0-9a-f]+)/g)].map(([, hex = '']) =>
    Buffer.from(hex, 'hex').toString('utf8'),
  );
}

function blocked(name: string): string {
  return nowhere + Buffer.from(name, 'utf8').toString('hex');
}

/**
 * Settings above those of every file, in the form `git -c` itself hands them on (config.c, `GIT_CONFIG_PARAMETERS`): a
 * name with `=` in it cannot be said with `-c`.
 */
function parameters(settings: readonly (readonly [string, string])[]): Record<string, string> {
  if (settings.length === 0) return {};
  const quoted = (text: string) => `'${text.replace(/['!]/g, "'\\$&'")}'`;
  return { GIT_CONFIG_PARAMETERS: settings.map(([key, value]) => `${quoted(key)}=${quoted(value)}`).join(' ') };
}
