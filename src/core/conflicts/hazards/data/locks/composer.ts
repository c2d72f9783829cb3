import type { LockEntry, LockFacts } from '../../facts';
import { lineFinder, memberOf, membersOf, parseJson, stringOf } from '../text';

/** `composer.lock` (https://getcomposer.org/doc/01-basic-usage.md). @throws UnreadableFile */
export function readComposerLock(text: string): LockFacts {
  const root = parseJson(text);
  const lineOf = lineFinder(text);
  const entries = ['packages', 'packages-dev'].flatMap((section) =>
    (memberOf(root, section)?.children ?? []).map((node): LockEntry => {
      const version = stringOf(memberOf(node, 'version'))?.replace(/^v/, '') ?? '';
      const needs = membersOf(memberOf(node, 'require'))
        .filter(({ key }) => key.includes('/'))
        .map(({ key, value }) => ({ key: key.toLowerCase(), range: stringOf(value) }));
      const name = stringOf(memberOf(node, 'name'))?.toLowerCase() ?? '';
      return { keys: [name], version: /^\d/.test(version) ? version : null, needs, line: lineOf(node.offset) };
    }),
  );
  return { manager: 'composer', format: '1', entries };
}
