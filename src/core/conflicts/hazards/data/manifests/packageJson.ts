import type { Node } from 'jsonc-parser';
import type { ManifestFacts, RequiredPackage } from '../../facts';
import { UnreadableFile } from '../../reader';
import { lineFinder, memberOf, membersOf, parseJson, stringOf } from '../text';

const sections = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;

/**
 * `package.json` (https://docs.npmjs.com/cli/configuring-npm/package-json): its four sections, and what it forces on all
 * the others (`overrides`, `resolutions`, `pnpm.overrides`) where that names a package alone.
 * @throws UnreadableFile
 */
export function readPackageJson(text: string): ManifestFacts {
  const root = parseJson(text);
  if (root.type !== 'object') throw new UnreadableFile('not a JSON object');
  const lineOf = lineFinder(text);
  const packagesIn = (node: Node | undefined, section: string) =>
    membersOf(node).flatMap(({ key, value, offset }): RequiredPackage[] => {
      const range = stringOf(value);
      return range === null ? [] : [{ name: key, range, section, line: lineOf(offset) }];
    });
  const forced = [
    memberOf(root, 'overrides'),
    memberOf(root, 'resolutions'),
    memberOf(memberOf(root, 'pnpm'), 'overrides'),
  ];
  return {
    ecosystem: 'npm',
    packages: [
      ...sections.flatMap((section) => packagesIn(memberOf(root, section), section)),
      ...forced
        .flatMap((node) => packagesIn(node, 'overrides'))
        .filter(({ name }) => /^(?:@[^/@>]+\/)?[^/@>*]+$/.test(name)),
    ],
    workspaces: workspacesOf(memberOf(root, 'workspaces')),
  };
}

/** A list, or an object with the list in `packages`. */
function workspacesOf(node: Node | undefined): string[] {
  const list = node?.type === 'object' ? memberOf(node, 'packages') : node;
  return list?.type === 'array' ? (list.children ?? []).flatMap((item) => stringOf(item) ?? []) : [];
}
