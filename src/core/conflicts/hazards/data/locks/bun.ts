import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';
import { lineSeeker, parseJsonValue, tableOf, textsOf } from '../text';

/**
 * `bun.lock` (https://bun.sh/docs/install/lockfile): JSON with comments and commas at the end. Keys are names below
 * names (`a/b` is the b of a); a need is looked for from there upwards.
 * @throws UnreadableFile
 */
export function readBunLock(text: string): LockFacts {
  const root = tableOf(parseJsonValue(text, true));
  const format = String(root.lockfileVersion ?? '');
  if (format !== '0' && format !== '1')
    throw new UnreadableFile(`a lock file of bun in layout ${format || 'unsaid'}, which is not known`);
  const lineOf = lineSeeker(text);
  const workspaces = Object.entries(tableOf(root.workspaces)).map(([key, value]): LockEntry => {
    const { name } = tableOf(value);
    const own = key === '' || typeof name !== 'string' ? key : name;
    return { keys: [own], version: null, needs: needsOf(value, true), line: lineOf(`${JSON.stringify(key)}: {`) };
  });
  lineOf('"packages"');
  const packages = Object.entries(tableOf(root.packages)).flatMap(([key, value]): LockEntry[] => {
    const [id, ...rest]: unknown[] = Array.isArray(value) ? value : [];
    const version = typeof id === 'string' ? id.slice(id.lastIndexOf('@') + 1) : '';
    if (version.startsWith('workspace:')) return [];
    const said = rest.find((part) => typeof part === 'object');
    const line = lineOf(`${JSON.stringify(key)}: [`);
    return [{ keys: [key], version: /^\d/.test(version) ? version : null, needs: needsOf(said, false), line }];
  });
  return { manager: 'bun', format, entries: [...workspaces, ...packages] };
}

function needsOf(value: unknown, own: boolean): LockNeed[] {
  const said = tableOf(value);
  const optional = new Set(textsOf(said.optionalPeers));
  const sections = ['dependencies', 'peerDependencies', ...(own ? ['devDependencies'] : [])];
  return sections
    .flatMap((section) => Object.entries(tableOf(said[section])))
    .filter(([key]) => !optional.has(key))
    .map(([key, range]) => ({ key, range: typeof range === 'string' ? range : null }));
}
