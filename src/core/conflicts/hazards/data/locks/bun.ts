import type { Node } from 'jsonc-parser';
import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';
import { lineFinder, memberOf, membersOf, parseJson, stringOf } from '../text';

/**
 * `bun.lock` (https://bun.sh/docs/install/lockfile): JSON with comments and commas at the end. Keys are names below
 * names (`a/b` is the b of a); a need is looked for from there upwards.
 * @throws UnreadableFile
 */
export function readBunLock(text: string): LockFacts {
  const root = parseJson(text, true);
  const format = String(memberOf(root, 'lockfileVersion')?.value ?? '');
  if (format !== '0' && format !== '1')
    throw new UnreadableFile(`a lock file of bun in layout ${format}, which is not known`);
  const lineOf = lineFinder(text);
  const workspaces = membersOf(memberOf(root, 'workspaces')).map(({ key, value, offset }): LockEntry => {
    const name = key === '' ? '' : (stringOf(memberOf(value, 'name')) ?? key);
    return { keys: [name], version: null, needs: needsOf(value, true), line: lineOf(offset) };
  });
  const packages = membersOf(memberOf(root, 'packages')).flatMap(({ key, value, offset }): LockEntry[] => {
    const [resolved, ...rest] = value.children ?? [];
    const id = stringOf(resolved) ?? '';
    const version = id.slice(id.lastIndexOf('@') + 1);
    if (version.startsWith('workspace:')) return [];
    const said = rest.find(({ type }) => type === 'object');
    return [
      { keys: [key], version: /^\d/.test(version) ? version : null, needs: needsOf(said, false), line: lineOf(offset) },
    ];
  });
  return { manager: 'bun', format, entries: [...workspaces, ...packages] };
}

function needsOf(node: Node | undefined, own: boolean): LockNeed[] {
  const optional = new Set((memberOf(node, 'optionalPeers')?.children ?? []).map(stringOf));
  const sections = ['dependencies', 'peerDependencies', ...(own ? ['devDependencies'] : [])];
  return sections
    .flatMap((section) => membersOf(memberOf(node, section)))
    .filter(({ key }) => !optional.has(key))
    .map(({ key, value }) => ({ key, range: stringOf(value) }));
}
