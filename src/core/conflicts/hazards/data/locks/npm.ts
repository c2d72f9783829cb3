import type { Node } from 'jsonc-parser';
import type { LockEntry, LockFacts, LockNeed } from '../../facts';
import { UnreadableFile } from '../../reader';
import { lineFinder, memberOf, membersOf, parseJson, stringOf } from '../text';

/**
 * `package-lock.json` and `npm-shrinkwrap.json` (https://docs.npmjs.com/cli/configuring-npm/package-lock-json), layouts 1,
 * 2 and 3. Keys are places (`node_modules/a/node_modules/b`); a need is looked for from its entry's place upwards.
 * @throws UnreadableFile
 */
export function readNpmLock(text: string): LockFacts {
  const root = parseJson(text);
  const format = String(memberOf(root, 'lockfileVersion')?.value ?? '1');
  const lineOf = lineFinder(text);
  const packages = memberOf(root, 'packages');
  if (format === '1') return { manager: 'npm', format, entries: nested(root, '', lineOf) };
  if ((format !== '2' && format !== '3') || packages?.type !== 'object')
    throw new UnreadableFile(`a lock file of npm in layout ${format}, which is not known`);
  const entries = membersOf(packages).map(({ key, value, offset }): LockEntry => {
    const isLink = memberOf(value, 'link')?.value === true;
    const version = isLink || !key.includes('node_modules/') ? null : stringOf(memberOf(value, 'version'));
    return { keys: [key], version, needs: needsOf(value, key), line: lineOf(offset) };
  });
  return { manager: 'npm', format, entries };
}

/** Optional ones may be missing; those for development count for the project's own places only. */
function needsOf(node: Node, key: string): LockNeed[] {
  const meta = memberOf(node, 'peerDependenciesMeta');
  const isOptional = (name: string) => memberOf(memberOf(meta, name), 'optional')?.value === true;
  const sections = ['dependencies', 'peerDependencies', ...(key.includes('node_modules/') ? [] : ['devDependencies'])];
  return sections.flatMap((section) =>
    membersOf(memberOf(node, section))
      .filter((member) => section !== 'peerDependencies' || !isOptional(member.key))
      .map((member) => ({ key: member.key, range: stringOf(member.value) })),
  );
}

/** Layout 1: a tree of what lies where, with what each requires. */
function nested(node: Node, place: string, lineOf: (offset: number) => number): LockEntry[] {
  return membersOf(memberOf(node, 'dependencies')).flatMap(({ key, value, offset }) => {
    const own = `${place}${place === '' ? '' : '/'}node_modules/${key}`;
    const needs = membersOf(memberOf(value, 'requires')).map((need) => ({
      key: need.key,
      range: stringOf(need.value),
    }));
    const entry = { keys: [own], version: stringOf(memberOf(value, 'version')), needs, line: lineOf(offset) };
    return [entry, ...nested(value, own, lineOf)];
  });
}
