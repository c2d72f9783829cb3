import type { ManifestFacts, RequiredPackage } from '../../facts';
import { UnreadableFile } from '../../reader';
import { lineFinder, memberOf, membersOf, parseJson, stringOf } from '../text';

/** `composer.json` (https://getcomposer.org/doc/04-schema.md); PHP itself and its extensions are no packages. @throws UnreadableFile */
export function readComposer(text: string): Omit<ManifestFacts, 'workspaces'> {
  const root = parseJson(text);
  if (root.type !== 'object') throw new UnreadableFile('not a JSON object');
  const lineOf = lineFinder(text);
  const packages = ['require', 'require-dev'].flatMap((section) =>
    membersOf(memberOf(root, section)).flatMap(({ key, value, offset }): RequiredPackage[] => {
      const range = stringOf(value);
      return range === null || !key.includes('/')
        ? []
        : [{ name: key.toLowerCase(), range, section, line: lineOf(offset) }];
    }),
  );
  return { ecosystem: 'composer', packages };
}
